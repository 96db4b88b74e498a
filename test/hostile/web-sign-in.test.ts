import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { hashPassword } from '../../src/passwords.ts'
import { Person } from '../support/person.ts'
import { seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let world: World
beforeAll(async () => {
  server = await startServer({ TRUST_PROXY: 'true' })
  world = await seedWorld(server.sql)
})
afterAll(() => server.close())
beforeEach(() => server.emptyRedis())

const refused = 'That e-mail and password do not match an account.'
const password = 'a long password'
const somebody = () => new Person(server.base)

describe('where signing in leads', () => {
  it.each([
    '//evil.test',
    '///evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    'https://evil.test',
    'http:evil.test',
    'javascript:alert(1)',
    'data:text/html,x',
    '/\t/evil.test',
    '/\n/evil.test',
    '\u0000/x',
    '/x/..//evil.test',
    '/.//evil.test',
    '/%5cevil.test/..//evil.test',
    ' /x',
    '@evil.test',
    '',
    `/${'x'.repeat(5_000)}`,
  ])('is home, not %j', async target => {
    const person = somebody()
    await person.open(`/sign-in?return=${encodeURIComponent(target)}`)
    const { action, body } = person.formOf('Sign in', { email: 'ada@acme.test', password })
    const answer = await person.send(action, { method: 'POST', body })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/')
  })

  it('is the screen of ours that was asked for', async () => {
    const person = somebody()
    await person.open('/sign-in?return=%2Fgallery%3Fsearch%3Dcaf%C3%A9%26page%3D2')
    const { action, body } = person.formOf('Sign in', { email: 'ada@acme.test', password })
    const answer = await person.send(action, { method: 'POST', body })
    expect(answer.headers.get('location')).toBe('/gallery?search=caf%C3%A9&page=2')
  })

  it('is home as well when the parameter is sent twice or changed on the way', async () => {
    const person = somebody()
    await person.open('/sign-in?return=%2Fgallery')
    const { body } = person.formOf('Sign in', { email: 'ada@acme.test', password })
    const answer = await person.send('/sign-in?return=//evil.test&return=/gallery', { method: 'POST', body })
    expect(answer.headers.get('location')).toBe('/')
  })
})

describe('a session', () => {
  it('gets a new id by signing in, so that a planted one is worth nothing', async () => {
    const planted = 'A'.repeat(43)
    const person = somebody()
    await person.jar.setCookie(`latchkey=${planted}; Path=/`, server.base)
    await person.signIn('ada@acme.test')
    const cookies = await person.jar.getCookieString(server.base)
    expect(cookies).toMatch(/latchkey=[\w-]{43}/)
    expect(cookies).not.toContain(planted)
    const answer = await fetch(`${server.base}/sign-out`, {
      headers: { cookie: `latchkey=${planted}` },
      redirect: 'manual',
    })
    expect(answer.headers.get('location')).toBe('/sign-in')
  })

  it('ends when somebody else signs in in the same browser', async () => {
    const person = somebody()
    await person.signIn('ada@acme.test')
    const before = await person.jar.getCookieString(server.base)
    await person.open('/sign-in?return=/install/none')
    await person.press('Sign in', { email: 'ben@acme.test', password })
    const answer = await fetch(`${server.base}/sign-out`, { headers: { cookie: before }, redirect: 'manual' })
    expect(answer.headers.get('location')).toBe('/sign-in')
  })

  it('is kept by its hash alone, in a cookie that scripts cannot read', async () => {
    const person = somebody()
    await person.open('/sign-in')
    const { action, body } = person.formOf('Sign in', { email: 'ada@acme.test', password })
    const answer = await person.send(action, { method: 'POST', body })
    const cookie = answer.headers.getSetCookie().find(one => one.startsWith('latchkey='))!
    expect(cookie).toMatch(/httponly/i)
    expect(cookie).toMatch(/samesite=lax/i)
    const id = cookie.slice('latchkey='.length, cookie.indexOf(';'))
    expect(await server.server.stores.shortLived.read(`session:${id}`)).toBeNull()
  })

  it('ends on the next request of a person who is disabled or deleted', async () => {
    for (const [sql, name] of [
      ['update users set disabled = true where id = $1', 'cleo'],
      ['delete from users where id = $1', 'gus'],
    ] as const) {
      const person = somebody()
      await person.signIn(`${name}@acme.test`)
      expect((await person.send('/sign-out')).status).toBe(200)
      await server.sql(sql, [world.users[name].id])
      expect((await person.send('/sign-out')).headers.get('location')).toBe('/sign-in')
    }
  })

  it('does not come back when the person is enabled again', async () => {
    const person = somebody()
    await person.signIn('dora@acme.test')
    await server.sql('update users set disabled = true where id = $1', [world.users.dora.id])
    await person.send('/sign-out')
    await server.sql('update users set disabled = false where id = $1', [world.users.dora.id])
    expect((await person.send('/sign-out')).headers.get('location')).toBe('/sign-in')
  })
})

describe('an attempt to sign in', () => {
  it('is refused alike for an unknown user, a wrong password, a disabled account, and one without a password', async () => {
    await server.sql('update users set disabled = true where id = $1', [world.users.cleo.id])
    await server.sql(`insert into users (id, email, name) values (gen_random_uuid(), 'sso@acme.test', 'Sso')`)
    const answers: string[] = []
    for (const [email, given] of [
      ['nobody@acme.test', password],
      ['ada@acme.test', 'wrong'],
      ['cleo@acme.test', password],
      ['sso@acme.test', ''],
      ['sso@acme.test', password],
    ]) {
      const person = somebody()
      await person.open('/sign-in')
      await person.press('Sign in', { email: email!, password: given! })
      if (given !== '') answers.push(`${person.visit.status} ${person.text().replace(email!, '')}`)
      expect((await person.send('/sign-out')).headers.get('location')).toBe('/sign-in')
    }
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain(refused)
  })

  it('takes as long for an unknown user as for a wrong password', async () => {
    await server.sql('update users set password_hash = $1 where email = $2', [
      await hashPassword(password),
      'ben@acme.test',
    ])
    const times: Record<string, number[]> = { 'ben@acme.test': [], 'nobody@acme.test': [] }
    for (let round = 0; round < 8; round++)
      for (const email of Object.keys(times)) {
        const person = somebody()
        await person.open('/sign-in')
        const begun = performance.now()
        await person.press('Sign in', { email, password: 'wrong' })
        times[email]!.push(performance.now() - begun)
      }
    const [known, unknown] = Object.values(times).map(list => list.sort((a, b) => a - b)[3]!)
    // Without the decoy the unknown user is answered ten times as fast.
    expect(unknown! / known!).toBeGreaterThan(0.5)
    expect(unknown! / known!).toBeLessThan(2)
  })

  it('is throttled for one account, known or not, and says when to try again', async () => {
    for (const email of ['ada@acme.test', 'nobody@acme.test']) {
      for (let attempt = 0; attempt < 10; attempt++) await somebody().signIn(email, 'wrong')
      const person = somebody()
      const { status, headers } = await person.signIn(email.toUpperCase(), password)
      expect(status).toBe(429)
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(800)
      expect(person.text()).toMatch(/There were too many attempts to sign in\. Try again in 15 minutes\./)
      expect((await person.send('/sign-out')).headers.get('location')).toBe('/sign-in')
    }
  })

  it('counts twenty at once as twenty', async () => {
    const person = somebody()
    await person.open('/sign-in')
    const { action, body } = person.formOf('Sign in', { email: 'ada@acme.test', password: 'wrong' })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => person.send(action, { method: 'POST', body })),
    )
    expect(answers.filter(answer => answer.status === 403)).toHaveLength(10)
    expect(answers.filter(answer => answer.status === 429)).toHaveLength(10)
  })

  it('gives the whole allowance back after a success', async () => {
    for (let round = 0; round < 3; round++) {
      for (let attempt = 0; attempt < 5; attempt++) await somebody().signIn('ada@acme.test', 'wrong')
      expect((await somebody().signIn('ada@acme.test')).status).not.toBe(429)
    }
  })

  it('is throttled for one address over many accounts, whatever the sender claims to be', async () => {
    const attempt = async (at: number, headers: Record<string, string>) => {
      const person = somebody()
      await person.open('/sign-in')
      const { action, body } = person.formOf('Sign in', { email: `user${at}@acme.test`, password: 'wrong' })
      return (await person.send(action, { method: 'POST', body, headers })).status
    }
    // The proxy writes the address that it saw last; what stands before it is the sender's own invention.
    const spoofed = (at: number) => ({ 'x-forwarded-for': `10.1.${at}.1, 192.0.2.7` })
    const first = await Promise.all(Array.from({ length: 100 }, (_, at) => attempt(at, spoofed(at))))
    expect(new Set(first)).toEqual(new Set([403]))
    expect(await attempt(100, spoofed(100))).toBe(429)
    expect(await attempt(101, { 'x-forwarded-for': '192.0.2.8' })).toBe(403)
  })

  it('counts the addresses of one IPv6 network as one', async () => {
    const attempt = async (at: number, address: string) => {
      const person = somebody()
      await person.open('/sign-in')
      const { action, body } = person.formOf('Sign in', { email: `user${at}@acme.test`, password: 'wrong' })
      const headers = { 'x-forwarded-for': address }
      return (await person.send(action, { method: 'POST', body, headers })).status
    }
    await Promise.all(Array.from({ length: 100 }, (_, at) => attempt(at, `2001:db8:1:2::${at.toString(16)}`)))
    expect(await attempt(100, '2001:db8:1:2:ffff::1')).toBe(429)
    expect(await attempt(101, '2001:db8:1:3::1')).toBe(403)
  })

  it('refuses a password of a megabyte without hashing it, and an e-mail of a thousand characters', async () => {
    const person = somebody()
    await person.open('/sign-in')
    await person.press('Sign in', { email: 'ada@acme.test', password: 'x'.repeat(200_000) })
    expect(person.visit.status).toBe(403)
    await person.press('Sign in', { email: 'x'.repeat(1_000), password })
    expect(person.visit.status).toBe(403)
  })

  it('keeps what was typed as e-mail, escaped, and never the password', async () => {
    const person = somebody()
    await person.signIn('"><script>alert(1)</script>', 'a secret that is wrong')
    expect(person.visit.$('[name=email]').val()).toBe('"><script>alert(1)</script>')
    expect(person.visit.$('script:not([src])')).toHaveLength(0)
    expect(person.visit.html).not.toContain('a secret that is wrong')
  })
})
