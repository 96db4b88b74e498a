/** A request in parts, so that one of them can be changed, and how it is sent. */
import { type Agent, request } from 'node:http'

export type Pairs = [name: string, value: string][]
export type Body = { form: Pairs } | { json: unknown } | { parts: Pairs } | { raw: string } | null
export type Sent = { method: string; path: string; query: Pairs; headers: Pairs; body: Body }
export type Answer = { status: number; location: string; requestId: string; ms: number }

const boundary = 'latchkey-boundary'
/** The smallest PNG: one transparent pixel. */
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

export function bytesOf(body: Body): { type: string; bytes: Buffer } | null {
  if (body === null) return null
  if ('raw' in body) return { type: 'text/plain', bytes: Buffer.from(body.raw, 'latin1') }
  if ('json' in body) return { type: 'application/json', bytes: Buffer.from(JSON.stringify(body.json) ?? '') }
  if ('form' in body) {
    const text = new URLSearchParams(body.form).toString()
    return { type: 'application/x-www-form-urlencoded', bytes: Buffer.from(text) }
  }
  const parts = body.parts.map(([name, value]) => {
    const isFile = name === 'logo' || name === 'file'
    const about = isFile ? `; filename="a.png"\r\nContent-Type: image/png` : ''
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${about}\r\n\r\n`
    return Buffer.concat([
      Buffer.from(head),
      isFile ? Buffer.from(pixel, 'base64') : Buffer.from(value),
      Buffer.from('\r\n'),
    ])
  })
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
  }
}

/** What a request line and a header may hold at all; Node's client throws on the rest. */
const addressable = (text: string) => text.replace(/[^\x21-\x7e\x80-\xff]/g, encodeURIComponent)
const headerSafe = (text: string) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')

/** @returns null where Node's client refuses to send it. */
export function send(agent: Agent, port: number, sent: Sent): Promise<Answer | null> {
  const query = new URLSearchParams(sent.query).toString()
  const body = bytesOf(sent.body)
  const own = new Set(sent.headers.map(([name]) => name.toLowerCase()))
  const headers: Pairs = sent.headers.map(([name, value]) => [name, headerSafe(value)])
  if (!own.has('host')) headers.push(['host', `localhost:${port}`])
  if (body && !own.has('content-type')) headers.push(['content-type', body.type])
  if (body) headers.push(['content-length', `${body.bytes.length}`])
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    let asked: ReturnType<typeof request>
    try {
      asked = request({
        ...{ agent, host: '127.0.0.1', port, method: sent.method, headers: headers.flat() },
        path: addressable(query === '' ? sent.path : `${sent.path}?${query}`),
      })
    } catch {
      return resolve(null)
    }
    asked.on('response', answer => {
      answer.on('error', reject)
      answer.resume().on('end', () =>
        resolve({
          status: answer.statusCode!,
          location: answer.headers.location ?? '',
          requestId: String(answer.headers['x-request-id'] ?? ''),
          ms: performance.now() - begun,
        }),
      )
    })
    asked.on('error', reject)
    asked.setTimeout(30_000, () => asked.destroy(new Error('no answer for 30 seconds')))
    asked.end(body?.bytes)
  })
}
