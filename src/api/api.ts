/** The partner's API: which address is whose, and what is answered when something is refused or breaks. */
import { bodyParser } from '@koa/bodyparser'
import type { Context, Middleware } from 'koa'
import { testHeader } from '../installs/test-outcome.ts'
import { presentedToken } from './bearer.ts'
import { listChildren } from './blocks.ts'
import { Call, type Wing } from './call.ts'
import { openCallLimit } from './call-limit.ts'
import { openCursors } from './cursor.ts'
import { readObject } from './input.ts'
import type { ApiNeeds } from './needs.ts'
import { createPage, retrievePage, updatePage } from './pages.ts'
import { ApiRefusal, invalid, refusalOf } from './refusals.ts'
import { search } from './search.ts'
import { forceInSandbox } from './tested.ts'
import { listUsers, retrieveMe, retrieveUser } from './users.ts'

type Route = { method: string; path: RegExp; answer(wing: Wing, call: Call): Promise<object> }

/** The first that fits is taken. */
const routes: readonly Route[] = [
  { method: 'GET', path: /^\/v1\/pages\/([^/]+)$/, answer: retrievePage },
  { method: 'GET', path: /^\/v1\/blocks\/([^/]+)\/children$/, answer: listChildren },
  { method: 'POST', path: /^\/v1\/search$/, answer: search },
  { method: 'PATCH', path: /^\/v1\/pages\/([^/]+)$/, answer: updatePage },
  { method: 'POST', path: /^\/v1\/pages$/, answer: createPage },
  { method: 'GET', path: /^\/v1\/users\/me$/, answer: retrieveMe },
  { method: 'GET', path: /^\/v1\/users$/, answer: listUsers },
  { method: 'GET', path: /^\/v1\/users\/([^/]+)$/, answer: retrieveUser },
]

/** Answers every address below /v1/ but those of the provider below /v1/oauth/. */
export function createApi(needs: ApiNeeds): Middleware {
  const wing: Wing = {
    ...needs,
    callLimit: openCallLimit(needs.limits, needs.callsPerMinute ?? 1_200, () => needs.now().getTime()),
    cursors: openCursors(needs.secretKeys),
  }
  return async (ctx, next) => {
    if (needs.partnerApi === 'off' || !ctx.path.startsWith('/v1/') || ctx.path.startsWith('/v1/oauth/'))
      return next()
    ctx.set('x-notion-request-id', ctx.state.requestId)
    try {
      ctx.body = await answer(wing, ctx)
    } catch (fault) {
      const refusal = refusalOf(fault)
      if (refusal.status >= 500) needs.reportFault(fault, ctx.state.requestId)
      refuse(ctx, refusal, needs.issuer)
    }
  }
}

async function answer(wing: Wing, ctx: Context): Promise<object> {
  const method = ctx.method === 'HEAD' ? 'GET' : ctx.method
  for (const route of routes) {
    if (route.method !== method) continue
    const match = route.path.exec(ctx.path)
    if (match) return answerAs(route, wing, ctx, match[1] ?? '')
  }
  throw new ApiRefusal('invalid_request_url', 'Invalid request URL.')
}

async function answerAs(route: Route, wing: Wing, ctx: Context, id: string): Promise<object> {
  const token = presentedToken(ctx)
  wing.callLimit.refuseKnown(token.hash.toString('base64'))
  await forceInSandbox(wing, token, ctx.get(testHeader))
  const call = new Call(wing, {
    token,
    id,
    query: ctx.querystring === '' ? {} : ctx.query,
    version: ctx.get('notion-version') || null,
  })
  try {
    if (route.method !== 'GET') call.body = await readBody(ctx)
    return await route.answer(wing, call)
  } catch (fault) {
    if (fault instanceof ApiRefusal && fault.blamesInput) await call.admitAnyone()
    throw fault
  }
}

/** Whatever its content type says, a body is JSON: there is no other kind here. */
const parse = bodyParser({ enableTypes: ['json'], detectJSON: () => true, jsonLimit: '500kb' })

/** @throws ApiRefusal `invalid_json`, `validation_error`. */
async function readBody(ctx: Context): Promise<Readonly<Record<string, unknown>>> {
  try {
    await parse(ctx, async () => {})
  } catch (fault) {
    const { status, code } = fault as { status?: number; code?: string }
    if (status === 413) throw invalid('body should be at most 500 KB.')
    if (status === 415) throw invalid('body should be UTF-8, plain or compressed with gzip or deflate.')
    if (status === 400 || code?.startsWith('Z_'))
      throw new ApiRefusal('invalid_json', 'Error parsing JSON body.')
    throw fault
  }
  return readObject('body', ctx.request.body ?? {})
}

function refuse(ctx: Context, refusal: ApiRefusal, issuer: string): void {
  const { status, code, message, challenge, retryAfterSeconds, additionalData } = refusal
  if (status === 401 || status === 403 || challenge.error) {
    const members = { realm: issuer, ...challenge }
    const list = Object.entries(members).map(([name, value]) => `${name}="${value}"`)
    ctx.set('www-authenticate', `Bearer ${list.join(', ')}`)
  }
  if (retryAfterSeconds !== null) ctx.set('retry-after', `${retryAfterSeconds}`)
  ctx.status = status
  ctx.body = {
    object: 'error',
    status,
    code,
    message,
    request_id: ctx.state.requestId,
    ...(additionalData && { additional_data: additionalData }),
  }
}
