import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { InstallServer } from './app.ts'
import { watchRequestTiming } from './oidc/endpoints/request-timing.ts'

/** A partner's `state` of 4 KiB takes up to 12 in an address; cookies come on top. */
const maxHeaderSize = 32 * 1024
/** After the grace: how long requests under way may take to end. With the closing of the stores it stays below ten seconds. */
const maxDrainMs = 4_000

export type Listening = {
  port: number
  metricsPort: number | null
  /**
   * Unready at once; requests are answered for `graceMs` more, so that load balancers find out; then those under way end.
   * The stores are closed last.
   */
  close(graceMs?: number): Promise<void>
}

export async function listen(
  server: InstallServer,
  options: { port: number; host: string; metricsPort?: number | null },
): Promise<Listening> {
  let closing: Promise<void> | null = null
  const answer = server.app.callback()
  const http = createServer({ maxHeaderSize }, (request, response) => {
    if (closing) {
      // The client is to begin a new connection, which leads to another host.
      response.setHeader('connection', 'close')
      if (asksReadiness(request)) return sayUnready(response)
    }
    answer(request, response)
  })
  watchRequestTiming(http)
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(options.port, options.host, resolve)
  })
  const metrics = await server.metrics?.listen(options.metricsPort ?? 0, options.host)
  return {
    port: (http.address() as { port: number }).port,
    metricsPort: metrics?.port ?? null,
    close(graceMs = 0) {
      closing ??= pause(graceMs)
        .then(() => Promise.all([drain(http), metrics?.close()]))
        .then(() => server.close())
      return closing
    },
  }
}

async function drain(http: Server): Promise<void> {
  const done = new Promise<void>(resolve => http.close(() => resolve()))
  http.closeIdleConnections()
  const late = setTimeout(() => http.closeAllConnections(), maxDrainMs)
  await done
  clearTimeout(late)
}

function asksReadiness({ url = '' }: IncomingMessage): boolean {
  return /\/readyz(?:\?|$)/.test(url)
}

function sayUnready(response: ServerResponse): void {
  response
    .writeHead(503, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(JSON.stringify({ status: 'not ready', failing: ['stopping'] }))
}
