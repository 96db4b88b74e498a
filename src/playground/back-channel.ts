/** The requests of a partner's own server, made over HTTP to this one; both sides of each are kept for the screen. */

/** One request and its answer, unmasked. */
export type Exchange = {
  /** The same request for a shell. */
  curl: string
  status: number
  /** The headers that a client acts on, `name: value` each. */
  headers: string[]
  /** The answer's text; JSON is indented. */
  text: string
  /** The JSON of a successful answer; otherwise null. */
  body: Record<string, unknown> | null
}

export type Sent = {
  method: 'GET' | 'POST'
  /** From the root of the server. */
  path: string
  credentials:
    | { kind: 'basic'; id: string; secret: string }
    | { kind: 'bearer'; token: string }
    | { kind: 'none' }
  /** At most one of `form` and `json`. */
  form?: Record<string, string>
  json?: object
  headers?: Record<string, string>
}

export type BackChannel = (sent: Sent) => Promise<Exchange>

/** `issuer` is for the addresses on screen; `base` is the same server reached from inside. */
export type Addresses = { issuer: string; base: string }

/** The address that the server listens on, whichever name or proxy people reach it by. */
export function ownAddress(config: { issuer: string; host: string; port: number }): Addresses {
  const every = ['0.0.0.0', '::'].includes(config.host)
  const host = every ? '127.0.0.1' : config.host.includes(':') ? `[${config.host}]` : config.host
  return { issuer: config.issuer, base: `http://${host}:${config.port}` }
}

const shownHeaders = ['content-type', 'retry-after', 'www-authenticate', 'x-request-id']
const patienceMs = 10_000

/** @throws when the server does not answer within ten seconds. */
export function backChannel(addresses: Addresses): BackChannel {
  return async sent => {
    const { method, path, credentials, form, json } = sent
    const headers: Record<string, string> = { ...sent.headers }
    if (credentials.kind === 'basic')
      headers.authorization = `Basic ${Buffer.from(`${credentials.id}:${credentials.secret}`).toString('base64')}`
    if (credentials.kind === 'bearer') headers.authorization = `Bearer ${credentials.token}`
    if (form) headers['content-type'] = 'application/x-www-form-urlencoded'
    if (json) headers['content-type'] = 'application/json'
    const content = form ? new URLSearchParams(form).toString() : json ? JSON.stringify(json) : undefined
    const answer = await fetch(addresses.base + path, {
      method,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
      ...(content === undefined ? {} : { body: content }),
    })
    const text = await answer.text()
    const body = readJson(text)
    return {
      curl: curlOf(addresses.issuer, sent),
      status: answer.status,
      headers: shownHeaders
        .filter(name => answer.headers.has(name))
        .map(name => `${name}: ${answer.headers.get(name)}`),
      text: body ? JSON.stringify(body, null, 2) : text,
      body: answer.ok ? body : null,
    }
  }
}

function curlOf(issuer: string, { method, path, credentials, form, json, headers = {} }: Sent): string {
  const options = [
    ...(credentials.kind === 'basic' ? [`-u ${quoted(`${credentials.id}:${credentials.secret}`)}`] : []),
    ...(credentials.kind === 'bearer' ? [`-H ${quoted(`Authorization: Bearer ${credentials.token}`)}`] : []),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...Object.entries(form ?? {}).map(([name, value]) => `--data-urlencode ${quoted(`${name}=${value}`)}`),
    ...(json ? [`-H ${quoted('Content-Type: application/json')}`, `-d ${quoted(JSON.stringify(json))}`] : []),
  ]
  return [`curl${method === 'GET' ? '' : ` -X ${method}`} ${quoted(issuer + path)}`, ...options].join(
    ' \\\n  ',
  )
}

/** Quotes for a POSIX shell, in which single quotes take every character literally. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function readJson(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
