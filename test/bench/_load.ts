import { connect, type Socket } from 'node:net'

export type Load = {
  port: number
  /** Whole requests, sent in turn. */
  requests: readonly Buffer[]
  inFlight: number
  seconds: number
  /** No more than so many requests. */
  count?: number
  /** Where in the list to begin, so that runs do not repeat each other. */
  from?: number
}

export type Measured = { perSecond: number; p50Ms: number; p99Ms: number; count: number }

/** The next request of one connection, given the body of the last answer (null at first); null ends it. */
export type Lane = (answer: string | null) => Buffer | null

/**
 * Keeps `inFlight` keep-alive connections busy, one request on each.
 * @throws when an answer is not 200.
 */
export function measure(load: Load): Promise<Measured> {
  let next = load.from ?? 0
  const last = next + (load.count ?? Number.POSITIVE_INFINITY)
  const lane: Lane = () => (next < last ? load.requests[next++ % load.requests.length]! : null)
  return converse({ ...load, lanes: Array.from({ length: load.inFlight }, () => lane) })
}

/**
 * The same, for requests that depend on the answers: one connection for each lane. A generator of our own, because it
 * must cost little: it shares the cores with the measured server.
 */
export async function converse(load: {
  port: number
  lanes: readonly Lane[]
  seconds: number
}): Promise<Measured> {
  const times: number[] = []
  const begun = performance.now()
  const until = begun + load.seconds * 1000
  await Promise.all(
    load.lanes.map(lane =>
      drive(load.port, times, answer => {
        const request = lane(answer) // also when time is over: the lane learns the last answer
        return performance.now() < until ? request : null
      }),
    ),
  )
  const seconds = (performance.now() - begun) / 1000
  times.sort((one, other) => one - other)
  const at = (part: number) => times[Math.floor(times.length * part)] ?? 0
  return { perSecond: times.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99), count: times.length }
}

function drive(port: number, times: number[], lane: Lane): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let sentAt = 0
    let received = ''
    const send = (answer: string | null) => {
      const request = lane(answer)
      if (request === null) {
        socket.end()
        return resolve()
      }
      sentAt = performance.now()
      received = ''
      socket.write(request)
    }
    socket.setEncoding('latin1')
    socket.on('connect', () => send(null))
    socket.on('error', reject)
    socket.on('data', chunk => {
      received += chunk
      const head = received.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1])
      if (received.length < head + 4 + length) return
      if (!received.startsWith('HTTP/1.1 200 '))
        return reject(new Error(`an answer was ${received.slice(0, 800)}`))
      times.push(performance.now() - sentAt)
      send(received.slice(head + 4))
    })
  })
}

/** A GET request, whole. */
export function get(path: string, headers: Record<string, string> = {}): Buffer {
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
}

/** A POST request of a form, whole. */
export function post(
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Buffer {
  const body = new URLSearchParams(form).toString()
  const lines = Object.entries({
    host: 'localhost',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': `${body.length}`,
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}
