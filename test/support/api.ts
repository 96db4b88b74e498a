import { request } from 'node:http'

export type Answer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  json: Json
}
// Tests check the answers against their own expectations.
// biome-ignore lint/suspicious/noExplicitAny: an answer may be anything
export type Json = any

export type Sent = {
  method?: string
  token?: string
  /** Raw pairs, sent exactly so: names twice where a test wants them twice. */
  headers?: [string, string][]
  /** Text and bytes go as they are, anything else as JSON. */
  body?: unknown
}

/** One call of the partner's API, by a client that lets every mistake through. */
export function call(base: string, path: string, sent: Sent = {}): Promise<Answer> {
  const { hostname, port } = new URL(base)
  const body =
    sent.body === undefined || typeof sent.body === 'string' || Buffer.isBuffer(sent.body)
      ? sent.body
      : JSON.stringify(sent.body)
  const headers = [
    ['host', `${hostname}:${port}`],
    ...(sent.token ? [['authorization', `Bearer ${sent.token}`]] : []),
    ...(body === undefined ? [] : [['content-length', `${Buffer.byteLength(body)}`]]),
    ...(sent.headers ?? []),
  ]
  return new Promise((resolve, reject) => {
    const method = sent.method ?? (body === undefined ? 'GET' : 'POST')
    const asked = request({ hostname, port, path, method, headers: headers.flat() }, answer => {
      const chunks: Buffer[] = []
      answer.on('data', chunk => chunks.push(chunk))
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: answer.statusCode!, headers: answer.headers, text, json: parse(text) })
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

function parse(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
