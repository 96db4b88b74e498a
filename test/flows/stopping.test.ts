import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { Redis } from 'ioredis'
import pg from 'pg'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'
import { whileHeld } from '../support/held-rows.ts'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { type Running, startProcess } from '../support/process.ts'
import { seedConnection, seedWorld } from '../support/seed.ts'
import { ownRedisUrl } from '../support/server.ts'

jest.setTimeout(120_000)

let database: TestDatabase
let redisUrl: string
let dataDir: string
let base: string
let env: Record<string, string>
let running: Running

beforeEach(async () => {
  ;[database, redisUrl, dataDir] = await Promise.all([
    cloneDatabase(),
    ownRedisUrl(),
    mkdtemp(path.join(tmpdir(), 'latchkey-stopping-')),
  ])
  const port = await freePort()
  base = `http://localhost:${port}`
  env = { PORT: `${port}`, DATABASE_URL: database.url, REDIS_URL: redisUrl, DATA_DIR: dataDir }
  running = await startProcess(env)
})
afterEach(async () => {
  running.child.kill('SIGKILL')
  await running.ended
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

const ask = (place: string, agent?: Agent) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    get(`${base}${place}`, { agent }, answer => {
      answer.resume()
      answer.once('end', () => resolve(answer))
    }).once('error', reject)
  })

describe('SIGTERM', () => {
  it('makes it unready first, answers requests meanwhile, closes kept connections, and ends', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    expect((await ask('/sign-in', agent)).headers.connection).toBe('keep-alive')
    expect((await ask('/readyz')).statusCode).toBe(200)
    running.child.kill('SIGTERM')
    while ((await ask('/readyz')).statusCode !== 503) await pause(20)
    const kept = await ask('/sign-in', agent)
    expect([kept.statusCode, kept.headers.connection]).toEqual([200, 'close'])
    expect((await ask('/sign-in')).statusCode).toBe(200)
    expect(await running.ended).toBe(0)
  })
})

describe('a process that is killed in the middle of Allow access', () => {
  it('holds up the next press for less than a second, and that press leads to the partner', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 2 })
    const sql = async <T>(text: string, values?: unknown[]) => (await pool.query(text, values)).rows as T[]
    const world = await seedWorld(sql)
    const relay = await seedConnection(sql)
    const partner = await Partner.discover(base, relay)
    const ben = new Person(base)
    await ben.open(await partner.authorizeUrl())
    await ben.signIn(world.users.ben.email)
    await ben.press('Select pages')
    const { action, body } = ben.formOf('Allow access', { pages: [world.pages.roadmap.id] })
    const press = () => ben.open(action, { method: 'POST', body })

    const redis = new Redis(redisUrl)
    await whileHeld(database.url, 'lock table consents in exclusive mode', [], async () => {
      const pressing = press().catch(() => {})
      const marked = () => redis.keys('latchkey:one-press:*')
      while ((await marked()).length === 0) await pause(20)
      running.child.kill('SIGKILL')
      await running.ended
      await pressing
      for (const key of await marked()) expect(await redis.pttl(key)).toBeLessThanOrEqual(600)
    })
    redis.disconnect()
    running = await startProcess(env)
    await press()
    expect(new URL(ben.visit.url).searchParams.get('code')).not.toBeNull()
    const tokens = await partner.redeem(ben.visit.url)
    expect(tokens.access_token).toBeTruthy()
    await pool.end()
  })
})
