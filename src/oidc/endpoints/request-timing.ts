/**
 * The earliest time at which a request can have been sent. When a client redeems one code twenty times at once, one request wins;
 * the others must not be treated as replays, which would revoke the winner's tokens. The difference is that they were sent before
 * the winner was answered.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

/** A connection that has been open longer was opened ahead of its request. */
const maxOpeningMs = 2_000

const opened = new WeakMap<Socket, number>()
const sendTimes = new WeakMap<IncomingMessage, number>()

/** Call before the server listens. The first request of a connection counts as sent when the connection was opened. */
export function watchRequestTiming(server: Server): void {
  server.on('connection', (socket: Socket) => opened.set(socket, Date.now()))
  server.prependListener('request', (request: IncomingMessage) => {
    const now = Date.now()
    const openedAt = opened.get(request.socket)
    opened.delete(request.socket)
    sendTimes.set(request, openedAt !== undefined && now - openedAt < maxOpeningMs ? openedAt : now)
  })
}

/** Milliseconds since 1970; null where `watchRequestTiming` was not called. */
export function earliestSendTime(request: IncomingMessage): number | null {
  return sendTimes.get(request) ?? null
}
