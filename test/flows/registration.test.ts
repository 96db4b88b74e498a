import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { readConfig } from '../../src/config.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { sweepExpired } from '../../src/storage/postgres/sweep.ts'
import { call } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
beforeEach(() => server.emptyRedis())
afterAll(() => server.close())

const json: [string, string][] = [['content-type', 'application/json']]
const register = (body: unknown, base = server.base) =>
  call(base, '/v1/oauth/register', { method: 'POST', headers: json, body })
const plain = { client_name: 'Desk', redirect_uris: ['http://127.0.0.1:4692/callback'] }

type Managed = { registration_client_uri: string; registration_access_token: string }
const manage = (made: Managed, method: string, body?: unknown, token = made.registration_access_token) =>
  call(server.base, new URL(made.registration_client_uri).pathname, { method, headers: json, body, token })

describe('an application that registers itself', () => {
  it('gets an id, no secret, and what counts for it', async () => {
    const { status, json: made } = await register({
      ...plain,
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      scope: 'openid read_content',
      software_id: 'x',
      require_pushed_authorization_requests: true,
      dpop_bound_access_tokens: true,
    })
    expect(status).toBe(201)
    expect(made).toMatchObject({
      client_id: expect.any(String),
      client_name: 'Desk',
      redirect_uris: plain.redirect_uris,
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      require_pushed_authorization_requests: true,
      dpop_bound_access_tokens: true,
      token_endpoint_auth_method: 'none',
      scope: expect.stringContaining('insert_content'),
    })
    expect(made).not.toHaveProperty('client_secret')
  })

  it('gets a secret where it asks for one, which is kept as a hash', async () => {
    const { json: made } = await register({ ...plain, token_endpoint_auth_method: 'client_secret_post' })
    expect(made).toMatchObject({
      client_secret: expect.stringMatching(/^lks_/),
      client_secret_expires_at: 0,
      token_endpoint_auth_method: 'client_secret_post',
    })
    const kept = JSON.stringify(await server.sql('select * from connections, connection_secrets'))
    expect(kept).not.toContain(made.client_secret)
    expect(kept).not.toContain(made.registration_access_token)
  })

  it.each([
    [{}, 'invalid_redirect_uri', 'redirect_uris'],
    [{ redirect_uris: [] }, 'invalid_redirect_uri', 'redirect_uris'],
    [{ redirect_uris: ['http://app.test/'] }, 'invalid_redirect_uri', 'http://app.test/'],
    [{ redirect_uris: ['cursor://back'] }, 'invalid_redirect_uri', 'cursor:'],
    [{ ...plain, client_name: 7 }, 'invalid_client_metadata', 'client_name'],
    [{ ...plain, client_name: 'a\u202eb' }, 'invalid_client_metadata', 'client_name'],
    [{ ...plain, client_uri: 'javascript:alert(1)' }, 'invalid_client_metadata', 'client_uri'],
    [{ ...plain, grant_types: ['implicit'] }, 'invalid_client_metadata', 'grant_types'],
    [{ ...plain, token_endpoint_auth_method: 'private_key_jwt' }, 'invalid_client_metadata', 'jwks'],
    [
      { ...plain, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ kty: 'oct', k: 'AA' }] } },
      'invalid_client_metadata',
      'jwks',
    ],
    [
      { ...plain, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://desk.test/keys' },
      'invalid_client_metadata',
      'jwks_uri',
    ],
    [
      { ...plain, token_endpoint_auth_method: 'tls_client_auth' },
      'invalid_client_metadata',
      'token_endpoint_auth_method',
    ],
  ])('is refused %j, with the member named', async (sent, error, member) => {
    const answer = await register(sent)
    expect(answer).toMatchObject({ status: 400, json: { error } })
    expect(answer.json.error_description).toContain(member)
  })

  it('is refused a body that is no JSON object', async () => {
    for (const body of ['[', '[]', 'null', '"x"'])
      expect(await register(body)).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
  })

  it('is refused after twenty in an hour from one address', async () => {
    const answers = []
    for (let nr = 0; nr < 22; nr++) answers.push(await register(plain))
    expect(answers.map(one => one.status)).toEqual([...Array(20).fill(201), 429, 429])
    expect(Number(answers.at(-1)!.headers['retry-after'])).toBeGreaterThan(0)
  })

  it('may have a private scheme without a dot where the operator lists it', async () => {
    const lists = await startServer({ NATIVE_SCHEMES: 'cursor, vscode://' })
    try {
      const back = (scheme: string, more: object = {}) =>
        register({ ...plain, redirect_uris: [`${scheme}://oauth/back`], ...more }, lists.base)
      const { json: made, status } = await back('cursor')
      expect(status).toBe(201)
      const request = new URLSearchParams({
        ...{ client_id: made.client_id, redirect_uri: 'cursor://oauth/back', response_type: 'code' },
        ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
      })
      const begun = await call(lists.base, `/v1/oauth/authorize?${request}`)
      expect([begun.status, begun.headers.location]).toEqual([303, expect.stringContaining('/install/')])
      expect((await back('vscode')).status).toBe(201)
      expect((await back('zed')).json.error_description).toContain('has the scheme zed:')
      const secret = { token_endpoint_auth_method: 'client_secret_basic' }
      expect((await back('cursor', secret)).json.error).toBe('invalid_redirect_uri')
    } finally {
      await lists.close()
    }
    for (const list of ['javascript', 'com.example.app', 'https', 'a b'])
      expect(() => readConfig({ NATIVE_SCHEMES: list })).toThrow('NATIVE_SCHEMES')
  })

  it('is refused where the operator lets in no one who registers themselves', async () => {
    for (const agents of ['published', 'off']) {
      const closed = await startServer({ AGENTS: agents })
      try {
        expect(await register(plain, closed.base)).toMatchObject({
          status: 403,
          json: { error: 'access_denied' },
        })
        const { json: metadata } = await call(closed.base, '/.well-known/oauth-authorization-server')
        expect(metadata).not.toHaveProperty('registration_endpoint')
      } finally {
        await closed.close()
      }
    }
    const { json: metadata } = await call(server.base, '/.well-known/oauth-authorization-server')
    expect(metadata.registration_endpoint).toBe(`${server.base}/v1/oauth/register`)
  })
})

describe('its registration', () => {
  it('is read, replaced and deleted with the token that came with it, and with no other', async () => {
    const [{ json: made }, { json: other }] = [await register(plain), await register(plain)]
    expect(await manage(made, 'GET')).toMatchObject({ status: 200, json: { client_id: made.client_id } })
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const refused = await manage(made, method, undefined, other.registration_access_token)
      expect([method, refused.status, refused.json.error]).toEqual([method, 401, 'invalid_token'])
    }
    const wanted = { ...plain, client_id: made.client_id, redirect_uris: ['http://localhost/back'] }
    expect(await manage(made, 'PUT', wanted)).toMatchObject({
      status: 200,
      json: { redirect_uris: ['http://localhost/back'] },
    })
    expect(await manage(made, 'PUT', { ...wanted, redirect_uris: ['ftp://x'] })).toMatchObject({
      status: 400,
    })
    // A client with a secret cannot become one without, nor the other way round.
    const secret = { ...wanted, token_endpoint_auth_method: 'client_secret_basic' }
    expect(await manage(made, 'PUT', secret)).toMatchObject({
      status: 400,
      json: { error: 'invalid_client_metadata' },
    })
    expect((await manage(made, 'DELETE')).status).toBe(204)
    expect((await manage(made, 'GET')).status).toBe(401)
    const refreshed = await call(server.base, '/v1/oauth/token', {
      method: 'POST',
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      body: `grant_type=refresh_token&refresh_token=x&client_id=${made.client_id}`,
    })
    expect(refreshed).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
  })

  it('is gone after a day, unless someone installed it', async () => {
    const [{ json: unused }, { json: used }, { json: fresh }] = [
      await register(plain),
      await register(plain),
      await register(plain),
    ]
    const [workspace] = await server.sql<{ id: string }>(
      `insert into workspaces (id, name, plan) values (gen_random_uuid(), 'Acme', 'free') returning id`,
    )
    const [user] = await server.sql<{ id: string }>(
      `insert into users (id, email, name) values (gen_random_uuid(), 'ben@acme.test', 'Ben') returning id`,
    )
    await server.sql(
      `insert into installations (workspace_id, id, connection_id, user_id, state, state_reason, capabilities, created_at, updated_at)
       values ($1, gen_random_uuid(), $2, $3, 'revoked', 'by-member', '{}', now(), now())`,
      [workspace!.id, used.client_id, user!.id],
    )
    await server.sql(`update connections set created_at = now() - interval '25 hours' where id = any ($1)`, [
      [unused.client_id, used.client_id],
    ])
    await sweepExpired(poolOf(server.server.stores.database), new Date())
    const left = await server.sql<{ id: string }>('select id from connections where id = any ($1)', [
      [unused.client_id, used.client_id, fresh.client_id],
    ])
    expect(left.map(one => one.id).sort()).toEqual([used.client_id, fresh.client_id].sort())
  })
})
