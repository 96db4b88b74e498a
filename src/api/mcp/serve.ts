/** `/mcp`: the Model Context Protocol over HTTP, for the bearer of a token as at the partner API. */
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { createMcpHandler } from '@modelcontextprotocol/server'
import type { Context, Middleware } from 'koa'
import { testHeader } from '../../installs/forced-outcome.ts'
import { answerError } from '../answer-error.ts'
import { type ApiNeeds, apiHeaders, openCallLimit } from '../api.ts'
import { presentedToken, provenKey, requireCapability } from '../bearer.ts'
import { Call } from '../call.ts'
import { forceInSandbox } from '../forced-outcome.ts'
import { readJsonBody } from '../json-body.ts'
import { otherMethod } from '../refusals.ts'
import { mcpServer, servedTools } from './server.ts'

export type Mcp = {
  middleware: Middleware
  /** Ends the streams that are open. */
  close(): Promise<void>
}

type Served = { call: Call; requestId: string }

/** Both generations of the protocol are served, each request by a server of its own. */
export function openMcp(needs: ApiNeeds): Mcp {
  const callLimit = openCallLimit(needs)
  const handler = createMcpHandler(({ authInfo }) => {
    const { call, requestId } = authInfo!.extra as Served
    return mcpServer(needs, call, requestId)
  })
  const capabilityOf = new Map(servedTools(needs.partnerApi).map(tool => [tool.name, tool.needs]))

  async function answer(ctx: Context): Promise<Response> {
    // Request refuses to be made with TRACE and CONNECT.
    if (!methods.includes(ctx.method)) throw otherMethod(ctx.method, methods)
    const presented = presentedToken(ctx)
    const { token } = presented
    callLimit.refuseKnown(token.hash.toString('base64'))
    const jkt = await provenKey(needs, ctx, presented)
    await forceInSandbox(needs, token, ctx.get(testHeader))
    const call = new Call({ ...needs, callLimit }, token, jkt, null)
    const bearer = await needs.access.bearer(token, call.now)
    const admitted = await call.admit(bearer && { bearer }, null)
    const parsedBody = ctx.method === 'POST' ? await readJsonBody(ctx) : undefined
    // A missing capability is answered by the status, from which clients begin to ask for more (RFC 6750 §3.1).
    for (const name of calledTools(parsedBody)) {
      const needed = capabilityOf.get(name)
      if (needed) requireCapability(admitted.bearer, needed, needs.issuer)
    }
    const gone = new AbortController()
    ctx.res.once('close', () => gone.abort())
    const request = new Request(needs.issuer + ctx.url, {
      method: ctx.method,
      headers: Object.entries(ctx.headers).map(([name, value]): [string, string] => [name, String(value)]),
      signal: gone.signal,
    })
    const extra: Served = { call, requestId: ctx.state.requestId }
    const { connectionId: clientId, capabilities: scopes } = admitted.bearer
    // The handlers look the token up by its hash, so its value is not passed on.
    return handler.fetch(request, { parsedBody, authInfo: { token: '', clientId, scopes, extra } })
  }

  return {
    async middleware(ctx, next) {
      if (ctx.path !== '/mcp') return next()
      ctx.set(apiHeaders)
      try {
        const { status, headers, body } = await answer(ctx)
        ctx.status = status
        for (const [name, value] of headers) ctx.set(name, value)
        // Passed on as it comes: some answers end only with the connection.
        ctx.body = body && Readable.fromWeb(body as ReadableStream)
        if (!body) ctx.status = status
      } catch (error) {
        answerError(ctx, error, needs, '/mcp')
      }
    },
    close: () => handler.close(),
  }
}

/** Those of the transport; a preflight is answered before (cors.ts). */
const methods = ['GET', 'POST', 'DELETE']

/** The names of the tools that a request calls; a batch may call several. */
function calledTools(body: unknown): string[] {
  return [body].flat().flatMap(one => {
    const { method, params } = (one ?? {}) as { method?: unknown; params?: { name?: unknown } }
    return method === 'tools/call' && typeof params?.name === 'string' ? [params.name] : []
  })
}
