/** A request of a connection that authenticates with its id and secret. */
import { hash } from 'node:crypto'
import type { Context } from 'koa'
import { readUuid } from '../installs/ids.ts'
import type { TakingLimits } from '../installs/rate-limits.ts'
import type { FindClient } from './ports.ts'
import { clientUnknown, tooManyCalls } from './refusals.ts'

/** `anyToken`, `resources`: see FindClient. */
export type ClientCall = {
  readonly client: { id: string; anyToken: boolean; resources: string[] }
  readonly now: Date
}

export type ClientNeeds = { findClient: FindClient; limits: TakingLimits; now(): Date }

/** @returns authentication by HTTP Basic, which throws ApiRefusal `unauthorized` and `rate_limited`. */
export function openClientAuthentication(needs: ClientNeeds): (ctx: Context) => Promise<ClientCall> {
  // The OAuth endpoints count under the same name, so asking here gives no further guesses at a secret.
  const wrongSecrets = needs.limits({ name: 'client-secret', points: 20, seconds: 60 })

  return async ctx => {
    const { id, secret } = readBasic(ctx.get('authorization'))
    const client = await needs.findClient(id, hash('sha256', secret, 'buffer'))
    if (client) return { client: { id, ...client }, now: needs.now() }
    const allowance = await wrongSecrets.take(id)
    if (allowance.allowed) throw clientUnknown()
    throw tooManyCalls('Too many wrong secrets.', allowance.retryAfterSeconds)
  }
}

/** Takes the id and the secret plain as well as form-encoded, as RFC 6749 §2.3.1 asks for and half of the clients send. */
function readBasic(header: string): { id: string; secret: string } {
  const encoded = /^Basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header)?.[1]
  const text = encoded
    ? Buffer.from(encoded, 'base64').toString('utf8').replaceAll('%2D', '-').replaceAll('%5F', '_')
    : ''
  const colon = text.indexOf(':')
  const id = readUuid(text.slice(0, Math.max(colon, 0)))
  if (id === null) throw clientUnknown()
  return { id, secret: text.slice(colon + 1) }
}
