import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export type Received = { path: string; headers: Record<string, string>; body: string }

/** A server that takes webhooks. `answer` says with which status. */
export async function openReceiver(answer: (received: Received) => number = () => 200) {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const one = { path: request.url!, headers: request.headers as Record<string, string>, body }
    received.push(one)
    const status = answer(one)
    if (status === 0) return // no answer at all
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/webhooks`,
    received,
    /** Until so many have come. */
    async until(count: number): Promise<Received[]> {
      for (let tries = 0; received.length < count && tries < 600; tries++) await pause(20)
      if (received.length < count) throw new Error(`${received.length} of ${count} messages came`)
      return received
    },
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
