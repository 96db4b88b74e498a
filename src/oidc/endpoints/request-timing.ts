/**
 * When a request set out, as nearly as a server can tell. Of twenty redemptions of one code sent at once, one wins; the others
 * must not look like replays, whose discovery ends the winner's tokens. What separates them is that they were sent before the
 * winner had its answer.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

/** A connection that stands open longer was opened ahead of its request. */
const maxOpeningMs = 2_000

const opened = new WeakMap<Socket, number>()
const arrivals = new WeakMap<IncomingMessage, number>()

/** To be called before the server listens. The first request of a connection set out when the connection was opened. */
export function watchArrivals(server: Server): void {
  server.on('connection', (socket: Socket) => opened.set(socket, Date.now()))
  server.prependListener('request', (request: IncomingMessage) => {
    const now = Date.now()
    const openedAt = opened.get(request.socket)
    opened.delete(request.socket)
    arrivals.set(request, openedAt !== undefined && now - openedAt < maxOpeningMs ? openedAt : now)
  })
}

/** Milliseconds since 1970; null where nobody watches. */
export function arrivedAt(request: IncomingMessage): number | null {
  return arrivals.get(request) ?? null
}
