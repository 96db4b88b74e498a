/** Who is at the door: a token in the Authorization header (RFC 6750 §2.1), and what it lets its bearer do. */
import { hash } from 'node:crypto'
import type { Context } from 'koa'
import type { Bearer, PresentedToken } from '../installs/bearer.ts'
import type { Capability } from '../installs/capability.ts'
import { tokenPrefix } from '../installs/token-value.ts'
import { ApiRefusal, lacksCapability, noCredentials, unauthorized } from './refusals.ts'

const kinds = { lka_: 'access', lki_: 'internal' } as const

/**
 * The token of the request. A value that cannot be ours is refused before anything is looked up.
 * @throws ApiRefusal `unauthorized`; `invalid_request` when tokens come in more ways than one.
 */
export function presentedToken(ctx: Context): PresentedToken {
  const { headers, rawHeaders } = ctx.req
  const header = headers.authorization
  if (header === undefined) throw noCredentials()
  if (countAuthorizations(rawHeaders) > 1 || (ctx.querystring !== '' && 'access_token' in ctx.query))
    throw new ApiRefusal('invalid_request', 'The request carries more than one token.', {
      challenge: { error: 'invalid_request' },
    })
  const value = /^Bearer +(\S+)$/i.exec(header)?.[1]
  const token = value === undefined ? null : tokenOf(value)
  if (token === null) throw unauthorized()
  return token
}

/** A value as it is looked up; null when it cannot be a token of ours. */
export function tokenOf(value: string): PresentedToken | null {
  const prefix = tokenPrefix(value)
  if (prefix !== 'lka_' && prefix !== 'lki_') return null
  return { kind: kinds[prefix], hash: hash('sha256', value, 'buffer') }
}

/** Node keeps the first of two Authorization headers and drops the other; which of them was meant is not for us to guess. */
function countAuthorizations(rawHeaders: string[]): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]!.length === 13 && rawHeaders[at]!.toLowerCase() === 'authorization') count++
  return count
}

/** A token that was asked for another resource (RFC 8707) is none here. */
export function isMeantForUs(bearer: Bearer, issuer: string): boolean {
  return bearer.audience === null || bearer.audience === issuer || bearer.audience.startsWith(`${issuer}/`)
}

/** @throws ApiRefusal `restricted_resource` that names what is missing. */
export function requireCapability(bearer: Bearer, needed: Capability): void {
  if (!bearer.capabilities.includes(needed)) throw lacksCapability(needed)
}
