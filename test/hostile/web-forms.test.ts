import { Readable } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { readUpload } from '../../src/web/http/upload.ts'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'

const { server } = await openWorld()

const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) })
const credentials = { email: 'ada@acme.test', password: 'a long password' }
const tokenOf = (person: Person) => String(person.visit.$('[name=csrf]').val())

async function signedIn(): Promise<Person> {
  const person = new Person(server.base)
  await person.signIn(credentials.email)
  return person
}
const isSignedIn = async (person: Person) =>
  (await person.send('/sign-out')).headers.get('location') !== '/sign-in'

describe('a form sent from elsewhere', () => {
  it('signs nobody in without a token', async () => {
    const person = new Person(server.base)
    const answer = await person.send('/sign-in', form(credentials))
    expect(answer.status).toBe(403)
    expect(await isSignedIn(person)).toBe(false)
  })

  it('signs nobody in with the token of another browser', async () => {
    const attacker = new Person(server.base)
    await attacker.open('/sign-in')
    const victim = new Person(server.base)
    await victim.open('/sign-in')
    const answer = await victim.send('/sign-in', form({ ...credentials, csrf: tokenOf(attacker) }))
    expect(answer.status).toBe(403)
    expect(await isSignedIn(victim)).toBe(false)
  })

  it.each(['', 'x', '0'.repeat(43), '<script>'])(
    'does not sign out with the made-up token “%s”',
    async csrf => {
      const person = await signedIn()
      const answer = await person.send('/sign-out', form({ csrf }))
      expect(answer.status).toBe(403)
      expect(await isSignedIn(person)).toBe(true)
    },
  )

  it('does not sign out with the token of another session', async () => {
    const [person, other] = [await signedIn(), await signedIn()]
    await other.open('/sign-out')
    expect((await person.send('/sign-out', form({ csrf: tokenOf(other) }))).status).toBe(403)
    expect(await isSignedIn(person)).toBe(true)
  })

  it('does not sign out with the token from before signing in', async () => {
    const person = new Person(server.base)
    await person.open('/sign-in')
    const before = tokenOf(person)
    await person.press('Sign in', credentials)
    expect((await person.send('/sign-out', form({ csrf: before }))).status).toBe(403)
    expect(await isSignedIn(person)).toBe(true)
  })

  it('says what happened and what to do', async () => {
    const person = await signedIn()
    await person.open('/sign-out', form({}))
    expect(person.heading()).toBe('This form is no longer valid')
    expect(person.text()).toContain('Go back, reload the page, and try again.')
    expect(person.text()).toContain(`Request id ${person.visit.headers.get('x-request-id')}`)
  })
})

describe('signing out', () => {
  it('asks before, and a GET alone changes nothing', async () => {
    const person = await signedIn()
    await person.open('/sign-out')
    expect(person.heading()).toBe('Sign out?')
    expect(await isSignedIn(person)).toBe(true)
    await person.press('Sign out')
    expect(await isSignedIn(person)).toBe(false)
  })

  it('ends the session on the server, not only in the browser', async () => {
    const person = await signedIn()
    const cookies = await person.jar.getCookieString(server.base)
    await person.open('/sign-out')
    await person.press('Sign out')
    const answer = await fetch(`${server.base}/sign-out`, {
      headers: { cookie: cookies },
      redirect: 'manual',
    })
    expect(answer.headers.get('location')).toBe('/sign-in')
  })
})

describe('a body that is no honest form', () => {
  it.each(['email', 'password', 'csrf', 'other'])('refuses a NUL in %s', async name => {
    const person = new Person(server.base)
    await person.open('/sign-in')
    const fields = { ...credentials, csrf: tokenOf(person), [name]: 'a\0b' }
    expect((await person.send('/sign-in', form(fields))).status).toBe(400)
  })

  it('refuses a NUL in the name of a field', async () => {
    const person = new Person(server.base)
    await person.open('/sign-in')
    const fields = { ...credentials, csrf: tokenOf(person), 'a\0b': 'c' }
    expect((await person.send('/sign-in', form(fields))).status).toBe(400)
  })

  it('refuses 300 KiB, and serves the next request', async () => {
    const person = new Person(server.base)
    await person.open('/sign-in')
    const fields = { csrf: tokenOf(person), email: 'x'.repeat(300 * 1024) }
    const answer = await person.send('/sign-in', form(fields))
    expect(answer.status).toBe(413)
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect((await person.open('/sign-in')).status).toBe(200)
  })

  it('refuses a compressed body that unfolds to 50 MiB', async () => {
    const { gzipSync } = await import('node:zlib')
    const person = new Person(server.base)
    await person.open('/sign-in')
    const answer = await person.send('/sign-in', {
      method: 'POST',
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/x-www-form-urlencoded' },
      body: gzipSync(Buffer.alloc(50 * 1024 * 1024, 'a')),
    })
    expect(answer.status).toBe(413)
  })

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])(
    'takes no form as %s',
    async type => {
      const person = new Person(server.base)
      await person.open('/sign-in')
      const body = JSON.stringify({ ...credentials, csrf: tokenOf(person) })
      const answer = await person.send('/sign-in', {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      })
      expect(answer.status).toBe(403)
    },
  )

  it('takes an upload that breaks off for one that cannot be read, and for no fault of the server', async () => {
    const req = new Readable({ read() {} })
    const ctx = { req, get: () => 'multipart/form-data; boundary=x', state: { form: new URLSearchParams() } }
    req.push('--x')
    const reading = readUpload(ctx as unknown as Parameters<typeof readUpload>[0])
    req.destroy(new Error('aborted'))
    await expect(reading).rejects.toMatchObject({ unreadable: true, status: 400 })
  })

  it('survives 20,000 fields, broken escapes and names of inherited members', async () => {
    const person = new Person(server.base)
    await person.open('/sign-in')
    const bodies = ['a=1&'.repeat(20_000), '%E0%A4%A&%%%=%ZZ', '__proto__[x]=1&constructor=2&toString=3']
    for (const rest of bodies) {
      const body = `csrf=${tokenOf(person)}&email=nobody%40acme.test&password=wrong&${rest}`
      const answer = await person.send('/sign-in', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
      })
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('do not match an account')
    }
  })
})
