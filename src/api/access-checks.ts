/**
 * "May this token do that to these pages?", asked by the host product's own API, many pages in one question. The answer holds
 * for this moment: whoever keeps it keeps a yes that may no longer be one.
 */
import { hash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import type { Bearer, PresentedToken } from '../installs/bearer.ts'
import { type Capability, capabilities } from '../installs/capability.ts'
import { readUuid } from '../installs/ids.ts'
import { answerFault, type FaultNeeds } from './answer-fault.ts'
import { isMeantForUs, tokenOf } from './bearer.ts'
import { allowOnly, readId, readOneOf, readText } from './input.ts'
import { readJsonBody } from './json-body.ts'
import type { Limits } from './needs.ts'
import { ApiRefusal, clientUnknown, invalid, tooManyCalls } from './refusals.ts'

export type AccessCheckNeeds = FaultNeeds & {
  /** The connection with this secret; null: there is none, or it is disabled. `anyToken`: it may ask about tokens of others. */
  findClient(id: string, secretHash: Buffer): Promise<{ anyToken: boolean } | null>
  pages(
    token: PresentedToken,
    ids: readonly string[],
    now: Date,
  ): Promise<{ bearer: Bearer; reached: string[] } | null>
  limits: Limits
  noteUse(bearer: Bearer, now: Date): void
  now(): Date
}

const maxPages = 100

type Question = { token: PresentedToken | null; capability: Capability; pages: string[] }

/** Answers `POST /v1/access-checks`. */
export function createAccessChecks(needs: AccessCheckNeeds): Middleware {
  // The same count as at the OAuth endpoints: a secret is not guessed faster by asking elsewhere.
  const wrongSecrets = needs.limits({ name: 'client-secret', points: 20, seconds: 60 })

  async function authenticate(ctx: Context): Promise<{ id: string; anyToken: boolean }> {
    const { id, secret } = readBasic(ctx.get('authorization'))
    const client = await needs.findClient(id, hash('sha256', secret, 'buffer'))
    if (client) return { id, ...client }
    const allowance = await wrongSecrets.take(id)
    if (allowance.allowed) throw clientUnknown()
    throw tooManyCalls('Too many wrong secrets.', allowance.retryAfterSeconds)
  }

  async function check(ctx: Context): Promise<object> {
    if (ctx.method !== 'POST') throw new ApiRefusal('invalid_request_url', 'Invalid request URL.')
    const client = await authenticate(ctx)
    const { token, capability, pages } = readQuestion(await readJsonBody(ctx))
    const now = needs.now()
    const seen = token && (await needs.pages(token, pages, now))
    const mayAsk = seen && (client.anyToken || seen.bearer.connectionId === client.id)
    if (!mayAsk || !isMeantForUs(seen.bearer, needs.issuer)) return answer(false, [])
    needs.noteUse(seen.bearer, now)
    return answer(true, seen.bearer.capabilities.includes(capability) ? seen.reached : [])
  }

  return async (ctx, next) => {
    if (ctx.path !== '/v1/access-checks') return next()
    ctx.set('cache-control', 'no-store')
    try {
      ctx.body = await check(ctx)
    } catch (error) {
      answerFault(ctx, error, needs)
    }
  }
}

/** `page_ids`: those asked about that the token may do it to. */
const answer = (active: boolean, pageIds: string[]) => ({ object: 'access_check', active, page_ids: pageIds })

function readQuestion(body: Readonly<Record<string, unknown>>): Question {
  allowOnly('body', body, ['token', 'capability', 'page_ids'])
  const { page_ids: ids } = body
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > maxPages)
    throw invalid(`body.page_ids should be a list of 1 to ${maxPages} ids.`)
  return {
    token: tokenOf(readText('body.token', body.token, 1_000)),
    capability: readOneOf('body.capability', body.capability, capabilities),
    pages: [...new Set(ids.map((id, at) => readId(`body.page_ids[${at}]`, id)))],
  }
}

/** HTTP Basic with a connection's id and secret, whether or not the library encodes them as a form (RFC 6749 §2.3.1). */
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
