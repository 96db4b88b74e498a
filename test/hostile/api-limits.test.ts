import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { APIResponseError, Client } from '@notionhq/client'
import Koa from 'koa'
import pg from 'pg'
import { createApi } from '../../src/api/api.ts'
import type { ApiNeeds } from '../../src/api/needs.ts'
import { uuidv7 } from '../../src/installs/ids.ts'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { openLimits } from '../../src/storage/limits.ts'
import { openAccess } from '../../src/storage/postgres/access.ts'
import { openPartnerChanges } from '../../src/storage/postgres/partner-changes.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { openChildren } from '../../src/storage/postgres/readings/api-children.ts'
import { openSearch } from '../../src/storage/postgres/readings/api-search.ts'
import { openUsers } from '../../src/storage/postgres/readings/api-users.ts'
import { openRedis } from '../../src/storage/redis/client.ts'
import { call } from '../support/api.ts'
import { openClone } from '../support/database.ts'
import { type Installed, seedInstalled } from '../support/installed.ts'
import { seedWorld, type World } from '../support/seed.ts'
import { ownRedisUrl } from '../support/server.ts'

let clone: Awaited<ReturnType<typeof openClone>>
let world: World
let relay: Installed
const closing: (() => unknown)[] = []

beforeAll(async () => {
  clone = await openClone()
  const sql = (text: string, values?: unknown[]) => clone.source.query(text, values)
  world = await seedWorld(sql)
  relay = await seedInstalled(sql, {
    workspaceId: world.workspaces.acme.id,
    userId: world.users.ben.id,
    pages: [world.pages.roadmap.id],
  })
})
afterAll(async () => {
  for (const close of closing) await close()
  await clone.drop()
})

type Started = { base: string; faults: unknown[]; lookUps: () => number }

/** The API alone, on stores that a test may replace. */
async function start(changed: Partial<ApiNeeds> = {}, pool = poolOf(clone.source)): Promise<Started> {
  const faults: unknown[] = []
  let lookUps = 0
  const access = openAccess(pool)
  const app = new Koa()
  app.use((ctx, next) => {
    ctx.state.requestId = uuidv7()
    ctx.set('x-request-id', ctx.state.requestId)
    return next()
  })
  app.use(
    createApi({
      issuer: 'https://latchkey.test',
      partnerApi: 'full',
      forceOutcome: async () => false,
      secretKeys: [Buffer.alloc(32, 7)],
      access: {
        bearer: (...asked) => access.bearer(...asked),
        page(...asked) {
          lookUps++
          return access.page(...asked)
        },
      },
      search: openSearch(pool),
      children: openChildren(pool),
      users: openUsers(pool),
      changes: openPartnerChanges(pool),
      limits: openLimits(null),
      noteUse() {},
      now: () => new Date(),
      newId: uuidv7,
      reportFault: fault => faults.push(fault),
      ...changed,
    }),
  )
  const server = app.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  closing.push(() => server.close())
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    lookUps: () => lookUps,
  }
}

const page = () => `/v1/pages/${world.pages.launch.id}`
const read = (base: string, token = relay.token) => call(base, page(), { token })
const times = <T>(count: number, work: () => Promise<T>) => Promise.all(Array.from({ length: count }, work))

describe('a token that calls too often', () => {
  it('is told to wait, in whole seconds, and others are not', async () => {
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

    const another = await seedInstalled((text, values) => clone.source.query(text, values), {
      workspaceId: world.workspaces.acme.id,
      userId: world.users.cleo.id,
      pages: [world.pages.roadmap.id],
    })
    expect((await read(base, another.token)).status).toBe(200)
  })

  it('is counted over all processes on one Redis', async () => {
    const redis = openRedis(await ownRedisUrl())
    closing.push(() => redis.quit())
    const both = await Promise.all(
      [1, 2].map(() => start({ callsPerMinute: 120, limits: openLimits(redis) })),
    )
    const answers = await times(100, () => Promise.all(both.map(({ base }) => read(base))))
    const allowed = answers.flat().filter(one => one.status === 200).length
    expect(allowed).toBe(120)
  })

  it('is counted also where its request is faulty or may not be done', async () => {
    const { base } = await start({ callsPerMinute: 3 })
    for (let turn = 0; turn < 3; turn++) await call(base, '/v1/pages/x', { token: relay.token })
    expect((await call(base, '/v1/pages/x', { token: relay.token })).status).toBe(429)
  })

  it('is told so by the typed error of the client', async () => {
    const { base } = await start({ callsPerMinute: 60, now: clock() })
    const client = new Client({ auth: relay.token, baseUrl: base, retry: false, logger: () => {} })
    for (let turn = 0; turn < 60; turn++) await client.users.me({})
    const refused = await client.users.me({}).catch(fault => fault)
    expect(refused).toBeInstanceOf(APIResponseError)
    expect(refused).toMatchObject({ code: 'rate_limited', status: 429 })
  })
})

/** A clock that stands still: what is known to be refused stays known. */
function clock(): () => Date {
  const now = new Date()
  return () => now
}

describe('a malformed token', () => {
  it('costs no look-up', async () => {
    const { base, lookUps } = await start()
    for (const token of ['x', newTokenValue('lkr_'), `${relay.token}x`, `lka_${'0'.repeat(36)}`])
      await read(base, token)
    expect(lookUps()).toBe(0)
    await read(base, newTokenValue('lka_'))
    expect(lookUps()).toBe(1)
  })
})

describe('when something breaks', () => {
  it('a database that is away is 503 with Retry-After, and never a 401 or 404', async () => {
    const dead = await deadPort()
    const pool = new pg.Pool({ host: '127.0.0.1', port: dead, connectionTimeoutMillis: 2_000 })
    closing.push(() => pool.end())
    const { base, faults } = await start({}, pool)
    for (const answer of [
      await read(base),
      await call(base, '/v1/search', { token: relay.token, body: {} }),
    ]) {
      expect(answer.json).toMatchObject({ status: 503, code: 'service_unavailable' })
      expect(answer.headers['retry-after']).toBe('1')
    }
    expect(faults).toHaveLength(2)
  })

  it('a fault of ours is 500, says nothing of itself, and is written down', async () => {
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
      { path: '/v1/pages', method: 'POST', body: { parent: { page_id: world.pages.launch.id } } },
    ]) {
      const answer = await call(base, sent.path, { ...sent, token: relay.token })
      expect(answer.json).toMatchObject({ status: 403, code: 'restricted_resource' })
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="https://latchkey.test"')
      expect((await call(base, sent.path, { ...sent, token: newTokenValue('lka_') })).status).toBe(401)
    }
    expect((await call(base, '/v1/search', { token: relay.token, body: {} })).status).toBe(200)
  })

  it('off: none of the addresses is here', async () => {
    const { base } = await start({ partnerApi: 'off' })
    for (const path of [page(), '/v1/users/me', '/v1/nowhere'])
      expect(await call(base, path, { token: relay.token })).toMatchObject({ status: 404, text: 'Not Found' })
  })
})

describe('a change whose right ends while it is asked', () => {
  it('is taken back', async () => {
    const { base } = await start()
    const changes = openPartnerChanges(poolOf(clone.source))
    const pool = poolOf(clone.source)
    const { base: racing } = await start({
      changes: {
        ...changes,
        async update(...asked) {
          await pool.query(`update installations set state = 'suspended' where id = $1`, [relay.id])
          return changes.update(...asked)
        },
        async create(asking, draft) {
          await pool.query('delete from page_grants where installation_id = $1', [relay.id])
          return changes.create(asking, draft)
        },
      },
    })
    const { rows } = await pool.query('select * from page_grants where installation_id = $1', [relay.id])
    const body = { properties: { title: [{ text: { content: 'Too late' } }] } }
    expect((await call(racing, page(), { method: 'PATCH', token: relay.token, body })).status).toBe(401)
    await pool.query(`update installations set state = 'active' where id = $1`, [relay.id])
    expect((await read(base)).json.properties.title.title[0].plain_text).toBe('Launch')

    const draft = { parent: { page_id: world.pages.launch.id } }
    expect((await call(racing, '/v1/pages', { token: relay.token, body: draft })).status).toBe(404)
    const { rows: made } = await pool.query('select 1 from pages where parent_id = $1', [
      world.pages.launch.id,
    ])
    expect(made).toEqual([])
    for (const row of rows)
      await pool.query('insert into page_grants select ($1::page_grants).*', [
        `(${row.workspace_id},${row.installation_id},${row.page_id},${row.granted_by},${row.granted_at.toISOString()})`,
      ])
    expect((await read(base)).status).toBe(200)
  })
})

/** A port that nobody listens on. */
async function deadPort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise(resolve => probe.close(resolve))
  return port
}
