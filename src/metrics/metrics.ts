/** The metrics behind METRICS_PORT, in the text format of Prometheus. */
import { createServer } from 'node:http'
import type { Context, Middleware } from 'koa'
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { type WatchedStores, watchStores } from './watch-stores.ts'

export type Metrics = {
  /** Counts every request; the outermost middleware. */
  count: Middleware
  /** @throws the socket's error, such as EADDRINUSE. */
  listen(port: number, host: string): Promise<{ port: number; close(): Promise<void> }>
}

/** From one query to a slow page, in seconds. */
const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
/** Addresses without a parameter, which no router names. */
const plainPaths =
  /^\/(?:v1\/oauth\/\w+|\.well-known\/[\w-]+(?:\/mcp)?|healthz|readyz|v1\/access-checks|access\/v1\/(?:evaluations?|search\/resource))$/

export function openMetrics(stores: WatchedStores): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  watchStores(registry, stores)
  const requests = new Counter({
    name: 'latchkey_http_requests_total',
    help: 'Requests answered, by route, method and status.',
    labelNames: ['route', 'method', 'status'] as const,
    registers: [registry],
  })
  const durations = new Histogram({
    name: 'latchkey_http_request_duration_seconds',
    help: 'From the arrival of a request to its answer, by route and method.',
    labelNames: ['route', 'method'] as const,
    buckets,
    registers: [registry],
  })
  return {
    async count(ctx, next) {
      const begun = performance.now()
      try {
        await next()
      } finally {
        const labels = { route: routeOf(ctx), method: methodOf(ctx) }
        requests.inc({ ...labels, status: ctx.status })
        durations.observe(labels, (performance.now() - begun) / 1000)
      }
    },

    async listen(port, host) {
      const server = createServer(async (request, response) => {
        if (request.url !== '/metrics' || request.method !== 'GET') return response.writeHead(404).end()
        response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' })
        response.end(await registry.metrics())
      })
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, resolve)
      })
      return {
        port: (server.address() as { port: number }).port,
        close() {
          const closed = new Promise<void>(resolve => server.close(() => resolve()))
          server.closeAllConnections()
          return closed
        },
      }
    },
  }
}

/** The route as the router names it, with its parameters unfilled: ids would make an unbounded number of labels. */
function routeOf(ctx: Context): string {
  const matched = (ctx as { _matchedRoute?: unknown })._matchedRoute
  if (typeof matched === 'string') return matched
  if (matched instanceof RegExp) return matched.source
  return ctx.status !== 404 && plainPaths.test(ctx.path) ? ctx.path : 'other'
}

/** Clients may send any method; unknown ones share a label. */
function methodOf({ method }: Context): string {
  return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].includes(method) ? method : 'other'
}
