/** Proofs of possession (DPoP, RFC 9449): a JWT in the header `DPoP` of each request, signed by the key that its token is bound to. */
import { createHmac, hash, hkdfSync, timingSafeEqual } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, errors, type JWTPayload, jwtVerify } from 'jose'

export const proofAlgorithms = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256']

/** A proof that was refused. `use_dpop_nonce`: the client sends another one, with the nonce of the answer. */
export class ProofFault extends Error {
  readonly code: 'invalid_dpop_proof' | 'use_dpop_nonce'
  constructor(code: ProofFault['code'], message: string) {
    super(message)
    this.code = code
  }
}

export type Proven = {
  /** The request that the proof must be of; `url` without a query. */
  method: string
  url: string
  /** The access token that comes with it; null at the token endpoint. */
  token: string | null
}

export type Proofs = {
  /** @returns the thumbprint of the key (RFC 7638). @throws ProofFault */
  verify(proof: string, request: Proven): Promise<string>
  /** The present nonce, for the answer. */
  nonce(): string
}

/** A nonce is good for between one and two of these. */
const nonceSeconds = 300
/** How far the clock of a client may be off; with a nonce, the age of a proof does not depend on it. */
const toleranceSeconds = 300

export function dpopProofs(needs: {
  /** 32 bytes each; the first one makes nonces, all verify them. Their order may change while the server runs. */
  secretKeys: readonly Buffer[]
  shortLived: { writeNew(key: string, value: string, seconds: number): Promise<boolean> }
  now(): Date
}): Proofs {
  const derived = new WeakMap<Buffer, Buffer>()
  const keyOf = (secretKey: Buffer) => {
    const key = derived.get(secretKey) ?? Buffer.from(hkdfSync('sha256', secretKey, '', 'dpop nonces', 32))
    derived.set(secretKey, key)
    return key
  }
  const step = () => Math.floor(needs.now().getTime() / 1000 / nonceSeconds)
  const nonceAt = (secretKey: Buffer, at: number) =>
    createHmac('sha256', keyOf(secretKey)).update(`${at}`).digest('base64url')

  function isNonce(text: unknown): boolean {
    if (typeof text !== 'string') return false
    const [sent, now] = [Buffer.from(text), step()]
    return needs.secretKeys
      .flatMap(key => [nonceAt(key, now), nonceAt(key, now - 1)])
      .some(one => one.length === sent.length && timingSafeEqual(Buffer.from(one), sent))
  }

  return {
    nonce: () => nonceAt(needs.secretKeys[0]!, step()),

    async verify(proof, request) {
      const { payload, jwk } = await signedBy(proof)
      const fault = faultOf(payload, request, needs.now())
      if (fault) throw invalid(fault)
      if (!isNonce(payload.nonce))
        throw new ProofFault('use_dpop_nonce', 'The proof needs the nonce of the header DPoP-Nonce.')
      const jkt = await calculateJwkThumbprint(jwk)
      // As long as the nonce may be good.
      const key = `dpop:${jkt}:${hash('sha256', payload.jti!, 'base64url')}`
      if (!(await needs.shortLived.writeNew(key, '', 2 * nonceSeconds)))
        throw invalid('it was used before; each request needs a proof of its own')
      return jkt
    },
  }
}

async function signedBy(proof: string) {
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: proofAlgorithms,
      // Times are checked below, against the clock of the caller.
      currentDate: new Date(0),
    })
    return { payload, jwk: protectedHeader.jwk! }
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError)
      throw invalid('it is no JWT of the type dpop+jwt that is signed by the public key in its header')
    throw error
  }
}

function faultOf(payload: JWTPayload, { method, url, token }: Proven, now: Date): string | null {
  const { htm, htu, iat, jti, ath } = payload
  if (htm !== method) return `htm is not ${method}`
  if (typeof htu !== 'string' || plainUrl(htu) !== plainUrl(url)) return `htu is not ${url}`
  if (typeof iat !== 'number' || Math.abs(now.getTime() / 1000 - iat) > toleranceSeconds)
    return 'iat is not the present time'
  if (typeof jti !== 'string' || jti === '' || jti.length > 255)
    return 'jti is no text of 1 to 255 characters'
  if (token !== null && ath !== hash('sha256', token, 'base64url'))
    return 'ath is not the hash of the access token'
  return null
}

/** Without query and fragment (RFC 9449 §4.3). */
function plainUrl(text: string): string | null {
  const url = URL.parse(text)
  return url && url.origin + url.pathname
}

const invalid = (reason: string) =>
  new ProofFault('invalid_dpop_proof', `The DPoP proof was refused: ${reason}.`)
