import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { openLimits } from '../../src/storage/rate-limits.ts'
import { openRedis } from '../../src/storage/redis/client.ts'
import { call } from '../support/api.ts'
import { openApiAlone } from '../support/api-alone.ts'
import { clientWith, refusalOf } from '../support/api-client.ts'
import { seedInstalled } from '../support/installed.ts'
import { ownRedisUrl } from '../support/server.ts'

let alone: Awaited<ReturnType<typeof openApiAlone>>
let start: (typeof alone)['start']

beforeAll(async () => {
  alone = await openApiAlone()
  start = alone.start
})
afterAll(() => alone.close())

const page = () => `/v1/pages/${alone.world.pages.launch.id}`
const read = (base: string, token = alone.relay.token) => call(base, page(), { token })
const times = <T>(count: number, work: () => Promise<T>) => Promise.all(Array.from({ length: count }, work))

describe('a token that calls too often', () => {
  it('gets 429 with whole seconds to wait, and other tokens do not', async () => {
    const { base, lookUps } = await start({ callsPerMinute: 10 })
    const answers = await times(14, () => read(base))
    expect(answers.filter(one => one.status === 200)).toHaveLength(10)
    const refused = answers.find(one => one.status === 429)!
    expect(refused.json).toMatchObject({ object: 'error', status: 429, code: 'rate_limited' })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(refused.headers['retry-after']).toMatch(/^\d+$/)

    const before = lookUps()
    expect((await read(base)).status).toBe(429)
    expect(lookUps()).toBe(before)

    const another = await seedInstalled(alone.sql, {
      workspaceId: alone.world.workspaces.acme.id,
      userId: alone.world.users.cleo.id,
      pages: [alone.world.pages.roadmap.id],
    })
    expect((await read(base, another.token)).status).toBe(200)
  })

  it('is counted over all processes on one Redis', async () => {
    const redis = openRedis(await ownRedisUrl())
    alone.closeLater(() => redis.quit())
    const both = await Promise.all(
      [1, 2].map(() => start({ callsPerMinute: 120, limits: openLimits(redis) })),
    )
    const answers = await times(100, () => Promise.all(both.map(({ base }) => read(base))))
    const allowed = answers.flat().filter(one => one.status === 200).length
    expect(allowed).toBe(120)
  })

  it('is counted for invalid and forbidden requests too', async () => {
    const { base } = await start({ callsPerMinute: 3 })
    for (let turn = 0; turn < 3; turn++) await call(base, '/v1/pages/x', { token: alone.relay.token })
    expect((await call(base, '/v1/pages/x', { token: alone.relay.token })).status).toBe(429)
  })

  it('gets the typed error of the client', async () => {
    const { base } = await start({ callsPerMinute: 60, now: clock() })
    const client = clientWith(base, alone.relay.token)
    for (let turn = 0; turn < 60; turn++) await client.users.me({})
    expect(await refusalOf(client.users.me({}))).toMatchObject({ code: 'rate_limited', status: 429 })
  })
})

/** A clock that does not move, so that a refusal is remembered. */
function clock(): () => Date {
  const now = new Date()
  return () => now
}

describe('a malformed token', () => {
  it('costs no look-up', async () => {
    const { base, lookUps } = await start()
    for (const token of ['x', newTokenValue('lkr_'), `${alone.relay.token}x`, `lka_${'0'.repeat(36)}`])
      await read(base, token)
    expect(lookUps()).toBe(0)
    await read(base, newTokenValue('lka_'))
    expect(lookUps()).toBe(1)
  })
})

describe('an error', () => {
  it('is 503 with Retry-After where the database is away, never 401 or 404', async () => {
    const dead = await deadPort()
    const pool = new pg.Pool({ host: '127.0.0.1', port: dead, connectionTimeoutMillis: 2_000 })
    alone.closeLater(() => pool.end())
    const { base, faults } = await start({}, pool)
    for (const answer of [
      await read(base),
      await call(base, '/v1/search', { token: alone.relay.token, body: {} }),
    ]) {
      expect(answer.json).toMatchObject({ status: 503, code: 'service_unavailable' })
      expect(answer.headers['retry-after']).toBe('1')
    }
    expect(faults).toHaveLength(2)
  })

  it('is 500 without detail where it is unexpected, and is logged', async () => {
    const fault = new Error('relation "secrets" does not exist')
    const { base, faults } = await start({
      noteUse: () => {
        throw fault
      },
    })
    const answer = await read(base)
    expect(answer.json).toEqual({
      object: 'error',
      status: 500,
      code: 'internal_server_error',
      message: 'Something broke on the server.',
      request_id: answer.headers['x-request-id'],
    })
    expect(faults).toEqual([fault])
  })
})

describe('the operator’s choice', () => {
  it('read: pages are read and not changed', async () => {
    const { base } = await start({ partnerApi: 'read' })
    expect((await read(base)).status).toBe(200)
    for (const sent of [
      { path: page(), method: 'PATCH', body: { icon: null } },
      { path: '/v1/pages', method: 'POST', body: { parent: { page_id: alone.world.pages.launch.id } } },
    ]) {
      const answer = await call(base, sent.path, { ...sent, token: alone.relay.token })
      expect(answer.json).toMatchObject({ status: 403, code: 'restricted_resource' })
      expect(answer.headers['www-authenticate']).toBe(
        'Bearer resource_metadata="https://latchkey.test/.well-known/oauth-protected-resource"',
      )
      expect((await call(base, sent.path, { ...sent, token: newTokenValue('lka_') })).status).toBe(401)
    }
    expect((await call(base, '/v1/search', { token: alone.relay.token, body: {} })).status).toBe(200)
  })

  it('off: every address is unknown', async () => {
    const { base } = await start({ partnerApi: 'off' })
    for (const path of [page(), '/v1/users/me', '/v1/nowhere'])
      expect(await call(base, path, { token: alone.relay.token })).toMatchObject({
        status: 404,
        text: 'Not Found',
      })
  })
})

/** A free port. */
async function deadPort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise(resolve => probe.close(resolve))
  return port
}
