import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { call } from '../support/api.ts'
import { ben, Flow, pkce } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openProviderWorld()
let flow: Flow
let mcp: string

beforeAll(async () => {
  mcp = `${server.base}/mcp`
})
beforeEach(async () => {
  flow = new Flow(server.base, await seedConnection(server.sql))
})

const allowed = (resource?: string) =>
  flow.allow(ben(world, world.pages.roadmap), resource === undefined ? {} : { resource })
const audienceOf = async (token: unknown) => (await flow.introspect(token)).json.aud

describe('a client that names a resource', () => {
  it('gets tokens for it, whatever form it writes it in', async () => {
    for (const form of [mcp, `${mcp}/`, `${mcp}?of=no-importance`, mcp.replace('http:', 'HTTP:')]) {
      const { json } = await flow.redeem(await allowed(form), { resource: form })
      expect(await audienceOf(json.access_token)).toBe(mcp)
      const refreshed = await flow.refresh(json.refresh_token, { resource: form })
      expect(await audienceOf(refreshed.json.access_token)).toBe(mcp)
    }
  })

  it('gets tokens for it also without naming it again', async () => {
    const { json } = await flow.redeem(await allowed(mcp))
    expect(await audienceOf(json.access_token)).toBe(mcp)
    expect(await audienceOf((await flow.refresh(json.refresh_token)).json.access_token)).toBe(mcp)
  })

  it('gets tokens for the partner API where it names none, or leaves the name empty', async () => {
    for (const empty of [undefined, '']) {
      const { json } = await flow.redeem(await allowed(empty), empty === undefined ? {} : { resource: '' })
      expect(await audienceOf(json.access_token)).toBe(server.base)
    }
  })

  it.each(['https://elsewhere.test/mcp', 'mcp', 'urn:mcp', 'MCP#part', 'user@'])(
    'is sent back where the resource is %s',
    async form => {
      const resource = form.replace('MCP', mcp).replace('user@', mcp.replace('//', '//user@'))
      const back = await flow.begin({ resource })
      expect(new URL(back).searchParams.get('error')).toBe('invalid_target')
    },
  )

  it('is refused another one at the token endpoint, and the code and the refresh token stay good', async () => {
    const refused = { status: 400, json: { error: 'invalid_target' } }
    const callback = await allowed(mcp)
    for (const other of [server.base, `${server.base}/v1`, 'https://elsewhere.test'])
      expect(await flow.redeem(callback, { resource: other })).toMatchObject(refused)
    const { json } = await flow.redeem(callback, { resource: mcp })
    for (const other of [server.base, `${server.base}/v1`, 'https://elsewhere.test'])
      expect(await flow.refresh(json.refresh_token, { resource: other })).toMatchObject(refused)
    expect((await flow.refresh(json.refresh_token, { resource: mcp })).status).toBe(200)
  })

  it('begins anew where the resource is no longer served', async () => {
    const { json } = await flow.redeem(await allowed(mcp))
    const later = await server.beside({ adjust: needs => ({ ...needs, mcp: false }) })
    expect(await flow.refresh(json.refresh_token, { resource: mcp }, later.base)).toMatchObject({
      status: 400,
      json: { error: 'invalid_grant' },
    })
    expect((await flow.refresh(json.refresh_token)).status).toBe(200)
  })
})

describe('a client that names a resource of a resource server', () => {
  it('gets tokens for it, which that resource server alone sees in force', async () => {
    const [host, other, unlimited] = await Promise.all(
      [0, 1, 2].map(() => seedConnection(server.sql, { resource_server: true })),
    )
    const notes = 'https://notes.example.com/mcp'
    await server.sql('insert into resources values ($1, $2, now()), ($3, $4, now())', [
      ...[notes, host!.id, 'https://other.example.com', other!.id],
    ])
    const callback = await allowed('HTTPS://notes.example.com:443/mcp/?x=1')
    const { json } = await flow.redeem(callback, { resource: `${notes}/` })
    const ask = async (who: typeof host, token: unknown) =>
      (await new Flow(server.base, who!).introspect(token)).json
    for (const token of [json.access_token, json.refresh_token]) {
      expect(await ask(host, token)).toMatchObject({ active: true, client_id: flow.connection.id })
      for (const stranger of [other, unlimited])
        expect(await ask(stranger, token)).toEqual({ active: false, request_id: expect.any(String) })
    }
    expect((await ask(host, json.access_token)).aud).toBe(notes)
    expect((await flow.introspect(json.access_token)).json.aud).toBe(notes)
    // Tokens for this server are for resource servers that have no resource of their own.
    const { json: ours } = await flow.redeem(await allowed())
    expect((await ask(unlimited, ours.access_token)).active).toBe(true)
    expect((await ask(host, ours.access_token)).active).toBe(false)

    expect(await flow.refresh(json.refresh_token, { resource: mcp })).toMatchObject({
      json: { error: 'invalid_target' },
    })
    const { json: next } = await flow.refresh(json.refresh_token, { resource: notes })
    expect((await ask(host, next.access_token)).active).toBe(true)

    await server.sql('update connections set disabled_at = now() where id = $1', [host!.id])
    expect((await flow.refresh(next.refresh_token)).json.error).toBe('invalid_grant')
    expect(new URL(await flow.begin({ resource: notes })).searchParams.get('error')).toBe('invalid_target')
  })
})

describe('the documents about the resources', () => {
  it('say who issues tokens for each, and the least scope', async () => {
    for (const path of ['', '/mcp']) {
      const { json, status } = await call(server.base, `/.well-known/oauth-protected-resource${path}`)
      expect(status).toBe(200)
      expect(json).toMatchObject({
        resource: server.base + path,
        authorization_servers: [server.base],
        scopes_supported: ['read_content'],
        bearer_methods_supported: ['header'],
        resource_name: expect.any(String),
      })
    }
  })

  const documents = [
    '/.well-known/oauth-authorization-server',
    '/.well-known/oauth-protected-resource/mcp',
    '/v1/oauth/jwks',
  ]

  it('answer HEAD as GET, and refuse other methods with those that they have', async () => {
    for (const address of documents) {
      expect((await call(server.base, address, { method: 'HEAD' })).status).toBe(200)
      const refused = await call(server.base, address, { method: 'DELETE' })
      expect([address, refused.status, refused.headers.allow]).toEqual([address, 405, 'GET, HEAD'])
    }
  })
})

describe('a page in a browser', () => {
  const preflight = (address: string) =>
    call(server.base, address, {
      method: 'OPTIONS',
      headers: [
        ['origin', 'https://app.test'],
        ['access-control-request-method', 'POST'],
        ['access-control-request-headers', 'mcp-protocol-version,authorization'],
      ],
    })

  it('may ask every address for programs, and never with cookies', async () => {
    for (const address of [
      '/.well-known/oauth-authorization-server',
      '/.well-known/oauth-protected-resource',
      '/v1/oauth/jwks',
      '/v1/oauth/register',
      '/v1/oauth/token',
      '/v1/oauth/revoke',
      '/v1/search',
      '/mcp',
    ]) {
      const { status, headers } = await preflight(address)
      expect([address, status]).toEqual([address, 204])
      expect(headers['access-control-allow-origin']).toBe('*')
      expect(headers['access-control-allow-credentials']).toBeUndefined()
      const allowed = String(headers['access-control-allow-headers']).toLowerCase().split(', ')
      for (const name of [
        'mcp-protocol-version',
        'authorization',
        'content-type',
        'notion-version',
        'latchkey-test',
      ])
        expect(allowed).toContain(name)
    }
  })

  it('may not ask the authorization endpoint', async () => {
    const { headers } = await preflight('/v1/oauth/authorize')
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  it('reads why it is refused, also before it is known', async () => {
    const { status, headers } = await call(server.base, '/v1/oauth/token', {
      method: 'POST',
      headers: [
        ['origin', 'https://app.test'],
        ['content-type', 'application/x-www-form-urlencoded'],
      ],
      body: 'grant_type=refresh_token&refresh_token=x&client_id=99999999-9999-4999-8999-999999999999',
    })
    expect([status, headers['access-control-allow-origin']]).toEqual([401, '*'])
    expect(headers['access-control-expose-headers']).toContain('WWW-Authenticate')
  })

  it('reads its tokens on any port of the loopback host where it is registered', async () => {
    const { challenge, verifier } = pkce()
    const app = await seedConnection(server.sql, {
      client_type: 'public',
      redirect_uris: ['http://localhost/callback'],
    })
    flow = new Flow(server.base, app)
    const redirect_uri = 'http://localhost:5173/callback'
    const callback = await flow.allow(ben(world, world.pages.roadmap), {
      redirect_uri,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code')!,
      client_id: app.id,
      redirect_uri,
      code_verifier: verifier,
    })
    const from = (origin: string) =>
      fetch(`${server.base}/v1/oauth/token`, { method: 'POST', body, headers: { origin } })
    expect((await from('http://elsewhere.test:5173')).headers.get('access-control-allow-origin')).toBeNull()
    const second = await from('http://localhost:5173')
    expect(second.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
  })
})
