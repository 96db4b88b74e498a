import { readdir, readFile } from 'node:fs/promises'
import { get as httpGet, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import Koa from 'koa'
import { readQueriesInOneWalk } from '../../src/koa-query-patch.ts'
import { Person } from '../support/person.ts'
import { seedWorld } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let secured: TestServer
beforeAll(async () => {
  ;[server, secured] = await Promise.all([
    startServer(),
    startServer({ ISSUER: 'https://connect.example.test', TRUST_PROXY: 'true' }),
  ])
  await seedWorld(server.sql)
})
afterAll(() => Promise.all([server.close(), secured.close()]))

const get = (url: string, headers: Record<string, string> = {}) =>
  fetch(new URL(url, server.base), { headers, redirect: 'manual' })

/** The status of a request that fetch would correct, or ask for anew, on its own. */
const plainStatus = (url: string, headers: Record<string, string> = {}) =>
  new Promise<number>((resolve, reject) => {
    httpGet(`${server.base}${url}`, { headers }, answer => resolve(answer.resume().statusCode!)).on(
      'error',
      reject,
    )
  })

describe('an address with thousands of parameters', () => {
  it.each(['/sign-in', '/v1/oauth/authorize'])('holds nobody up: %s', async path => {
    for (const query of [
      'a&'.repeat(14_000),
      Array.from({ length: 6_000 }, (_, n) => n.toString(36)).join('&'),
    ]) {
      const begun = performance.now()
      const answer = await get(`${path}?${query}`)
      await answer.text()
      expect(performance.now() - begun).toBeLessThan(1_000)
      expect(answer.status).toBeLessThan(500)
    }
  })

  it('is read as Koa reads it, whatever the names', async () => {
    const text = 'a=1&b=2&a=3&a&__proto__=x&toString=y&c=%zz&d=%ff&=e&+f+=g%26'
    const app = new Koa()
    const koas = app.createContext({ url: `/?${text}` } as IncomingMessage, {} as ServerResponse).query
    readQueriesInOneWalk(app)
    const ours = app.createContext({ url: `/?${text}` } as IncomingMessage, {} as ServerResponse)
    expect(ours.query).toEqual({ ...koas })
    expect(Object.entries(ours.query)).toEqual(Object.entries(koas))
    ours.query = { only: 'this' }
    expect(ours.query).toEqual({ only: 'this' })
  })
})

describe('every screen', () => {
  it.each(['/', '/sign-in', '/sign-out', '/nowhere', '/sign-in?return=/install/none'])(
    'cannot be framed, sniffed or kept: %s',
    async url => {
      const { headers } = await get(url)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('content-security-policy')).not.toContain('unsafe')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      if (headers.get('location') === null) expect(headers.get('cache-control')).toBe('no-store')
    },
  )

  it('posts its forms to us only; in the flow, where they end at the partner, it keeps the window’s opener', async () => {
    const outside = (await get('/sign-in')).headers
    expect(outside.get('content-security-policy')).toContain("form-action 'self'")
    expect(outside.get('cross-origin-opener-policy')).toBe('same-origin')
    const inside = (await get('/sign-in?return=/install/none')).headers
    expect(inside.get('content-security-policy')).not.toContain('form-action')
    expect(inside.get('cross-origin-opener-policy')).toBeNull()
  })

  it('answers an unknown address with a page that says what to do', async () => {
    const person = new Person(server.base)
    await person.open('/<script>alert(1)</script>')
    expect(person.visit.status).toBe(404)
    expect(person.heading()).toBe('There is nothing here')
    expect(person.visit.html).not.toContain('<script>alert')
    expect(person.text()).toContain(`Request id ${person.visit.headers.get('x-request-id')}`)
  })

  it('answers JSON there to a client that asks for it, and other methods with those that there are', async () => {
    const json = (status: number, code: string) => ({ object: 'error', status, code })
    for (const accept of ['application/json', 'application/json, text/html;q=0.5']) {
      const answer = await get('/nowhere', { accept })
      expect([answer.status, await answer.json()]).toMatchObject([404, json(404, 'object_not_found')])
    }
    for (const accept of ['*/*', 'text/html,application/xhtml+xml,*/*;q=0.8', 'text/html, application/json'])
      expect((await get('/nowhere', { accept })).headers.get('content-type')).toContain('text/html')

    const places = { '/sign-in': 'GET, HEAD, POST', '/healthz': 'GET, HEAD', '/install/x/allow': 'POST' }
    const icon = /\/assets\/[\w.-]+/.exec(await (await get('/sign-in')).text())![0]
    const resumption = '/v1/oauth/authorize/some-uid'
    for (const [place, allow] of Object.entries({ ...places, [icon]: 'GET, HEAD', [resumption]: 'GET' }))
      for (const method of ['OPTIONS', 'DELETE', 'PROPFIND']) {
        const headers = { accept: 'application/json' }
        const answer = await fetch(server.base + place, { method, headers })
        expect([place, answer.status, answer.headers.get('allow')]).toEqual([place, 405, allow])
      }
    const person = new Person(server.base)
    await person.open('/sign-in', { method: 'PUT' })
    expect(person.heading()).toBe('This address cannot be used in this way')
  })

  it.each([
    '/%',
    '/%E0%A4%A',
    '/sign-in?return=%',
    '/sign-in?return[x]=1',
    '/..%2f..%2fetc/passwd',
    '/w/%00',
    '/v1/oauth/authorize//x',
    '/v1/oauth/authorize/a/b',
    '/install//x',
  ])('answers the broken address %s without breaking', async url => {
    expect(await plainStatus(url)).toBeLessThan(500)
  })

  it('refuses a request line whose address is none', async () => {
    const { hostname, port } = new URL(server.base)
    const status = await new Promise(resolve => {
      httpGet({ hostname, port, path: 'http://[/sign-in' }, answer => resolve(answer.resume().statusCode))
    })
    expect(status).toBe(400)
  })

  it('says where to look when something breaks, and nothing about what', async () => {
    const breaking = await startServer()
    const person = new Person(breaking.base)
    await person.open('/sign-in')
    await breaking.sql('alter table users rename to users_gone')
    await person.press('Sign in', { email: 'ada@acme.test', password: 'x' })
    expect(person.visit.status).toBe(500)
    expect(person.heading()).toBe('Something broke on our side')
    expect(person.text()).toContain(`Request id ${person.visit.headers.get('x-request-id')}`)
    expect(person.visit.html).not.toMatch(/relation|from users|password_hash|\.ts:/)
    await breaking.close()
  })
})

describe('a store that is away', () => {
  it('is told as something to try again, and not as a fault', async () => {
    const away = await startServer({ REDIS_URL: 'redis://127.0.0.1:1' })
    const { users } = await seedWorld(away.sql)
    const person = new Person(away.base)
    await person.signIn(users.ada.email)
    await away.close()
    expect(person.visit.status).toBe(503)
    expect(person.visit.headers.get('retry-after')).toBe('1')
    expect(person.heading()).toBe('The service is busy')
    // Settings that the database did not revert itself may stay.
    expect(person.text()).toContain(
      'may have been carried out all the same: go back and look before you try again.',
    )
  })
})

describe('what a request waits for', () => {
  it('is bounded for each row', async () => {
    const waits = await server.server.stores.database.query('show lock_timeout')
    expect(waits).toEqual([{ lock_timeout: '2500ms' }])
  })
})

describe('behind https', () => {
  it('binds its cookies to this host and to TLS, and asks browsers to stay on it', async () => {
    const answer = await fetch(`http://localhost:${secured.config.port}/sign-in`, {
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' },
    })
    const [cookie] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/^__Host-latchkey-form=[\w-]{43}; path=\/; samesite=lax; secure; httponly$/i)
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000')
  })

  it('keeps its cookies secure when the proxy forgets to say that it speaks TLS', async () => {
    const answer = await fetch(`http://localhost:${secured.config.port}/sign-in`)
    expect(answer.status).toBe(200)
    expect(answer.headers.getSetCookie()[0]).toMatch(/; secure;/i)
  })

  it('does not ask so over plain http', async () => {
    expect((await get('/')).headers.get('strict-transport-security')).toBeNull()
  })
})

describe('an asset', () => {
  const addresses = async () => {
    const html = await (await get('/sign-in')).text()
    return [...html.matchAll(/\/assets\/[\w.-]+/g)].map(([address]) => address)
  }

  it('is kept for ever under its own address, compressed, and answers a question about its age', async () => {
    for (const address of await addresses()) {
      const answer = await get(address, { 'accept-encoding': 'br' })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      if (!address.endsWith('.woff2')) expect(answer.headers.get('content-encoding')).toBe('br')
      expect(answer.headers.getSetCookie()).toEqual([])
      expect(await plainStatus(address, { 'if-none-match': answer.headers.get('etag')! })).toBe(304)
    }
  })

  it('comes plain to those who do not unpack', async () => {
    const answer = await get((await addresses())[1]!, { 'accept-encoding': 'identity' })
    expect(answer.headers.get('content-encoding')).toBeNull()
    expect(await answer.text()).toContain('--space-1')
  })

  it('joins every file of the stylesheet, general rules before particular ones', async () => {
    const rules = (text: string) => text.replace(/\/\*[\s\S]*?\*\/\n?/g, '').replace(/url\("[^"]*"\)/g, '')
    const sheet = (await addresses()).find(address => address.endsWith('.css'))!
    const css = rules(await (await get(sheet)).text())
    const files = (await readdir('public/css', { recursive: true })).filter(name => name.endsWith('.css'))
    const places = await Promise.all(
      files.map(async file => ({
        file,
        at: css.indexOf(rules(await readFile(`public/css/${file}`, 'utf8'))),
      })),
    )
    expect(places.filter(({ at }) => at < 0)).toEqual([])
    const kinds = places.toSorted((one, other) => one.at - other.at).map(({ file }) => file.split('/')[0])
    const general = ['fonts.css', 'tokens.css', 'base.css', 'frame.css']
    expect([...new Set(kinds)]).toEqual([...general, 'components', 'screens'])
  })

  it.each(['/assets/', '/assets/app.css', '/assets/../package.json', '/assets/%2e%2e/package.json'])(
    'is nothing but what the screens name: %s',
    async url => {
      expect((await get(url)).status).toBe(404)
    },
  )
})

describe('readiness', () => {
  it('is told apart from being alive', async () => {
    const failing = await startServer()
    expect((await fetch(`${failing.base}/readyz`)).status).toBe(200)
    await failing.sql('delete from migrations where id = (select max(id) from migrations)')
    const answer = await fetch(`${failing.base}/readyz`)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({ status: 'not ready', failing: ['schema'] })
    expect((await fetch(`${failing.base}/healthz`)).status).toBe(200)
    await failing.close()
  })
})
