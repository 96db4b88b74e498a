import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import pg from 'pg'
import { type FlowStep, stepOf } from '../../src/installs/flow-log.ts'
import { type FlowLog, openFlowLog } from '../../src/storage/postgres/stores/flow-log.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'
import { type SeededConnection, seedConnection, seedWorld } from '../support/seed.ts'

let database: TestDatabase
let pool: pg.Pool
let log: FlowLog
let losses: number[]
let relay: SeededConnection
let other: SeededConnection

const sql = async <T = Record<string, unknown>>(text: string, values?: unknown[]) =>
  (await pool.query(text, values)).rows as T[]

beforeAll(async () => {
  database = await cloneDatabase()
  pool = new pg.Pool({ connectionString: database.url })
  pool.on('error', () => {})
  await seedWorld(sql)
  log = openFlowLog({ pool, onLoss: count => losses.push(count) })
})
beforeEach(async () => {
  losses = []
  ;[relay, other] = [await seedConnection(sql), await seedConnection(sql)]
})
afterAll(async () => {
  await log.close()
  await pool.end()
  await database.drop()
})

function note({ id }: { id: string }, failure: FlowStep['failure'] = null): void {
  log.note(stepOf({ kind: 'authorize', at: new Date(), requestId: null, connectionId: id, failure }))
}
const flood = (who: { id: string }, lines: number) => {
  for (let line = 0; line < lines; line++) note(who)
}
const linesOf = async ({ id }: { id: string }) => {
  const [row] = await sql<{ count: number }>(
    `select count(*)::int as count from flow_steps s join flow_attempts a on a.id = s.attempt_id
     where a.connection_id = $1`,
    [id],
  )
  return row!.count
}

it.each([
  ['a NUL', 'https://a.test/\0'],
  ['half of a surrogate pair', `https://a.test/${'😀'.slice(0, 1)}`],
])('what a stranger sent with %s in it does not cost others their lines', async (_, sent) => {
  note(relay, { code: 'invalid_redirect_uri', sentence: 'No.', sent, expected: [], advice: 'Go.' })
  note(other)
  await log.flush()
  expect(losses).toEqual([])
  expect(
    await sql(
      `select failure->>'sent' as sent from flow_steps s join flow_attempts a on a.id = s.attempt_id
       where a.connection_id in ($1, $2) order by failure`,
      [relay.id, other.id],
    ),
  ).toEqual([{ sent: 'https://a.test/\ufffd' }, { sent: null }])
})

it('a flood on one connection costs itself lines and the others none, and each lost one is counted', async () => {
  flood(relay, 6_000)
  flood(other, 500)
  await log.flush()
  await log.flush()
  expect(await linesOf(other)).toBe(500)
  expect((await linesOf(relay)) + losses.reduce((sum, one) => sum + one, 0)).toBe(6_000)
  expect(await linesOf(relay)).toBeGreaterThan(2_000)
})

it('…nor while the database is slow to take what came before, and afterwards there is room for all', async () => {
  const slow = new pg.Client({ connectionString: database.url })
  await slow.connect()
  await slow.query('begin; lock table flow_attempts in share mode')
  flood(relay, 6_000)
  const writing = log.flush()
  await new Promise(resolve => setImmediate(resolve))
  flood(relay, 6_000)
  const third = await seedConnection(sql)
  for (const one of [other, third]) flood(one, 200)
  await slow.query('commit')
  await slow.end()
  await writing
  await log.flush()
  expect([await linesOf(other), await linesOf(third)]).toEqual([200, 200])
  const written = await linesOf(relay)
  await log.flush()
  expect(written + losses.reduce((sum, one) => sum + one, 0)).toBe(12_000)
  losses = []
  flood(relay, 2_000)
  await log.flush()
  expect([await linesOf(relay), losses]).toEqual([written + 2_000, []])
})

it('two processes that write steps of the same flows at once lose none, and tell each flow as one attempt', async () => {
  const second = new pg.Pool({ connectionString: database.url })
  const logs = [log, openFlowLog({ pool: second, onLoss: count => losses.push(count), flushEveryMs: 60_000 })]
  const flows = Array.from({ length: 200 }, () => ({ uid: randomUUID(), grantId: randomUUID() }))
  const steps: [kind: FlowStep['kind'], of: ('uid' | 'grantId')[]][] = [
    ['authorize', ['uid']],
    ['pages', ['uid']],
    ['allowed', ['uid', 'grantId']],
    ['code-redeemed', ['grantId']],
    ['code-issued', ['uid']],
    ['refreshed', ['grantId']],
  ]
  for (const [turn, [kind, names]] of steps.entries()) {
    for (const [number, flow] of flows.entries()) {
      const ids = Object.fromEntries(names.map(name => [name, flow[name]]))
      const facts = { kind, at: new Date(Date.now() + turn), requestId: null, connectionId: relay.id }
      logs[(number + turn) % 2]!.note(stepOf({ ...facts, ...ids }))
    }
    if (turn % 2 === 1) await Promise.all(logs.map(one => one.flush()))
  }
  await logs[1]!.close()
  await second.end()
  expect(losses).toEqual([])
  expect(
    await sql(
      `select a.outcome, (select count(*)::int from flow_steps s where s.attempt_id = a.id) as steps, count(*)::int as attempts
       from flow_attempts a where a.connection_id = $1 group by 1, 2`,
      [relay.id],
    ),
  ).toEqual([{ outcome: 'connected', steps: 6, attempts: 200 }])
})

it('steps are kept while the database holds them up, and written once it goes on', async () => {
  const hurried = new pg.Pool({ connectionString: database.url, options: '-c lock_timeout=100' })
  const own = openFlowLog({ pool: hurried, onLoss: count => losses.push(count), flushEveryMs: 60_000 })
  const slow = new pg.Client({ connectionString: database.url })
  await slow.connect()
  await slow.query('begin; lock table flow_steps in share mode')
  const step = stepOf({ kind: 'authorize', at: new Date(), requestId: null, connectionId: relay.id })
  for (let line = 0; line < 700; line++) own.note(step)
  await own.flush()
  expect([await linesOf(relay), losses]).toEqual([0, []])
  await slow.query('commit')
  await slow.end()
  own.note(step)
  await own.flush()
  expect([await linesOf(relay), losses]).toEqual([701, []])
  await own.close()
  await hurried.end()
})

it('a step that the database refuses is lost alone', async () => {
  const step = stepOf({ kind: 'authorize', at: new Date(), requestId: null, connectionId: relay.id })
  for (let line = 0; line < 20; line++)
    log.note(line === 7 ? { ...step, at: new Date(-9e15) } : { ...step, requestId: `r-${line}` })
  await log.flush()
  expect([await linesOf(relay), losses]).toEqual([19, [1]])
})
