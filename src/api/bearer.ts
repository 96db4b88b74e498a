/** The access token of a request, in the Authorization header (RFC 6750 §2.1), and the rights of its bearer. */
import { hash } from 'node:crypto'
import type { Context } from 'koa'
import { ProofFault, type Proofs } from '../dpop/proofs.ts'
import type { Bearer, PresentedToken } from '../installs/bearer.ts'
import type { Capability } from '../installs/capability.ts'
import { isMeantFor, isOurs } from '../installs/resource.ts'
import { tokenPrefix } from '../installs/token-value.ts'
import type { ClientCall } from './client.ts'
import { ApiRefusal, lacksCapability, noCredentials, unauthorized, unproven } from './refusals.ts'

const kinds = { lka_: 'access', lki_: 'internal' } as const

/** `bound`: the token's value where it comes with a proof of possession, whose scheme is DPoP. */
export type Presented = { token: PresentedToken; bound: string | null }

/**
 * The token of the request. A value that cannot be one of our tokens is refused without a look-up.
 * @throws ApiRefusal `unauthorized`; `invalid_request` for more than one token.
 */
export function presentedToken(ctx: Context): Presented {
  const { headers, rawHeaders } = ctx.req
  const header = headers.authorization
  if (header === undefined) throw noCredentials()
  if (countAuthorizations(rawHeaders) > 1 || (ctx.querystring !== '' && 'access_token' in ctx.query))
    throw new ApiRefusal('invalid_request', 'The request carries more than one token.', {
      challenge: { error: 'invalid_request' },
    })
  const [, scheme = '', value = ''] = /^(Bearer|DPoP) +(\S+)$/i.exec(header) ?? []
  const token = tokenOf(value)
  if (token === null) throw unauthorized()
  return { token, bound: scheme.toLowerCase() === 'dpop' ? value : null }
}

/**
 * The thumbprint of the key that a request proves to have (RFC 9449 §7); null for one with a bearer token.
 * @throws ApiRefusal `unauthorized` for a proof that is missing or refused.
 */
export async function provenKey(
  { issuer, proofs }: { issuer: string; proofs: Proofs },
  ctx: Context,
  { bound }: Presented,
): Promise<string | null> {
  if (bound === null) return null
  ctx.set('dpop-nonce', proofs.nonce())
  try {
    const request = { method: ctx.method, url: issuer + ctx.path, token: bound }
    return await proofs.verify(ctx.get('dpop'), request)
  } catch (error) {
    if (error instanceof ProofFault) throw unproven(error)
    throw error
  }
}

/** The form in which a token is looked up; null for a value that cannot be one of our tokens. */
export function tokenOf(value: string): PresentedToken | null {
  const prefix = tokenPrefix(value)
  if (prefix !== 'lka_' && prefix !== 'lki_') return null
  return { kind: kinds[prefix], hash: hash('sha256', value, 'buffer') }
}

/** Node keeps the first of two Authorization headers and drops the second; the intended one cannot be known. */
function countAuthorizations(rawHeaders: string[]): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]!.length === 13 && rawHeaders[at]!.toLowerCase() === 'authorization') count++
  return count
}

/** A connection asks about its own tokens, a resource server about any that is meant for it. */
export function mayAskAbout(bearer: Bearer, client: ClientCall['client'], issuer: string): boolean {
  // A question about a bound token carries no proof; introspection tells the key (`cnf`) to those that can check one.
  if (bearer.jkt !== null) return false
  if (client.anyToken) return isMeantFor(client.resources, bearer.audience, issuer)
  return bearer.connectionId === client.id && isOurs(bearer.audience, issuer)
}

/** @throws ApiRefusal `restricted_resource` that names the missing capability. */
export function requireCapability(bearer: Bearer, needed: Capability, issuer: string): void {
  if (!bearer.capabilities.includes(needed)) throw lacksCapability(needed, bearer, issuer)
}
