/** The partner API: the routes of its endpoints, the authentication of their callers, and its answers to errors. */
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { Proofs } from '../dpop/proofs.ts'
import { testHeader } from '../installs/forced-outcome.ts'
import type { TakingLimits } from '../installs/rate-limits.ts'
import { authenticateAdmin } from './admin.ts'
import { answerError, type ErrorNeeds } from './answer-error.ts'
import { presentedToken, provenKey } from './bearer.ts'
import { Call, type CallNeeds } from './call.ts'
import { type CallRateLimit, openCallRateLimit } from './call-rate-limit.ts'
import { type ClientNeeds, openClientAuthentication } from './client.ts'
import type { Endpoint } from './endpoint.ts'
import { type EndpointNeeds, endpoints, type PartnerApi } from './endpoints.ts'
import { type ForcedOutcomeNeeds, forceInSandbox } from './forced-outcome.ts'
import type { FindAdmin } from './ports.ts'
import { ApiRefusal, otherMethod, readOnly, unknownAddress } from './refusals.ts'

export type ApiNeeds = ErrorNeeds &
  Omit<CallNeeds, 'callLimit'> &
  ClientNeeds &
  ForcedOutcomeNeeds &
  EndpointNeeds & {
    partnerApi: PartnerApi
    findAdmin: FindAdmin
    limits: TakingLimits
    proofs: Proofs
    /** Calls that one token may make in a minute; 1,200 by default. */
    callsPerMinute?: number
  }

/** Below /v1/, except for the OAuth endpoints, and the AuthZEN endpoints. */
const ours = /^\/(?:v1\/(?!oauth\/)|access\/v1\/)/

type Row<By> = Extract<Endpoint<EndpointNeeds>, { by: By }>
type Params = Record<string, string>

/** Answers the endpoints of the partner API and of AuthZEN; every other address below them with 404, or 405. */
export function createApi(needs: ApiNeeds): Middleware {
  const answerToken = openTokenCalls(needs)
  const authenticateClient = openClientAuthentication(needs)
  const answerClient = async (row: Row<'client'>, ctx: Context, params: Params) =>
    row.handle(needs, await authenticateClient(ctx), await row.read(ctx, params))

  const answerAdmin = async (row: Row<'admin'>, ctx: Context, params: Params) => {
    const call = await authenticateAdmin(needs, ctx, row.scope)
    return row.handle(needs, call, await row.read(ctx, params))
  }

  const answerEither = async (row: Row<'either'>, ctx: Context, params: Params) => {
    const isClient = /^Basic /i.test(ctx.get('authorization'))
    const connectionId = isClient ? (await authenticateClient(ctx)).client.id : null
    if (!isClient) await authenticateAdmin(needs, ctx, row.scope)
    return row.handle(needs, { connectionId, now: needs.now() }, await row.read(ctx, params))
  }

  const answering = async (ctx: Context, answer: () => Promise<object> | never) => {
    ctx.set(apiHeaders)
    ctx.set('x-notion-request-id', ctx.state.requestId)
    try {
      ctx.body = await answer()
    } catch (error) {
      answerError(ctx, error, needs)
    }
  }

  const isOff = needs.partnerApi === 'off'
  const served = endpoints.filter(row => row.by !== 'token' || !isOff)
  const rows = new Map(served.map(row => [row.id, row]))
  const router = new Router({ strict: true, sensitive: true })
  for (const { id, method, path } of served)
    router.register(path.replaceAll(/\{(\w+)\}/g, ':$1'), [method], () => {}, { name: id })

  // The router's own middleware takes five times as long as its match.
  return async (ctx, next) => {
    if (!ours.test(ctx.path)) return next()
    const { path: layers, pathAndMethod } = router.match(ctx.path, ctx.method)
    const layer = pathAndMethod[0]
    if (layer) {
      const row = rows.get(layer.name!)!
      const params = layer.params(ctx.path, layer.captures(ctx.path))
      return answering(ctx, () => {
        if (row.by === 'token') return answerToken(row, ctx, params)
        if (row.by === 'either') return answerEither(row, ctx, params)
        return row.by === 'admin' ? answerAdmin(row, ctx, params) : answerClient(row, ctx, params)
      })
    }
    if (layers.length === 0 && isOff) return next()
    const methods = new Set(layers.flatMap(one => one.methods))
    return answering(ctx, () => {
      throw methods.size > 0 ? otherMethod(ctx.method, [...methods]) : unknownAddress()
    })
  }
}

export const apiHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** One allowance for each token, at the partner API and at the MCP server together. */
export function openCallLimit({ limits, callsPerMinute = 1_200, now }: ApiNeeds): CallRateLimit {
  return openCallRateLimit(limits, callsPerMinute, () => now().getTime())
}

/** @returns the handler of requests with an access token. */
function openTokenCalls(needs: ApiNeeds) {
  const callLimit = openCallLimit(needs)
  const callNeeds: CallNeeds = { ...needs, callLimit }

  return async (row: Row<'token'>, ctx: Context, params: Params): Promise<object> => {
    const presented = presentedToken(ctx)
    const { token } = presented
    callLimit.refuseKnown(token.hash.toString('base64'))
    const jkt = await provenKey(needs, ctx, presented)
    await forceInSandbox(needs, token, ctx.get(testHeader))
    const call = new Call(callNeeds, token, jkt, ctx.get('notion-version') || null)
    try {
      if (row.changesPages && needs.partnerApi === 'read') {
        await call.admitAnyone()
        throw readOnly()
      }
      return await row.handle(needs, call, await row.read(ctx, params))
    } catch (error) {
      if (error instanceof ApiRefusal && error.blamesInput) await call.admitAnyone()
      throw error
    }
  }
}
