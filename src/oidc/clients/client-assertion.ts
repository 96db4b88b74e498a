/** Client assertions (RFC 7523 §2.2, private_key_jwt): a JWT that the client signed, good once and for five minutes at most. */
import { hash } from 'node:crypto'
import {
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'
import { invalidClient } from '../endpoints/oauth-refusal.ts'
import type { ClientConnection } from '../ports.ts'
import { type ClientKeys, type KeysOf, KeysUnavailable } from './client-keys.ts'

/** Ed25519 is another name of EdDSA with such a key (RFC 9864). */
export const assertionAlgorithms = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256']
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The greatest time until `exp`. */
const maxSeconds = 300
const toleranceSeconds = 5

export type VerifyAssertion = (connection: ClientConnection, assertion: string) => Promise<void>

/** The client that an assertion is about, before it is verified; null: it is no JWT. */
export function subjectOf(assertion: string): string | null {
  try {
    return decodeJwt(assertion).sub ?? null
  } catch {
    return null
  }
}

/** @returns a function that throws OAuthRefusal 401 for an assertion that does not prove the client. */
export function clientAssertions(needs: {
  issuer: string
  keysOf: KeysOf
  shortLived: { writeNew(key: string, value: string, seconds: number): Promise<boolean> }
  now(): Date
}): VerifyAssertion {
  const audience = [
    '',
    ...['token', 'introspect', 'revoke', 'par', 'device_authorization'].map(one => `/v1/oauth/${one}`),
  ].map(path => needs.issuer + path)

  return async (connection, assertion) => {
    const keys = needs.keysOf(connection)
    if (keys === null) throw refused('no key is registered for this client')
    const subject = connection.documentUrl ?? connection.id
    const now = needs.now()
    const payload = await verified(keys, assertion, {
      ...{ issuer: subject, subject, audience, algorithms: assertionAlgorithms },
      ...{ currentDate: now, clockTolerance: toleranceSeconds, requiredClaims: ['exp', 'jti'] },
    })
    // With several audiences, another server that it was sent to could use it here.
    if (Array.isArray(payload.aud) && payload.aud.length > 1) throw refused('aud names more than one server')
    const left = payload.exp! - now.getTime() / 1000
    if (left > maxSeconds + toleranceSeconds)
      throw refused(`exp is more than ${maxSeconds / 60} minutes away`)
    const { jti } = payload
    if (typeof jti !== 'string' || jti === '' || jti.length > 255)
      throw refused('jti is no text of 1 to 255 characters')
    const key = `assertion:${connection.id}:${hash('sha256', jti, 'base64url')}`
    const isFirst = await needs.shortLived.writeNew(key, '', Math.max(1, left + 2 * toleranceSeconds))
    if (!isFirst) throw refused('it was used before; each needs a jti of its own')
  }
}

async function verified(
  { known, anew }: ClientKeys,
  assertion: string,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return await claimsOf(known, assertion, options).catch(error => {
      if (anew && isOfOtherKeys(error)) return claimsOf(anew, assertion, options)
      throw error
    })
  } catch (error) {
    throw refused(reasonOf(error))
  }
}

async function claimsOf(
  keys: JWTVerifyGetKey,
  assertion: string,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(assertion, keys, options)).payload
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    return claimsByAny(error, assertion, options)
  }
}

/** Several keys of the client could have signed a JWT that names none. */
async function claimsByAny(
  matching: errors.JWKSMultipleMatchingKeys,
  assertion: string,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  for await (const key of matching)
    try {
      return (await jwtVerify(assertion, key, options)).payload
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
    }
  throw new errors.JWSSignatureVerificationFailed()
}

const isOfOtherKeys = (error: unknown) =>
  error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey

function reasonOf(error: unknown): string {
  if (error instanceof KeysUnavailable) return `the jwks_uri ${error.message}`
  if (error instanceof errors.JWTExpired) return 'it has expired'
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.reason === 'missing'
      ? `${error.claim} is missing`
      : `${error.claim} is not what is expected${expected[error.claim] ?? ''}`
  if (error instanceof errors.JOSEAlgNotAllowed)
    return `its algorithm is none of ${assertionAlgorithms.join(', ')}`
  if (isOfOtherKeys(error)) return 'its signature is of none of the keys of this client'
  if (error instanceof errors.JOSEError) return 'it is no signed JWT'
  throw error
}

const expected: Record<string, string> = {
  iss: ', the client_id',
  sub: ', the client_id',
  aud: ', the issuer or the address of the token endpoint',
}

const refused = (reason: string) => invalidClient(`The client assertion was refused: ${reason}.`)
