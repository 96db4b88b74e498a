import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type Answer, basic, ben, Flow, pkce, post } from '../support/oauth.ts'
import { type OpenProvider, openProvider } from '../support/open-provider.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'

let server: OpenProvider
let world: World
let relay: SeededConnection
let flow: Flow
let tokenUrl: string

beforeAll(async () => {
  server = await openProvider()
  world = await seedWorld(server.sql)
  tokenUrl = `${server.base}/v1/oauth/token`
})
beforeEach(async () => {
  relay = await seedConnection(server.sql)
  flow = new Flow(server.base, relay)
})
afterAll(() => server.close())

const refusal = (status: number, error: string) => ({
  status,
  json: { error, object: 'error', status, code: error, request_id: expect.any(String) },
})
const json = (value: unknown) => ({ raw: JSON.stringify(value), type: 'application/json' })
const allowed = (extra: Record<string, string | undefined> = {}) =>
  flow.allow(ben(world, world.pages.roadmap), extra)
const active = async (token: unknown) => (await flow.introspect(token)).json.active
const kinds = async () =>
  (
    await server.sql<{ kind: string }>('select kind from events where connection_id = $1 order by id', [
      relay.id,
    ])
  ).map(one => one.kind)
const grant = (code: string, more: Record<string, string> = {}) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: relay.redirectUri,
  ...more,
})

describe('a code', () => {
  it('redeemed twice is refused, and all its tokens are dead, and it is recorded', async () => {
    const callback = await allowed()
    const { json: first } = await flow.redeem(callback)
    expect(await flow.redeem(callback)).toMatchObject(refusal(400, 'invalid_grant'))
    expect(await active(first.access_token)).toBe(false)
    expect(await flow.refresh(first.refresh_token)).toMatchObject(refusal(400, 'invalid_grant'))
    expect(await kinds()).toEqual(['installation.activated', 'code.reused'])
  })

  it('redeemed twice with half a minute between, and past its own end, the same', async () => {
    for (const seconds of [30, 600]) {
      const callback = await allowed()
      const { json: first } = await flow.redeem(callback)
      await server.sql(
        `update authorizations set redeemed_at = redeemed_at - make_interval(secs => $1),
           created_at = created_at - make_interval(secs => $1)`,
        [seconds],
      )
      expect(await flow.redeem(callback)).toMatchObject(refusal(400, 'invalid_grant'))
      expect(await active(first.access_token)).toBe(false)
    }
  })

  it('of another client is refused, and its owner is unaffected', async () => {
    const callback = await allowed()
    const thief = new Flow(server.base, await seedConnection(server.sql))
    expect(await thief.redeem(callback)).toMatchObject(refusal(400, 'invalid_grant'))
    const { status, json: tokens } = await flow.redeem(callback)
    expect(status).toBe(200)
    expect(await thief.redeem(callback)).toMatchObject(refusal(400, 'invalid_grant'))
    expect(await active(tokens.access_token)).toBe(true)
  })

  it('after 61 seconds is refused', async () => {
    const callback = await allowed()
    await server.sql(`update authorizations set created_at = created_at - interval '61 seconds'`)
    expect(await flow.redeem(callback)).toMatchObject(refusal(400, 'invalid_grant'))
  })

  it('with another redirect URI is refused and not used up', async () => {
    const callback = await allowed()
    const elsewhere = { redirect_uri: 'https://relay.test/elsewhere' }
    expect(await flow.redeem(callback, elsewhere)).toMatchObject(refusal(400, 'invalid_grant'))
    expect((await flow.redeem(callback)).status).toBe(200)
  })

  it('for another resource, or with page details of its own, is refused and not used up', async () => {
    const callback = await allowed()
    expect(await flow.redeem(callback, { resource: 'https://elsewhere.test' })).toMatchObject(
      refusal(400, 'invalid_target'),
    )
    expect(await flow.redeem(callback, { authorization_details: '[]' })).toMatchObject(
      refusal(400, 'invalid_authorization_details'),
    )
    expect((await flow.redeem(callback, { resource: server.base })).status).toBe(200)
  })

  it.each([
    ['mistyped', (code: string) => `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`],
    ['made up', () => 'lkc_0123456789'],
    ['SQL', () => `' or true --`],
    ['a refresh token', () => 'lkr_000000000000000000000000000000000000'],
  ])('that is %s is refused', async (_what, change) => {
    const code = (await allowed()).searchParams.get('code')!
    expect(await flow.token(grant(change(code)))).toMatchObject(refusal(400, 'invalid_grant'))
  })
})

describe('PKCE', () => {
  const challenged = async () => {
    const { verifier, challenge } = pkce()
    const callback = await allowed({ code_challenge: challenge, code_challenge_method: 'S256' })
    return { verifier, callback }
  }

  it('a code with a challenge and no verifier is refused, also from a confidential client', async () => {
    const { callback, verifier } = await challenged()
    expect(await flow.redeem(callback)).toMatchObject(refusal(400, 'invalid_grant'))
    expect((await flow.redeem(callback, { code_verifier: verifier })).status).toBe(200)
  })

  it('a verifier where no challenge is stored is refused', async () => {
    const answer = await flow.redeem(await allowed(), { code_verifier: pkce().verifier })
    expect(answer).toMatchObject(refusal(400, 'invalid_grant'))
  })

  it('another verifier is refused, and the right one still works', async () => {
    const { callback, verifier } = await challenged()
    expect(await flow.redeem(callback, { code_verifier: pkce().verifier })).toMatchObject(
      refusal(400, 'invalid_grant'),
    )
    expect((await flow.redeem(callback, { code_verifier: verifier })).status).toBe(200)
  })

  it.each([42, 129])('a verifier of %i characters is an invalid request', async length => {
    const { callback } = await challenged()
    expect(await flow.redeem(callback, { code_verifier: 'a'.repeat(length) })).toMatchObject(
      refusal(400, 'invalid_request'),
    )
  })

  it('a confidential client that sent no challenge is not asked for a verifier', async () => {
    expect((await flow.redeem(await allowed())).status).toBe(200)
  })
})

describe('a refresh token', () => {
  it('of another client is refused, and its owner is unaffected', async () => {
    const { json: tokens } = await flow.redeem(await allowed())
    const thief = new Flow(server.base, await seedConnection(server.sql))
    expect(await thief.refresh(tokens.refresh_token)).toMatchObject(refusal(400, 'invalid_grant'))
    const { json: next } = await flow.refresh(tokens.refresh_token)
    const late = await flow.refresh(next.refresh_token)
    expect(late.status).toBe(200)
    // Long used up: a stranger's reuse must not end the family of its owner.
    expect(await thief.refresh(tokens.refresh_token)).toMatchObject(refusal(400, 'invalid_grant'))
    expect((await flow.refresh(late.json.refresh_token)).status).toBe(200)
  })

  it('that is an access token, or a typo, is refused', async () => {
    const { json: tokens } = await flow.redeem(await allowed())
    for (const token of [tokens.access_token, `${tokens.refresh_token}x`, 'x'])
      expect(await flow.refresh(token)).toMatchObject(refusal(400, 'invalid_grant'))
  })
})

describe('a client that proves itself', () => {
  const { id, secret } = { id: () => relay.id, secret: () => relay.secret }
  const refresh = { grant_type: 'refresh_token', refresh_token: 'lkr_x' }
  /** Past the authentication: the token is refused. */
  const authenticated = refusal(400, 'invalid_grant')

  it('by Basic, as it is or form-encoded, or in the body, form or JSON', async () => {
    const encoded = (text: string) => text.replaceAll('-', '%2D').replaceAll('_', '%5F')
    const body = { ...refresh, client_id: id(), client_secret: secret() }
    expect(await post(tokenUrl, refresh, basic(id(), secret()))).toMatchObject(authenticated)
    expect(await post(tokenUrl, refresh, basic(encoded(id()), encoded(secret())))).toMatchObject(
      authenticated,
    )
    expect(await post(tokenUrl, body)).toMatchObject(authenticated)
    expect(await post(tokenUrl, json(body))).toMatchObject(authenticated)
    expect(await post(tokenUrl, json(refresh), basic(id(), secret()))).toMatchObject(authenticated)
  })

  it('in one way for the exchange and in the other for the refresh', async () => {
    const { json: tokens } = await flow.redeem(await allowed())
    const answer = await post(tokenUrl, {
      grant_type: 'refresh_token',
      refresh_token: String(tokens.refresh_token),
      client_id: id(),
      client_secret: secret(),
    })
    expect(answer.status).toBe(200)
  })

  it('in both ways at once, or with two ids, is refused', async () => {
    const both = { ...refresh, client_id: id(), client_secret: secret() }
    expect(await post(tokenUrl, both, basic(id(), secret()))).toMatchObject(refusal(400, 'invalid_request'))
    const other = await seedConnection(server.sql)
    const mixed = { ...refresh, client_id: other.id }
    expect(await post(tokenUrl, mixed, basic(id(), secret()))).toMatchObject(refusal(400, 'invalid_request'))
  })

  it.each<[string, () => [Record<string, string>, Record<string, string>]]>([
    ['a wrong secret', () => [refresh, basic(id(), 'lks_wrong')]],
    ['a wrong secret in the body', () => [{ ...refresh, client_id: id(), client_secret: 'x' }, {}]],
    ['no secret', () => [{ ...refresh, client_id: id() }, {}]],
    ['nothing at all', () => [refresh, {}]],
    ['an unknown id', () => [refresh, basic('0190c0de-0000-7000-8000-000000000000', secret())]],
    ['an id that is none', () => [refresh, basic('relay', secret())]],
    ['the id in capitals', () => [refresh, basic(id().toUpperCase(), secret())]],
    ['no Basic but Bearer', () => [refresh, { authorization: `Bearer ${secret()}` }]],
    ['a header that is no base64', () => [refresh, { authorization: 'Basic ===' }]],
    ['a header without a colon', () => [refresh, { authorization: `Basic ${btoa('relay')}` }]],
    ['a broken encoding', () => [refresh, basic('%zz', secret())]],
  ])('with %s gets 401 and is told how', async (_what, make) => {
    const [fields, headers] = make()
    const answer = await post(tokenUrl, fields, headers)
    expect(answer).toMatchObject(refusal(401, 'invalid_client'))
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('though it is public and has no secret is refused when it sends one', async () => {
    const app = await seedConnection(server.sql, {
      client_type: 'public',
      redirect_uris: ['http://127.0.0.1/cb'],
    })
    expect(await post(tokenUrl, { ...refresh, client_id: app.id })).toMatchObject(authenticated)
    expect(await post(tokenUrl, { ...refresh, client_id: app.id, client_secret: app.secret })).toMatchObject(
      refusal(401, 'invalid_client'),
    )
  })

  it('with either of two live secrets, and no longer with a revoked one', async () => {
    const [second] = await server.sql<{ id: string }>(
      `insert into connection_secrets (id, connection_id, secret_hash, hint)
       values (gen_random_uuid(), $1, sha256('lks_other'), 'ther') returning id`,
      [relay.id],
    )
    expect(await post(tokenUrl, refresh, basic(id(), 'lks_other'))).toMatchObject(authenticated)
    expect(await post(tokenUrl, refresh, basic(id(), secret()))).toMatchObject(authenticated)
    await server.sql('update connection_secrets set revoked_at = now() where id = $1', [second!.id])
    expect(await post(tokenUrl, refresh, basic(id(), 'lks_other'))).toMatchObject(
      refusal(401, 'invalid_client'),
    )
  })

  it('wrongly twenty times a minute is slowed down, while the right secret still passes', async () => {
    const tries: Answer[] = []
    for (let turn = 0; turn < 22; turn++)
      tries.push(await post(tokenUrl, refresh, basic(id(), `lks_${turn}`)))
    expect(tries.slice(0, 20).every(one => one.status === 401)).toBe(true)
    const slowed = tries.at(-1)!
    expect(slowed.status).toBe(429)
    expect(slowed.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect(await post(tokenUrl, refresh, basic(id(), secret()))).toMatchObject(authenticated)
  })
})

describe('a body that is not as it should be', () => {
  const send = (body: { raw: string; type: string }) => post(tokenUrl, body, basic(relay.id, relay.secret))
  const invalid = refusal(400, 'invalid_request')
  const form = 'application/x-www-form-urlencoded'
  const asJson = (raw: string) => ({ raw, type: 'application/json' })

  it.each<[string, { raw: string; type: string }]>([
    ['broken JSON', asJson('{"grant_type":')],
    ['a JSON array', asJson('["grant_type"]')],
    ['a JSON string', asJson('"grant_type"')],
    ['JSON null', asJson('null')],
    ['a number', asJson('{"grant_type":"refresh_token","refresh_token":1}')],
    ['a nested object', asJson('{"grant_type":"refresh_token","refresh_token":{"a":"b"}}')],
    ['an array', asJson('{"grant_type":["refresh_token"]}')],
    ['a null member', asJson('{"grant_type":"refresh_token","refresh_token":null}')],
    ['a true member', asJson('{"grant_type":"refresh_token","x":true}')],
    ['__proto__', asJson('{"grant_type":"refresh_token","__proto__":{"client_id":"x"}}')],
    ['__proto__ as a string', asJson('{"grant_type":"refresh_token","__proto__":"x"}')],
    ['a NUL in JSON', asJson('{"grant_type":"refresh_token","refresh_token":"a\\u0000b"}')],
    ['a NUL in a form', { raw: 'grant_type=refresh_token&refresh_token=a%00b', type: form }],
    ['a NUL in a name', { raw: 'grant_type=refresh_token&a%00b=c', type: form }],
    ['a parameter twice', { raw: 'grant_type=refresh_token&refresh_token=a&refresh_token=b', type: form }],
    ['60 KiB', { raw: `grant_type=refresh_token&x=${'a'.repeat(60 * 1024)}`, type: form }],
    ['60 KiB of JSON', asJson(JSON.stringify({ grant_type: 'x', x: 'a'.repeat(60 * 1024) }))],
    ['XML', { raw: '<grant/>', type: 'application/xml' }],
    ['a file', { raw: '--x', type: 'multipart/form-data; boundary=x' }],
    ['no grant type', { raw: 'code=x', type: form }],
    ['nothing', { raw: '', type: form }],
    ['no code', { raw: 'grant_type=authorization_code', type: form }],
    ['no refresh token', { raw: 'grant_type=refresh_token', type: form }],
    ['an empty code', { raw: 'grant_type=authorization_code&code=&redirect_uri=x', type: form }],
  ])('%s is an invalid request', async (_what, body) => {
    expect(await send(body)).toMatchObject(invalid)
  })

  it.each([
    'client_credentials',
    'password',
    'implicit',
    'urn:ietf:params:oauth:grant-type:device_code',
    'constructor',
  ])('the grant %s is not to be had', async grant_type => {
    expect(await flow.token({ grant_type, scope: 'read_content' })).toMatchObject(
      refusal(400, 'unsupported_grant_type'),
    )
  })

  it('is said in JSON whatever the client would like to read, and by POST only', async () => {
    const answer = await post(
      tokenUrl,
      { grant_type: 'x' },
      { ...basic(relay.id, relay.secret), accept: 'text/html' },
    )
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer).toMatchObject(refusal(400, 'unsupported_grant_type'))
    expect((await fetch(`${tokenUrl}?grant_type=refresh_token`)).status).toBe(404)
  })

  it('members that nobody knows are ignored, also the one object that a known client sends', async () => {
    const code = (await allowed()).searchParams.get('code')!
    const answer = await send(
      asJson(JSON.stringify({ ...grant(code), x: 'y', external_account: { key: 'k', name: 'n' } })),
    )
    expect(answer.status).toBe(200)
  })

  it('parameters in the address count for nothing', async () => {
    const code = (await allowed()).searchParams.get('code')!
    const url = `${tokenUrl}?${new URLSearchParams(grant(code))}`
    expect(await post(url, {}, basic(relay.id, relay.secret))).toMatchObject(invalid)
  })
})

describe('a script in a browser', () => {
  it('reads answers for a public client from where that is registered to live, and from nowhere else', async () => {
    const app = await seedConnection(server.sql, {
      client_type: 'public',
      redirect_uris: ['https://app.test/callback'],
    })
    const fields = { grant_type: 'refresh_token', refresh_token: 'x', client_id: app.id }
    const from = async (origin: string) =>
      (await post(tokenUrl, fields, { origin })).headers.get('access-control-allow-origin')
    expect(await from('https://app.test')).toBe('https://app.test')
    expect(await from('https://evil.test')).toBeNull()
    expect(await from('null')).toBeNull()
    const confidential = await post(
      tokenUrl,
      { grant_type: 'refresh_token', refresh_token: 'x' },
      { ...basic(relay.id, relay.secret), origin: 'https://relay.test' },
    )
    expect(confidential.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('what is kept and what is logged', () => {
  it('holds no token, code or secret in clear, in no table and on no line', async () => {
    const callback = await allowed()
    const { json: tokens } = await flow.redeem(callback)
    const { json: renewed } = await flow.refresh(tokens.refresh_token)
    await flow.redeem(callback)
    await flow.refresh(renewed.refresh_token)
    await flow.introspect(renewed.access_token)
    await flow.browser.get(flow.authorizeUrl({ redirect_uri: `https://evil.test/${relay.secret}` }))
    const secrets = [
      callback.searchParams.get('code'),
      tokens.access_token,
      tokens.refresh_token,
      renewed.access_token,
      renewed.refresh_token,
      relay.secret,
    ] as string[]
    const tables = await server.sql<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = 'public' and table_type = 'BASE TABLE'`,
    )
    let everything = server.logged.join('')
    for (const { name } of tables)
      for (const { row } of await server.sql<{ row: string }>(`select t::text as row from ${name} t`))
        everything += row
    expect(everything).toContain(relay.id)
    for (const secret of secrets) expect(everything).not.toContain(secret.slice(4))
  })
})
