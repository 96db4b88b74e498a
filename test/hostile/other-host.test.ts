import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { password, type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let proxied: TestServer
let world: World
let relay: SeededConnection
beforeAll(async () => {
  ;[server, proxied] = await Promise.all([
    startServer(),
    startServer({ ISSUER: 'https://connect.example.test', TRUST_PROXY: 'true' }),
  ])
  world = await seedWorld(server.sql)
  relay = await seedConnection(server.sql)
})
afterAll(() => Promise.all([server.close(), proxied.close()]))

type Answer = { status: number; location: string | undefined; cookies: string[]; vary: string | undefined }

/** A request with headers that fetch would set by itself. */
function ask(
  { config }: TestServer,
  path: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: config.port,
      path,
      method,
      headers: { accept: 'text/html', ...headers },
    }
    request(options, answer => {
      const { location, vary, 'set-cookie': cookies = [] } = answer.headers
      resolve({ status: answer.resume().statusCode!, location, cookies, vary })
    })
      .on('error', reject)
      .end()
  })
}
const authorize = '/v1/oauth/authorize?client_id=x&state=a%2Bb&state=2&scope='

describe('a flow that begins under another host name', () => {
  it('goes on under the issuer’s, and ends at the partner with tokens', async () => {
    const partner = await Partner.discover(server.base, relay)
    const begun = (await partner.authorizeUrl()).replace('//localhost:', '//127.0.0.1:')
    const ben = new Person(server.base)
    const first = await ben.send(begun)
    expect(new URL(first.headers.get('location')!).origin).toBe(server.base)
    await ben.open(first.headers.get('location')!)
    await ben.press('Sign in', { email: world.users.ben.email, password })
    await ben.press('Select pages')
    await ben.press('Allow access', { pages: world.pages.handbook.id })
    expect(await partner.redeem(ben.visit.url)).toMatchObject({ workspace_name: 'Acme' })
  })

  it.each([authorize, '/sign-in?return=%2Fgallery', '/', '/developers', '/install/x/pages', '/demo-partner'])(
    'is led to the same path and query: %s',
    async path => {
      for (const [to, host] of [
        [server, '127.0.0.1'],
        [server, '[::1]:3000'],
        [server, 'latchkey.internal'],
        [proxied, 'second.example.test'],
      ] as const)
        for (const method of ['GET', 'HEAD']) {
          const answer = await ask(to, path, { host }, method)
          expect([host, answer.status, answer.location]).toEqual([host, 302, to.base + path])
        }
    },
  )

  it('is told by the trusted proxy which name it was', async () => {
    const inside = { host: 'app:3000' }
    const other = await ask(proxied, authorize, { ...inside, 'x-forwarded-host': 'second.example.test' })
    expect([other.status, other.location]).toEqual([302, proxied.base + authorize])
    const own = await ask(proxied, '/sign-in', { ...inside, 'x-forwarded-host': 'connect.example.test' })
    expect(own.status).toBe(200)
    const untrusted = await ask(server, '/sign-in', {
      host: `localhost:${server.config.port}`,
      'x-forwarded-host': 'evil.test',
    })
    expect(untrusted.status).toBe(200)
  })

  it('does not turn in circles behind a proxy that rewrites the host', async () => {
    const headers = { host: 'app:3000' }
    const first = await ask(proxied, '/sign-in', headers)
    expect(first.status).toBe(302)
    const cookie = first.cookies.map(one => one.split(';')[0]).join('; ')
    expect((await ask(proxied, '/sign-in', { ...headers, cookie })).status).toBe(200)
  })
})

describe('another host name', () => {
  it.each([
    '//evil.test',
    '//evil.test/%2f..',
    '/\\evil.test',
    'http://evil.test/sign-in',
    'http://localhost@evil.test/',
    '/sign-in?return=//evil.test',
    '/%0d%0aX-Evil:%20yes',
  ])('leads nowhere but to the issuer: %s', async path => {
    for (const host of ['evil.test', '127.0.0.1', 'localhost.evil.test', 'x@localhost', 'a b', '']) {
      const { status, location } = await ask(server, path, { host })
      if (location)
        expect([new URL(location, server.base).origin, status]).toEqual([server.base, expect.any(Number)])
    }
  })

  it.each([
    ['GET', '/healthz', 200],
    ['GET', '/readyz', 200],
    ['GET', '/.well-known/oauth-authorization-server', 200],
    ['GET', '/openapi.json', 200],
    ['GET', '/manifest.schema.json', 200],
    ['GET', '/v1/users/me', 401],
    ['POST', '/v1/oauth/token', 401],
    ['POST', '/sign-in', 403],
  ])('changes nothing for %s %s', async (method, path, status) => {
    const headers = { host: '127.0.0.1', 'content-length': '0' }
    expect((await ask(server, path, headers, method)).status).toBe(status)
  })

  it('changes nothing for what asks for no page', async () => {
    expect((await ask(server, '/sign-in', { host: '127.0.0.1', accept: '*/*' })).status).toBe(200)
  })

  it('is no other for another port or other capitals', async () => {
    for (const host of ['localhost', 'LOCALHOST:1', `localhost:${server.config.port}`])
      expect((await ask(server, '/sign-in', { host })).status).toBe(200)
  })
})
