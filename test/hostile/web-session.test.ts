import { createHash, randomUUID } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { hashPassword, passwordMatches } from '../../src/passwords.ts'
import { memoryShortLived } from '../../src/storage/memory/short-lived.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { sessions } from '../../src/web/http/session.ts'
import { importLines, userLine } from '../support/directory.ts'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'
import { password, seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()

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
  ])('is home, not %j', async target => {
    const person = somebody()
    await person.open('/sign-in')
    const { body } = person.formOf('Sign in', { email: 'ada@acme.test', password })
    // Straight to the address: the form on the screen has a cleaned one.
    const hostile = `/sign-in?return=${encodeURIComponent(target)}`
    const answer = await person.send(hostile, { method: 'POST', body })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/')
    const again = await person.send(hostile)
    expect([again.status, again.headers.get('location')]).toEqual([303, '/'])
    await person.open(`${hostile}&prompt=login`)
    expect(new URL(person.formOf('Sign in').action).search).toBe('')
  })

  it('is home, not an address of 5,000 characters', async () => {
    const person = somebody()
    await person.open(`/sign-in?return=/${'x'.repeat(5_000)}`)
    expect(new URL(person.formOf('Sign in').action).search).toBe('')
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
    await person.open('/sign-in?return=/install/none&prompt=select_account')
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

describe('a session that is ended elsewhere', () => {
  it('ends in every browser when the password becomes another, and not by the same one imported again', async () => {
    const [thief, owner] = [somebody(), somebody()]
    for (const one of [thief, owner]) await one.signIn('ada@acme.test')
    const pool = poolOf(server.server.stores.database)
    const give = (given: string) =>
      importLines(pool, [{ ...userLine(world.users.ada.id), email: 'ada@acme.test', password: given }], {
        hashPassword,
        passwordMatches,
      })
    await give(password)
    expect((await thief.send('/sign-out')).status).toBe(200)
    await give('another one of hers')
    for (const one of [thief, owner])
      expect((await one.send('/sign-out')).headers.get('location')).toBe('/sign-in')
    await give(password)
    expect((await thief.send('/sign-out')).headers.get('location')).toBe('/sign-in')
  })

  it('ends 30 days after signing in, however often it is used', async () => {
    await server.emptyRedis()
    const person = somebody()
    await person.open('/sign-in')
    await person.signIn('ada@acme.test')
    const redis = new Redis(server.config.redisUrl!)
    const age = async (minutes: number) => {
      for (const key of await redis.keys('latchkey:session:*')) {
        const kept = JSON.parse((await redis.get(key))!)
        const startedAt = Date.now() - 30 * 86_400_000 + minutes * 60_000
        await redis.set(key, JSON.stringify({ ...kept, startedAt }), 'KEEPTTL')
      }
    }
    try {
      await age(1)
      expect((await person.send('/gallery')).status).toBe(200)
      await age(-1)
      const after = await person.send('/gallery')
      expect([after.status, after.headers.get('location')]).toEqual([303, '/sign-in?return=%2Fgallery'])
      expect(await redis.keys('latchkey:session:*')).toEqual([])
    } finally {
      redis.disconnect()
    }
  })

  it('is not written back by a change of persona while it is being signed out', async () => {
    const kept = memoryShortLived()
    const ada = { id: world.users.ada.id, email: 'ada@acme.test', name: 'Ada', avatarUrl: null }
    const ours = sessions({
      store: {
        ...kept,
        renew: async (key, seconds) => {
          const found = await kept.renew(key, seconds)
          await kept.remove(key) // by another request, between the reading and the writing of this one
          return found
        },
      },
      users: {
        byId: async () => ({ ...ada, disabled: false, passwordHash: 'h' }),
        personaOf: async () => null,
      },
      secure: false,
      now: () => new Date(),
    })
    let cookie = ''
    const cookies = { get: () => cookie, set: (_name: string, value: string) => (cookie = value) }
    const ctx = { path: '/', cookies, state: { session: null, user: ada, acting: null } }
    const asWeb = ctx as unknown as Parameters<typeof ours.start>[0]
    await ours.start(asWeb, ada.id, 'h')
    const key = `session:${createHash('sha256').update(cookie).digest('base64url')}`
    expect(await kept.read(key)).not.toBeNull()
    await ours.actAs(asWeb, randomUUID())
    expect(await kept.read(key)).toBeNull()
  })
})

describe('a partner that asks with nobody at the screen', () => {
  it('never gets a code, only whether somebody would have to sign in or to consent', async () => {
    const relay = await seedConnection(server.sql)
    const url = new URL('/v1/oauth/authorize', server.base)
    for (const [name, value] of Object.entries({
      client_id: relay.id,
      response_type: 'code',
      redirect_uri: relay.redirectUri,
      prompt: 'none',
    }))
      url.searchParams.set(name, value)
    const person = somebody()
    const outcome = async () => {
      const answer = new URL((await person.send(url.href)).headers.get('location')!)
      expect(answer.searchParams.get('code')).toBeNull()
      return answer.searchParams.get('error')
    }
    expect(await outcome()).toBe('login_required')
    await person.signIn('ada@acme.test')
    expect(await outcome()).toBe('consent_required')
  })
})
