import { createServer, type Server } from 'node:http'
import type { InstallServer } from './app.ts'
import { watchRequestTiming } from './oidc/endpoints/request-timing.ts'

/** A partner's `state` of 4 KiB takes up to 12 in an address; cookies come on top. */
const maxHeaderSize = 32 * 1024

export type Listening = { port: number; close(): Promise<void> }

/** Listens, and on close lets the requests under way finish (10 s at most) before the stores are closed. */
export async function listen(
  server: InstallServer,
  options: { port: number; host: string },
): Promise<Listening> {
  const http = createServer({ maxHeaderSize }, server.app.callback())
  watchRequestTiming(http)
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(options.port, options.host, resolve)
  })
  let closing: Promise<void> | null = null
  return {
    port: (http.address() as { port: number }).port,
    close() {
      closing ??= drain(http).then(() => server.close())
      return closing
    },
  }
}

async function drain(http: Server): Promise<void> {
  const done = new Promise<void>(resolve => http.close(() => resolve()))
  http.closeIdleConnections()
  const late = setTimeout(() => http.closeAllConnections(), 10_000)
  await done
  clearTimeout(late)
}
