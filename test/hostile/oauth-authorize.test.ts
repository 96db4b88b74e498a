import { describe, expect, it } from '@jest/globals'
import { Browser, Flow, pkce } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openProviderWorld()
const web = new Flow(
  server.base,
  await seedConnection(server.sql, {
    redirect_uris: ['https://relay.test/callback', 'http://localhost:8080/callback', 'https://ok.example/cb'],
  }),
)
const app = await seedConnection(server.sql, {
  client_type: 'public',
  redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback'],
})
const native = new Flow(server.base, app)

type Extra = Record<string, string | undefined>
const ask = (flow: Flow, extra: Extra) => new Browser().get(flow.authorizeUrl(extra))
/** The error that the partner is told. */
async function told(flow: Flow, extra: Extra): Promise<URLSearchParams> {
  const response = await ask(flow, extra)
  expect(response.status).toBe(303)
  return new URL(response.headers.get('location')!).searchParams
}
async function expectPage(response: Response): Promise<string> {
  expect(response.status).toBe(400)
  expect(response.headers.get('location')).toBeNull()
  expect(response.headers.get('content-type')).toMatch(/html/)
  const text = await response.text()
  expect(text).toContain(response.headers.get('x-request-id'))
  return text
}
const s256 = () => ({ code_challenge: pkce().challenge, code_challenge_method: 'S256' })

describe('a redirect URI that is not exactly a registered one gets a page and no redirect', () => {
  it.each([
    ['another one', 'https://evil.test/callback'],
    ['a trailing slash', 'https://relay.test/callback/'],
    ['another case', 'https://relay.test/Callback'],
    ['another case of the host', 'https://RELAY.test/callback'],
    ['an extra query', 'https://relay.test/callback?next=https://evil.test'],
    ['a fragment', 'https://relay.test/callback#x'],
    ['a longer host', 'https://ok.example.evil.test/cb'],
    ['a character in place of the dot', 'https://okxexample/cb'],
    ['a path that climbs', 'https://relay.test/a/../callback'],
    ['an encoded character', 'https://relay.test/%63allback'],
    ['a user part', 'https://relay.test@evil.test/callback'],
    [
      'another port of a loopback address, for a client that is no native one',
      'http://localhost:9090/callback',
    ],
    ['http in place of https', 'http://relay.test/callback'],
    ['a script', 'javascript:alert(1)'],
    ['no address', 'callback'],
  ])('%s', async (_what, redirect_uri) => {
    const page = await expectPage(await ask(web, { redirect_uri }))
    // Which addresses are registered is the developer's to see, not the stranger's.
    expect(page).not.toContain('relay.test')
  })

  it.each([
    ['a user part', 'http://user@127.0.0.1:5000/callback'],
    ['a user part that looks like the host', 'http://127.0.0.1:5000@evil.test/callback'],
    ['another loopback name', 'http://localhost:5000/callback'],
    ['another path', 'http://127.0.0.1:5000/elsewhere'],
    ['https', 'https://127.0.0.1:5000/callback'],
    ['a number for the host', 'http://2130706433:5000/callback'],
    ['a wildcard address', 'http://0.0.0.0:5000/callback'],
    ['a port that is none', 'http://127.0.0.1:5000x/callback'],
  ])('of a native application: %s', async (_what, redirect_uri) => {
    await expectPage(await ask(native, { redirect_uri, ...s256() }))
  })

  it('but a native application may use any port of its registered loopback address', async () => {
    for (const redirect_uri of ['http://127.0.0.1:50123/callback', 'http://[::1]:50123/callback'])
      expect((await ask(native, { redirect_uri, ...s256() })).status).toBe(303)
  })

  it('left out with two registered, or sent twice', async () => {
    await expectPage(await ask(web, { redirect_uri: undefined }))
    const twice = `${web.authorizeUrl()}&redirect_uri=${encodeURIComponent('https://evil.test/callback')}`
    await expectPage(await new Browser().get(twice))
  })

  it('registered past the rules, as a script address is, makes no client at all', async () => {
    const scripted = await seedConnection(server.sql, { redirect_uris: ['javascript:alert(1)'] })
    await expectPage(await ask(new Flow(server.base, scripted), {}))
  })
})

describe('a client that is none gets a page', () => {
  it.each([
    ['unknown', '0190c0de-0000-7000-8000-000000000000'],
    ['no identifier', 'relay'],
    ['SQL', `' or 1=1 --`],
    ['empty', ''],
  ])('%s', async (_what, client_id) => {
    await expectPage(await ask(web, { client_id }))
  })

  it('disabled, deleted, internal, or sent twice', async () => {
    const states = [
      { disabled_at: new Date() },
      { deleted_at: new Date() },
      { kind: 'internal', workspace_id: world.workspaces.acme.id },
    ]
    for (const state of states)
      await expectPage(await ask(new Flow(server.base, await seedConnection(server.sql, state)), {}))
    await expectPage(await new Browser().get(`${web.authorizeUrl()}&client_id=${app.id}`))
  })
})

describe('a request that asks for what there is not is told so at the registered address', () => {
  it.each<[string, Extra, string]>([
    ['response_type=token', { response_type: 'token' }, 'unsupported_response_type'],
    ['response_type=id_token', { response_type: 'id_token', nonce: 'n' }, 'unsupported_response_type'],
    ['response_type=code token', { response_type: 'code token' }, 'unsupported_response_type'],
    ['response_type=none', { response_type: 'none' }, 'unsupported_response_type'],
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['response_mode=form_post', { response_mode: 'form_post' }, 'invalid_request'],
    ['response_mode=fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['response_mode=web_message', { response_mode: 'web_message' }, 'invalid_request'],
    ['an unknown scope', { scope: 'read_content everything' }, 'invalid_scope'],
    ['a scope beyond the registration', { scope: 'read_content insert_content' }, 'invalid_scope'],
    ['a scope with a quote', { scope: 'read_content "' }, 'invalid_scope'],
    ['another resource', { resource: 'https://elsewhere.test' }, 'invalid_target'],
    [
      'pages that are no list',
      { authorization_details: '[{"type":"workspace_pages","page_ids":"all"}]' },
      'invalid_authorization_details',
    ],
    [
      'authorization details of an unknown type',
      { authorization_details: '[{"type":"x"}]' },
      'invalid_authorization_details',
    ],
    ['a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    ['a request URI', { request_uri: 'https://evil.test/request' }, 'request_uri_not_supported'],
    ['a registration', { registration: '{}' }, 'registration_not_supported'],
    [
      'PKCE with plain',
      { code_challenge: pkce().challenge, code_challenge_method: 'plain' },
      'invalid_request',
    ],
    ['a challenge without method', { code_challenge: pkce().challenge }, 'invalid_request'],
    ['a method without challenge', { code_challenge_method: 'S256' }, 'invalid_request'],
    [
      'a challenge of 42 characters',
      { code_challenge: 'a'.repeat(42), code_challenge_method: 'S256' },
      'invalid_request',
    ],
    ['an unknown prompt', { prompt: 'create' }, 'invalid_request'],
    ['prompt=none with another', { prompt: 'none login' }, 'invalid_request'],
  ])('%s', async (_what, extra, error) => {
    const answer = await told(web, extra)
    expect(answer.get('error')).toBe(error)
    expect(answer.get('state')).toBe('s')
    expect(answer.get('iss')).toBe(server.base)
    expect(answer.has('code')).toBe(false)
  })

  it('no challenge from a public client, or from one that is registered to require it', async () => {
    const redirect_uri = 'http://127.0.0.1:5000/callback'
    expect((await told(native, { redirect_uri })).get('error')).toBe('invalid_request')
    const strict = new Flow(server.base, await seedConnection(server.sql, { require_pkce: true }))
    expect((await told(strict, {})).get('error')).toBe('invalid_request')
  })

  it('a parameter sent twice', async () => {
    const response = await new Browser().get(`${web.authorizeUrl()}&scope=read_content&scope=update_content`)
    expect(new URL(response.headers.get('location')!).searchParams.get('error')).toBe('invalid_request')
  })

  it('a NUL anywhere gets a page, never a fault', async () => {
    for (const name of [
      'state',
      'client_id',
      'redirect_uri',
      'scope',
      'workspace_id',
      'login_hint',
      'anything',
    ])
      await expectPage(await ask(web, { [name]: 'a\0b' }))
  })

  it('never by POST, and never with a redirect that repeats a POST; HEAD is answered as GET', async () => {
    const response = await fetch(web.authorizeUrl(), { method: 'POST', redirect: 'manual' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect((await ask(web, {})).status).toBe(303)
    const head = await fetch(web.authorizeUrl(), { method: 'HEAD', redirect: 'manual' })
    expect([head.status, head.headers.get('location')]).toEqual([303, expect.stringMatching(/\/install\//)])
  })
})

describe('scopes of OpenID Connect, which sign-in libraries add by themselves,', () => {
  const waiting = async (scope: string) => {
    const flow = new Flow(server.base, web.connection)
    const seen = await flow.browser.get(await flow.begin({ scope }))
    return ((await seen.json()) as { capabilities: string[] }).capabilities
  }

  it.each(['openid profile email', 'offline_access', 'openid', 'profile  email'])(
    'are left out, and with nothing left all that is registered is asked for: %s',
    async scope => {
      expect(await waiting(scope)).toEqual(await waiting(''))
    },
  )

  it('are left out beside ours, and another unknown scope stays refused', async () => {
    expect(await waiting('openid read_content offline_access')).toEqual(['read_content'])
    const error = await told(web, { scope: 'openid read_everything' })
    expect(error.get('error')).toBe('invalid_scope')
  })
})

describe('a parameter without a value counts as left out (RFC 6749 §3.1):', () => {
  it.each([
    'resource',
    'response_mode',
    'authorization_details',
    'scope',
    'code_challenge',
    'code_challenge_method',
    'prompt',
    'login_hint',
    'ui_locales',
    'workspace_id',
    'request',
    'request_uri',
    'registration',
    'state',
  ])('%s', async name => {
    expect(new URL(await web.begin({ [name]: '' })).pathname).toMatch(/^\/install\//)
  })
})

describe('an address below the authorize address that no flow has', () => {
  it.each(['//x', '/a/b', '/', '/%00', '/%2e%2e', '/..%2f', '/a%2Fb', `/${'x'.repeat(3_000)}`])(
    '%s is not found, and breaks nothing',
    async path => {
      for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE'])
        expect([400, 404, 405]).toContain(
          (await fetch(`${server.base}/v1/oauth/authorize${path}`, { method, redirect: 'manual' })).status,
        )
      expect(server.logged.filter(line => line.includes('TypeError'))).toEqual([])
    },
  )
})
