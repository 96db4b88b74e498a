/** Requests that succeed, for every address of the product: the ground from which a run begins its changes. */
import { load } from 'cheerio'
import { address } from '../support/addresses.ts'
import type { Person } from '../support/person.ts'
import type { Pairs, Sent } from './_request.ts'
import type { LongWorld } from './_world.ts'

const bearer = (token: string): Pairs => [['authorization', `Bearer ${token}`]]
const basic = (id: string, secret: string): Pairs => [
  ['authorization', `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`],
]
const pairsOf = (fields: Record<string, string>): Pairs => Object.entries(fields)
const plain = (method: string, path: string, more: Partial<Sent> = {}): Sent => ({
  ...{ method, path, query: [], headers: [], body: null },
  ...more,
})

async function cookieOf(person: Person): Promise<Pairs> {
  const cookie = await person.jar.getCookieString(person.base)
  return cookie === '' ? [] : [['cookie', cookie]]
}

/** Cookies of the flow have its path, and are sent there alone. */
async function cookieAt(person: Person, path: string): Promise<Pairs> {
  return [['cookie', await person.jar.getCookieString(new URL(path, person.base).href)]]
}

const owners =
  /^\/settings\/:workspace\/(connections|approved|requests|policy|hand-over|offers\/:offer\/withdraw)/

/**
 * The screens and their forms: each screen as the person who may see it asks for it, each form that it shows as their
 * browser would send it, and for each address that takes a form one with every field that any form has.
 * @param addresses as the routers take them: `GET /settings/:workspace`.
 */
export async function screenRequests(world: LongWorld, addresses: readonly string[]): Promise<Sent[]> {
  const made: Sent[] = []
  for (const one of addresses) {
    const [method, pattern] = one.split(' ') as [string, string]
    if (method === 'HEAD' || pattern.startsWith('/v1/')) continue
    const person = owners.test(pattern) ? world.people.ada : world.people.ben
    const [path, query] = address(pattern, world.things).split('?') as [string, string]
    const asked = plain(method, path, { query: [...new URLSearchParams(query)] })
    const headers = [...(await cookieAt(person, path)), ['accept', 'text/html']] as Pairs
    if (method === 'GET') {
      made.push({ ...asked, headers })
      made.push(...(await formsOf(person, `${path}?${query}`, headers)))
      // A guest and a member of another workspace ask too.
      for (const other of [world.people.gus, world.people.dora])
        made.push({ ...asked, headers: await cookieOf(other) })
    } else {
      const csrf = world.csrf.get(person)!
      const form = pairsOf({ ...world.form, csrf })
      made.push({ ...asked, headers, body: { form } })
      if (/logo|upload|manifest/.test(pattern))
        made.push({ ...asked, headers, body: { parts: [...form, ['logo', '']] } })
    }
  }
  return made
}

async function formsOf(person: Person, url: string, headers: Pairs): Promise<Sent[]> {
  const answer = await person.send(url)
  if (answer.status !== 200) return []
  const $ = load(await answer.text())
  return $('form')
    .toArray()
    .flatMap(one => {
      const form = $(one)
      const action = new URL(form.attr('action') ?? url, new URL(url, person.base))
      const method = (form.attr('method') ?? 'get').toUpperCase()
      if (action.origin !== person.base || action.pathname === '/sign-out') return []
      const fields: Pairs = form.serializeArray().map(({ name, value }) => [name, value])
      const button = form.find('button[name]').first()
      if (button.length > 0) fields.push([button.attr('name')!, button.attr('value') ?? ''])
      const query = [...action.searchParams] as Pairs
      if (method === 'GET') return [plain('GET', action.pathname, { query: fields, headers })]
      return [plain('POST', action.pathname, { query, headers, body: { form: fields } })]
    })
}

/** The partner API, the MCP server and the documents. */
export function apiRequests(world: LongWorld): Sent[] {
  const { pages, users } = world.seeded
  const page = `/v1/pages/${pages.handbook.id}`
  const title = (content: string) => ({ title: { title: [{ text: { content } }] } })
  const agent = (method: string, params: unknown) =>
    plain('POST', '/mcp', {
      headers: [...bearer(world.token), ['accept', 'application/json, text/event-stream']],
      body: { json: { jsonrpc: '2.0', id: 1, method, params } },
    })
  const tool = (name: string, input: unknown) => agent('tools/call', { name, arguments: input })
  const rows: [method: string, path: string, json?: unknown, query?: Pairs][] = [
    ['GET', page],
    ['PATCH', page, { properties: title('Handbook'), icon: { type: 'emoji', emoji: '🌲' } }],
    ['PATCH', page, { in_trash: true }],
    ['POST', '/v1/pages', { parent: { page_id: pages.handbook.id }, properties: title('New') }],
    ['GET', `/v1/blocks/${pages.roadmap.id}/children`, undefined, [['page_size', '2']]],
    ['POST', '/v1/search', { query: 'Hand', page_size: 2, filter: { property: 'object', value: 'page' } }],
    ['POST', '/v1/search', { sort: { timestamp: 'last_edited_time', direction: 'ascending' } }],
    ['GET', '/v1/users/me'],
    ['GET', '/v1/users', undefined, [['page_size', '10']]],
    ['GET', `/v1/users/${users.cleo.id}`],
  ]
  const check = { token: world.token, capability: 'read_content', page_ids: [pages.handbook.id] }
  const { id, secret } = world.relay
  const documents = ['oauth-authorization-server', 'oauth-protected-resource', 'oauth-protected-resource/mcp']
  const client = { name: 'long', version: '1' }
  return [
    ...rows.map(([method, path, json, query = []]) =>
      plain(method, path, {
        query,
        headers: bearer(world.token),
        body: json === undefined ? null : { json },
      }),
    ),
    plain('POST', '/v1/access-checks', { headers: basic(id, secret), body: { json: check } }),
    agent('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: client }),
    agent('tools/list', {}),
    tool('search_pages', { query: 'Hand' }),
    tool('list_pages', { parent_id: pages.roadmap.id }),
    tool('get_page', { page_id: pages.handbook.id }),
    tool('update_page_title', { page_id: pages.handbook.id, title: 'Handbook' }),
    ...documents.map(name => plain('GET', `/.well-known/${name}`)),
    ...['/openapi.json', '/healthz', '/readyz', '/assets/app.css'].map(path => plain('GET', path)),
  ]
}

/** The endpoints of OAuth, with real clients, codes and tokens, and both ways of showing the secret. */
export async function oauthRequests(world: LongWorld): Promise<Sent[]> {
  const { id, secret, redirectUri } = world.relay
  const post = (path: string, fields: Record<string, string>): Sent[] => [
    plain('POST', path, { headers: basic(id, secret), body: { form: pairsOf(fields) } }),
    plain('POST', path, { body: { form: pairsOf({ ...fields, client_id: id, client_secret: secret }) } }),
    plain('POST', path, { headers: basic(id, secret), body: { json: fields } }),
  ]
  const redeem = world.codes.flatMap(({ code, verifier }) =>
    post('/v1/oauth/token', {
      ...{ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri },
    }),
  )
  const refresh = { grant_type: 'refresh_token', refresh_token: world.refreshToken }
  const asked = [...new URL(world.authorizeUrl).searchParams] as Pairs
  const begin = await Promise.all(
    [world.people.ben, world.people.cleo, world.people.nobody].map(async person =>
      plain('GET', '/v1/oauth/authorize', { query: asked, headers: await cookieOf(person) }),
    ),
  )
  const resume = `/v1/oauth/authorize/${world.things.uid}`
  return [
    ...redeem,
    ...post('/v1/oauth/token', refresh),
    ...['introspect', 'revoke'].flatMap(name =>
      [world.token, world.refreshToken].flatMap(token => post(`/v1/oauth/${name}`, { token })),
    ),
    ...[...begin, ...begin],
    plain('GET', resume, { headers: await cookieAt(world.people.ben, resume) }),
  ]
}
