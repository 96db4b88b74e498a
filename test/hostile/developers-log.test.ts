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
let his: SeededConnection
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
  ;[his, other] = [await seedConnection(sql), await seedConnection(sql)]
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
  note(his, { code: 'invalid_redirect_uri', sentence: 'No.', sent, expected: [], advice: 'Go.' })
  note(other)
  await log.flush()
  expect(losses).toEqual([])
  expect(
    await sql(
      `select failure->>'sent' as sent from flow_steps s join flow_attempts a on a.id = s.attempt_id
       where a.connection_id in ($1, $2) order by failure`,
      [his.id, other.id],
    ),
  ).toEqual([{ sent: 'https://a.test/\ufffd' }, { sent: null }])
})

it('a flood on one connection costs itself lines and the others none, and each lost one is counted', async () => {
  flood(his, 6_000)
  flood(other, 500)
  await log.flush()
  await log.flush()
  expect(await linesOf(other)).toBe(500)
  expect((await linesOf(his)) + losses.reduce((sum, one) => sum + one, 0)).toBe(6_000)
  expect(await linesOf(his)).toBeGreaterThan(2_000)
})

it('…nor while the database is slow to take what came before, and afterwards there is room for all', async () => {
  const slow = new pg.Client({ connectionString: database.url })
  await slow.connect()
  await slow.query('begin; lock table flow_attempts in share mode')
  flood(his, 6_000)
  const writing = log.flush()
  await new Promise(resolve => setImmediate(resolve))
  flood(his, 6_000)
  const third = await seedConnection(sql)
  for (const one of [other, third]) flood(one, 200)
  await slow.query('commit')
  await slow.end()
  await writing
  await log.flush()
  expect([await linesOf(other), await linesOf(third)]).toEqual([200, 200])
  const written = await linesOf(his)
  await log.flush()
  expect(written + losses.reduce((sum, one) => sum + one, 0)).toBe(12_000)
  losses = []
  flood(his, 2_000)
  await log.flush()
  expect([await linesOf(his), losses]).toEqual([written + 2_000, []])
})
