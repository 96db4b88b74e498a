import { get as httpGet } from 'node:http'
import { describe, expect, it } from '@jest/globals'
import { Browser, ben, Flow, pkce } from '../support/oauth.ts'
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

type Extra = Record<string, string | undefined>
const ask = (flow: Flow, extra: Extra) => new Browser().get(flow.authorizeUrl(extra))
async function expectPage(response: Response): Promise<string> {
  expect(response.status).toBe(400)
  expect(response.headers.get('location')).toBeNull()
  expect(response.headers.get('content-type')).toMatch(/html/)
  const text = await response.text()
  expect(text).toContain(response.headers.get('x-request-id'))
  return text
}
const s256 = () => ({ code_challenge: pkce().challenge, code_challenge_method: 'S256' })

describe('the flow belongs to the browser that began it', () => {
  it('another browser can neither see, finish nor resume it', async () => {
    const mine = new Flow(server.base, web.connection)
    const install = await mine.begin()
    const stranger = new Browser()
    expect((await stranger.get(install)).status).toBe(400)
    const uid = install.split('/').at(-1)
    await expectPage(await stranger.get(`${server.base}/v1/oauth/authorize/${uid}`))
    expect((await mine.browser.get(install)).status).toBe(200)
  })

  it('a flow that nobody has decided gives no code when it is resumed', async () => {
    const flow = new Flow(server.base, web.connection)
    const install = await flow.begin()
    const uid = install.split('/').at(-1)
    const resumed = await flow.browser.get(`${server.base}/v1/oauth/authorize/${uid}`)
    expect(resumed.headers.get('location') ?? '').not.toContain('code=')
  })

  it('resuming a second time gives no second code', async () => {
    const flow = new Flow(server.base, web.connection)
    const install = await flow.begin()
    await flow.finish(install, ben(world, world.pages.roadmap))
    const uid = install.split('/').at(-1)
    await expectPage(await flow.browser.get(`${server.base}/v1/oauth/authorize/${uid}`))
  })

  it('a public client that was allowed before is asked again', async () => {
    const redirect_uri = 'http://127.0.0.1:5000/callback'
    const flow = new Flow(server.base, app)
    await flow.allow(ben(world, world.pages.roadmap), { redirect_uri, ...s256() })
    expect(await flow.begin({ redirect_uri, ...s256() })).toContain('/install/')
    const web2 = new Flow(server.base, web.connection)
    await web2.allow(ben(world, world.pages.roadmap))
    expect(await web2.begin()).toContain('/install/')
  })

  it('its cookies are out of reach of scripts and other sites', async () => {
    const cookies = (await ask(web, {})).headers.getSetCookie()
    expect(cookies.length).toBeGreaterThan(0)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/httponly/i)
      expect(cookie).toMatch(/samesite=lax/i)
      expect(cookie).toMatch(/path=\/(install|v1\/oauth\/authorize)\//)
    }
    const behindTls = await server.beside({ issuer: 'https://connect.example.com' })
    const secure = await fetch(new Flow(behindTls.base, web.connection).authorizeUrl(), {
      redirect: 'manual',
    })
    expect(secure.status).toBe(303)
    for (const cookie of secure.headers.getSetCookie()) expect(cookie).toMatch(/^__Secure-.*; secure/i)
  })
})

describe('the name by which a request calls this server', () => {
  const asked = (path: string, headers: Record<string, string>) =>
    new Promise<{ status: number; headers: string }>((resolve, reject) => {
      const { hostname, port } = new URL(server.base)
      httpGet({ hostname, port, path, headers }, answer =>
        resolve({ status: answer.resume().statusCode!, headers: JSON.stringify(answer.headers) }),
      ).on('error', reject)
    })

  it.each<Record<string, string>>([
    { host: 'evil.test' },
    { host: '[' },
    { host: 'a b' },
    { host: 'me@evil.test/x' },
    { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' },
    { 'x-forwarded-host': 'a b, [' },
    { 'x-forwarded-proto': 'javascript' },
  ])('leads nowhere else, and breaks nothing: %j', async headers => {
    const url = new URL(web.authorizeUrl())
    for (const path of [url.pathname + url.search, `http://evil.test${url.pathname}${url.search}`]) {
      const answer = await asked(path, headers)
      expect(answer.status).toBe(303)
      expect(answer.headers).not.toContain('evil')
    }
    const { status } = await asked('/v1/oauth/authorize/none', headers)
    expect(status).toBe(400)
  })
})

describe('the metadata', () => {
  it('is the same at both addresses, and every address in it answers', async () => {
    const document = async (name: string) =>
      (await (await fetch(`${server.base}/.well-known/${name}`)).json()) as Record<string, string>
    const oauth = await document('oauth-authorization-server')
    expect(await document('openid-configuration')).toEqual(oauth)
    expect(oauth.issuer).toBe(server.base)
    const answers = await Promise.all([
      fetch(oauth.authorization_endpoint!),
      fetch(oauth.token_endpoint!, { method: 'POST' }),
      fetch(oauth.introspection_endpoint!, { method: 'POST' }),
      fetch(oauth.revocation_endpoint!, { method: 'POST' }),
      fetch(oauth.jwks_uri!),
      fetch(oauth.registration_endpoint!, { method: 'POST' }),
      fetch(oauth.pushed_authorization_request_endpoint!, { method: 'POST' }),
      fetch(oauth.device_authorization_endpoint!, { method: 'POST' }),
    ])
    expect(answers.map(one => one.status)).toEqual([400, 401, 401, 401, 200, 400, 401, 401])
    const { keys } = (await answers[4]!.json()) as { keys: Record<string, string>[] }
    expect(keys[0]).toMatchObject({ kty: 'EC', alg: 'ES256' })
    expect(keys[0]).not.toHaveProperty('d')
    expect(Object.keys(oauth).filter(name => /userinfo|end_session/.test(name))).toEqual([])
  })
})
