import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { allowed, signedIn, type Tokens } from '../support/allowed.ts'
import { call } from '../support/api.ts'
import { whileHeld } from '../support/held-rows.ts'
import { basic, post } from '../support/oauth.ts'
import { type Partner, reachedTitles } from '../support/partner.ts'
import { openRelay, type Relay } from '../support/relay.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let relays: { database: Relay; redis: Relay }
let server: TestServer
let world: World
let relay: SeededConnection
let partner: Partner
let tokens: Tokens

beforeAll(async () => {
  relays = {
    database: await openRelay(process.env.TEST_DATABASE_URL!),
    redis: await openRelay(process.env.TEST_REDIS_URL!),
  }
  server = await startServer({}, {}, { database: relays.database.through, redis: relays.redis.through })
  world = await seedWorld(server.sql)
})
beforeEach(async () => {
  relay = await seedConnection(server.sql)
  ;({ partner, tokens } = await allowed(server, relay, world.users.ben, [world.pages.roadmap]))
})
afterAll(async () => {
  await server.close()
  await relays.database.close()
  await relays.redis.close()
})

const refresh = () =>
  post(
    `${server.base}/v1/oauth/token`,
    { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
    basic(relay.id, relay.secret),
  )
const ready = () => fetch(`${server.base}/readyz`)
const me = () => call(server.base, '/v1/users/me', { token: tokens.access_token })
const search = () => call(server.base, '/v1/search', { method: 'POST', token: tokens.access_token, body: {} })
const begin = async () =>
  fetch(await partner.authorizeUrl(), { redirect: 'manual', headers: { accept: 'text/html' } })

const wrongSecret = () =>
  post(
    `${server.base}/v1/oauth/introspect`,
    { token: tokens.access_token },
    basic(relay.id, `${relay.secret}x`),
  )

async function untilReady(): Promise<void> {
  while ((await ready()).status !== 200) await pause(20)
}

describe('a database that cuts its connections', () => {
  it('in the middle of a transaction leaves the process alive and the change undone', async () => {
    const ben = await signedIn(server, world.users.ben)
    await ben.open(`/settings/${world.workspaces.acme.id}/my-connections/${tokens.bot_id}/disconnect`)
    const { action, body } = ben.formOf('Disconnect Relay Automations', {})
    const installation = 'select from installations where id = $1 for update'
    await whileHeld(server.databaseUrl, installation, [tokens.bot_id], async () => {
      const pressing = ben.open(action, { method: 'POST', body })
      while ((await waiting()) === 0) await pause(20)
      relays.database.cut()
      await pressing
    })
    expect(ben.visit.status).toBe(503)
    expect(ben.visit.headers.get('retry-after')).toBe('1')
    await untilReady()
    expect(await reachedTitles(server.base, tokens.access_token)).toContain('Roadmap')
    expect((await refresh()).status).toBe(200)
  })
})

/** How many of our statements wait for another transaction. */
async function waiting(): Promise<number> {
  const [row] = await server.sql<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return row!.count
}

// The answer arrives while the store still hangs, so the wait for it is bounded.
describe('a database that hangs', () => {
  it('is answered with 503 meanwhile, and everything works once it is back', async () => {
    relays.database.freeze()
    const [first, ...more] = await Promise.all([
      refresh(),
      ...Array.from({ length: 40 }, refresh),
      ...Array.from({ length: 10 }, me),
    ])
    expect([first, ...more].map(answer => answer.status)).toEqual([503, ...more.map(() => 503)])
    expect(first.headers.get('retry-after')).toBe('1')
    const unready = await ready()
    expect(unready.status).toBe(503)
    expect(await unready.json()).toMatchObject({ failing: ['database', 'schema'] })

    relays.database.thaw()
    await untilReady()
    expect((await refresh()).status).toBe(200)
    const all = await Promise.all(Array.from({ length: 30 }, me))
    expect(all.map(one => one.status)).toEqual(all.map(() => 200))
  })
})

describe('a Redis that hangs', () => {
  it('is answered with 503 where it is needed, and everything works once it is back', async () => {
    relays.redis.freeze()
    const pages = await Promise.all(Array.from({ length: 20 }, begin))
    expect(pages.map(page => page.status)).toEqual(pages.map(() => 503))
    const unready = await ready()
    expect(unready.status).toBe(503)
    expect(await unready.json()).toMatchObject({ failing: ['redis'] })
    relays.redis.thaw()
    await untilReady()
    expect((await begin()).status).toBe(303)
  })

  it('does not stop requests that can do without it', async () => {
    relays.redis.freeze()
    while ((await ready()).status === 200) await pause(20)
    const answers = await Promise.all([search(), refresh(), wrongSecret()])
    expect(answers.map(answer => answer.status)).toEqual([200, 200, 401])
    relays.redis.thaw()
    await untilReady()
  })
})
