import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { hashPassword } from '../../src/passwords.ts'
import { openLimits } from '../../src/storage/rate-limits.ts'
import { signInRateLimit } from '../../src/web/sign-in/rate-limit.ts'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'
import { password } from '../support/seed.ts'

const { server, world } = await openWorld({ TRUST_PROXY: 'true' })
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

  it('is rate limited for one account from one network, known or not, and says when to try again', async () => {
    for (const email of ['ada@acme.test', 'nobody@acme.test']) {
      for (let attempt = 0; attempt < 5; attempt++) await somebody().signIn(email, 'wrong')
      const person = somebody()
      const { status, headers } = await person.signIn(email.toUpperCase(), password)
      expect(status).toBe(429)
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(1_700)
      expect(person.text()).toMatch(/There were too many attempts to sign in\. Try again in 30 minutes\./)
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
    expect(answers.filter(answer => answer.status === 403)).toHaveLength(5)
    expect(answers.filter(answer => answer.status === 429)).toHaveLength(15)
  })

  /** One press of the form from an address, as our proxy reports it. */
  const attemptFrom = async (person: Person, address: string, email: string, given: string) => {
    await person.open('/sign-in')
    const { action, body } = person.formOf('Sign in', { email, password: given })
    return (await person.send(action, { method: 'POST', body, headers: { 'x-forwarded-for': address } }))
      .status
  }

  /** Somebody signed out at the browser at which this person signed in. */
  const withDeviceOf = async (person: Person) => {
    const other = somebody()
    for (const cookie of await person.jar.getCookies(server.base))
      if (cookie.key === 'latchkey-device') await other.jar.setCookie(cookie, server.base)
    return other
  }

  it('by strangers from everywhere leaves the owner the device that they signed in with before', async () => {
    const ada = somebody()
    expect(await attemptFrom(ada, '198.51.100.1', 'ada@acme.test', password)).toBe(303)
    const statuses: number[] = []
    for (let sender = 0; sender < 10; sender++)
      for (let attempt = 0; attempt < 6; attempt++)
        statuses.push(await attemptFrom(somebody(), `203.0.113.${sender}`, 'ada@acme.test', 'wrong'))
    // All of them together had forty.
    expect(statuses.filter(status => status === 403)).toHaveLength(40)
    expect(await attemptFrom(somebody(), '203.0.113.200', 'ada@acme.test', 'wrong')).toBe(429)
    const sameDevice = await withDeviceOf(ada)
    expect(await attemptFrom(sameDevice, '203.0.113.1', 'ada@acme.test', password)).toBe(303)
    const browser = await withDeviceOf(ada)
    for (let attempt = 0; attempt < 10; attempt++)
      expect(await attemptFrom(browser, '203.0.113.1', 'ada@acme.test', 'wrong')).toBe(403)
    expect(await attemptFrom(browser, '203.0.113.1', 'ada@acme.test', 'wrong')).toBe(429)
  })

  it('is not made easier by a device that is known for another account, or made up', async () => {
    const ben = somebody()
    expect(await attemptFrom(ben, '198.51.100.2', 'ben@acme.test', password)).toBe(303)
    const device = await withDeviceOf(ben)
    for (let attempt = 0; attempt < 5; attempt++)
      expect(await attemptFrom(device, '198.51.100.2', 'ada@acme.test', 'wrong')).toBe(403)
    expect(await attemptFrom(device, '198.51.100.2', 'ada@acme.test', 'wrong')).toBe(429)
    const liar = somebody()
    await liar.jar.setCookie(`latchkey-device=${'a'.repeat(22)}.${'b'.repeat(43)}`, server.base)
    expect(await attemptFrom(liar, '198.51.100.2', 'ada@acme.test', password)).toBe(429)
  })

  it('with the right password counts nothing: an office of two hundred people signs in from one address', async () => {
    const limit = signInRateLimit(server.server.stores.limits)
    for (let at = 0; at < 200; at++) {
      const counted = await limit.attempt(`${at}@acme.test`, '192.0.2.9', null)
      expect(counted.kind).toBe('allowed')
      if (counted.kind === 'allowed') await counted.succeeded()
    }
    expect(await attemptFrom(somebody(), '192.0.2.9', 'ada@acme.test', password)).toBe(303)
  })

  it('is rate limited for one network over many accounts, whatever the sender claims to be', async () => {
    const attempt = (address: string) => attemptFrom(somebody(), address, `${randomUUID()}@acme.test`, 'x')
    const earlier = signInRateLimit(server.server.stores.limits)
    for (let at = 0; at < 98; at++) await earlier.attempt(`${at}@acme.test`, '192.0.2.7', null)
    // The proxy writes the address that it saw last; the one before it is the sender's invention.
    expect(await attempt('10.1.1.1, 192.0.2.7')).toBe(403)
    expect(await attempt('10.1.1.2, 192.0.2.7:50123')).toBe(403)
    expect(await attempt('10.1.1.3, 192.0.2.7:50124')).toBe(429)
    expect(await attempt('"[::ffff:192.0.2.7]:1"')).toBe(429)
    expect(await attempt('192.0.2.8')).toBe(403)
  })

  it('counts the addresses of one IPv6 network as one, and those of IPv4 each', async () => {
    const attempts = signInRateLimit(openLimits(null))
    const attempt = async (address: string) =>
      (await attempts.attempt(`${randomUUID()}@acme.test`, address, null)).kind
    for (let at = 0; at < 100; at++) expect(await attempt(`2001:db8:1:2::${at.toString(16)}`)).toBe('allowed')
    expect(await attempt('2001:db8:1:2:ffff::1')).toBe('refused')
    expect(await attempt('2001:db8:1:3::1')).toBe('allowed')
    for (let at = 0; at < 100; at++) expect(await attempt(`192.0.2.${at}`)).toBe('allowed')
    expect(await attempt('192.0.2.200')).toBe('allowed')
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
