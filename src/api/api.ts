/** The partner's API: which address is whose, and what is answered when something is refused or breaks. */
import type { Context, Middleware } from 'koa'
import { testHeader } from '../installs/forced-outcome.ts'
import { answerFault } from './answer-fault.ts'
import { presentedToken } from './bearer.ts'
import { listChildren } from './blocks.ts'
import { Call, type Wing } from './call.ts'
import { openCallLimit } from './call-limit.ts'
import { openCursors } from './cursor.ts'
import { readJsonBody } from './json-body.ts'
import type { ApiNeeds } from './needs.ts'
import { createPage, retrievePage, updatePage } from './pages.ts'
import { ApiRefusal } from './refusals.ts'
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
    } catch (error) {
      answerFault(ctx, error, needs)
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
    if (route.method !== 'GET') call.body = await readJsonBody(ctx)
    return await route.answer(wing, call)
  } catch (error) {
    if (error instanceof ApiRefusal && error.blamesInput) await call.admitAnyone()
    throw error
  }
}
