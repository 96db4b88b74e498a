import { beforeEach, describe, expect, it } from '@jest/globals'
import { basic, ben, Flow, post, refusal } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const { server, world } = await openProviderWorld()
const tokenUrl = `${server.base}/v1/oauth/token`
let relay: SeededConnection
let flow: Flow

beforeEach(async () => {
  relay = await seedConnection(server.sql)
  flow = new Flow(server.base, relay)
})

const allowed = (extra: Record<string, string | undefined> = {}) =>
  flow.allow(ben(world, world.pages.roadmap), extra)
const grant = (code: string, more: Record<string, string> = {}) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: relay.redirectUri,
  ...more,
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

  it.each(['client_credentials', 'password', 'implicit', 'constructor'])(
    'the grant %s is not to be had',
    async grant_type => {
      expect(await flow.token({ grant_type, scope: 'read_content' })).toMatchObject(
        refusal(400, 'unsupported_grant_type'),
      )
    },
  )

  it('is refused in JSON whatever Accept says, and taken by POST only', async () => {
    const answer = await post(
      tokenUrl,
      { grant_type: 'x' },
      { ...basic(relay.id, relay.secret), accept: 'text/html' },
    )
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer).toMatchObject(refusal(400, 'unsupported_grant_type'))
    expect((await fetch(`${tokenUrl}?grant_type=refresh_token`)).status).toBe(405)
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
