import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { hashPassword } from '../../src/passwords.ts'
import { openLimits } from '../../src/storage/rate-limits.ts'
import { signInRateLimit } from '../../src/web/sign-in/rate-limit.ts'
import { Person } from '../support/person.ts'
import { password, seedWorld, type World } from '../support/seed.ts'
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
const somebody = () => new Person(server.base)

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

  it('is rate limited for one account, known or not, and says when to try again', async () => {
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

  it('is rate limited for one address over many accounts, whatever the sender claims to be', async () => {
    const attempt = async (headers: Record<string, string>) => {
      const person = somebody()
      await person.open('/sign-in')
      const { action, body } = person.formOf('Sign in', { email: `${randomUUID()}@acme.test`, password: 'x' })
      return (await person.send(action, { method: 'POST', body, headers })).status
    }
    const earlier = signInRateLimit(server.server.stores.limits)
    for (let at = 0; at < 98; at++) await earlier.attempt(`${at}@acme.test`, '192.0.2.7')
    // The proxy writes the address that it saw last; what stands before it is the sender's own invention.
    expect(await attempt({ 'x-forwarded-for': '10.1.1.1, 192.0.2.7' })).toBe(403)
    expect(await attempt({ 'x-forwarded-for': '10.1.1.2, 192.0.2.7' })).toBe(403)
    expect(await attempt({ 'x-forwarded-for': '10.1.1.3, 192.0.2.7' })).toBe(429)
    expect(await attempt({ 'x-forwarded-for': '192.0.2.8' })).toBe(403)
  })

  it('counts the addresses of one IPv6 network as one, and those of IPv4 each', async () => {
    const attempts = signInRateLimit(openLimits(null))
    const attempt = (address: string) => attempts.attempt(`${randomUUID()}@acme.test`, address)
    for (let at = 0; at < 100; at++) expect(await attempt(`2001:db8:1:2::${at.toString(16)}`)).toBeNull()
    expect(await attempt('2001:db8:1:2:ffff::1')).toBeGreaterThan(0)
    expect(await attempt('2001:db8:1:3::1')).toBeNull()
    for (let at = 0; at < 100; at++) expect(await attempt(`::ffff:192.0.2.${at}`)).toBeNull()
    expect(await attempt('::ffff:192.0.2.200')).toBeNull()
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
