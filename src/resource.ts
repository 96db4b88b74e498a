/**
 * For the host of an API or an MCP server of its own: `import { protect } from 'latchkey/resource'`. It needs Node's HTTP alone, and
 * asks Latchkey about each token (RFC 7662).
 */
import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

export type Protection = {
  /** The public address of Latchkey. */
  issuer: string
  /** The resource server that this API is registered as. */
  clientId: string
  clientSecret: string
  /** The public address of this API, as `latchkey resource add` was given it. */
  resource: string
  /** Its name for people. */
  name?: string
  /** The scope that clients ask for at first; the least that is of use. Default: read_content. */
  scopes?: readonly string[]
  /** How long an answer about a token in force may be kept. Default 0: a disconnect takes effect on the next request. */
  cacheSeconds?: number
}

/** The rights of the request's token. */
export type Access = {
  scopes: readonly string[]
  workspaceId: string
  /** The installation, whose pages the member chose. */
  installationId: string
  /** The member who allowed access. */
  userId: string
  clientId: string
  /** The pages that were chosen; those below them are reached as well. */
  pageIds: readonly string[]
  /** Seconds since 1970; null: the token has no end. */
  expiresAt: number | null
  allows(scope: string): boolean
  /** Answers the request with 403: the client asks for the scope, or leads its person to the page that adds it. */
  stepUp(scope: string): void
  /** Those of up to a hundred pages that the token may do this to now. @throws Error where Latchkey does not answer. */
  reached(scope: string, pageIds: readonly string[]): Promise<string[]>
}

/**
 * @returns a function that answers a request by itself where it is no request with a token in force: the metadata of the resource
 *   (RFC 9728), a preflight of a browser, 401 with a challenge, 503. It returns null then.
 */
export function protect(given: Protection) {
  const resource = new URL(given.resource)
  const issuer = given.issuer.replace(/\/$/, '')
  const path = resource.pathname.replace(/\/$/, '')
  const metadataPath = `/.well-known/oauth-protected-resource${path}`
  const audience = resource.origin + path
  const { scopes = ['read_content'], cacheSeconds = 0 } = given
  const authorization = `Basic ${Buffer.from(`${given.clientId}:${given.clientSecret}`).toString('base64')}`
  const kept = new Map<string, { until: number; answer: Answer }>()

  const metadata = {
    resource: audience,
    authorization_servers: [issuer],
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
    ...(given.name === undefined ? {} : { resource_name: given.name }),
  }
  const challenge = (members: Record<string, string>) =>
    `Bearer ${Object.entries({ ...members, resource_metadata: resource.origin + metadataPath })
      .map(([name, value]) => `${name}="${value}"`)
      .join(', ')}`

  async function ask(address: string, headers: Record<string, string>, body: string): Promise<Answer> {
    const answer = await fetch(issuer + address, {
      method: 'POST',
      headers: { authorization, ...headers },
      body,
      signal: AbortSignal.timeout(5_000),
    })
    if (!answer.ok) throw new Error(`Latchkey answered ${answer.status} to ${address}.`)
    return (await answer.json()) as Answer
  }

  async function introspect(token: string): Promise<Answer> {
    const key = hash('sha256', token)
    const known = kept.get(key)
    if (known && known.until > Date.now()) return known.answer
    kept.delete(key)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await ask('/v1/oauth/introspect', form, new URLSearchParams({ token }).toString())
    if (answer.active === true && cacheSeconds > 0) {
      if (kept.size >= maxKept) kept.clear()
      kept.set(key, { until: Date.now() + cacheSeconds * 1000, answer })
    }
    return answer
  }

  function accessOf(token: string, answer: Answer, response: ServerResponse): Access {
    const granted = String(answer.scope ?? '')
      .split(' ')
      .filter(Boolean)
    const { workspace_id, bot_id, sub, client_id, exp, authorization_details } = answer as unknown as Answered
    return {
      scopes: granted,
      ...{ workspaceId: workspace_id, installationId: bot_id, userId: sub, clientId: client_id },
      pageIds: authorization_details[0]?.page_ids ?? [],
      expiresAt: exp ?? null,
      allows: scope => granted.includes(scope),
      stepUp(scope) {
        const all = [...new Set([...granted, scope])].join(' ')
        response.setHeader('WWW-Authenticate', challenge({ error: 'insufficient_scope', scope: all }))
        const page = `${issuer}/settings/${workspace_id}/my-connections/${bot_id}/levels`
        send(response, 403, {
          error: 'insufficient_scope',
          error_description: `This needs the access level ${scope}.`,
          manage_access_url: `${page}?${new URLSearchParams({ add: scope })}`,
        })
      },
      async reached(capability, pageIds) {
        const body = JSON.stringify({ token, capability, page_ids: pageIds })
        const checked = await ask('/v1/access-checks', { 'content-type': 'application/json' }, body)
        return checked.page_ids as string[]
      },
    }
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<Access | null> => {
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.setHeader('Access-Control-Expose-Headers', 'WWW-Authenticate, Mcp-Session-Id')
    const { pathname } = new URL(request.url ?? '/', resource)
    if (request.method === 'OPTIONS') return preflight(response)
    if (pathname === metadataPath) return send(response, 200, metadata)
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined) {
      response.setHeader('WWW-Authenticate', challenge({ scope: scopes.join(' ') }))
      return send(response, 401, { error: 'unauthorized', error_description: 'A bearer token is required.' })
    }
    let answer: Answer
    try {
      answer = await introspect(token)
    } catch {
      response.setHeader('Retry-After', '1')
      return send(response, 503, { error: 'temporarily_unavailable' })
    }
    // A token that is bound to a key (RFC 9449) is no bearer token.
    if (answer.active === true && answer.aud === audience && answer.cnf === undefined)
      return accessOf(token, answer, response)
    response.setHeader('WWW-Authenticate', challenge({ error: 'invalid_token' }))
    return send(response, 401, {
      error: 'invalid_token',
      error_description: 'The token is not in force here.',
    })
  }
}

const maxKept = 10_000

type Answer = Record<string, unknown>
type Answered = {
  workspace_id: string
  bot_id: string
  sub: string
  client_id: string
  exp?: number
  authorization_details: { page_ids: string[] }[]
}

function preflight(response: ServerResponse): null {
  response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
  response.setHeader(
    'Access-Control-Allow-Headers',
    'Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, Mcp-Protocol-Version, Mcp-Session-Id',
  )
  response.writeHead(204).end()
  return null
}

function send(response: ServerResponse, status: number, body: object): null {
  response.setHeader('Cache-Control', status === 200 ? 'public, max-age=300' : 'no-store')
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  return null
}
