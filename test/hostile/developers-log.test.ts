import { expect, it } from '@jest/globals'
import pg from 'pg'
import { stepOf } from '../../src/installs/flow-log.ts'
import { openFlowLog } from '../../src/storage/postgres/flow-log.ts'
import { cloneDatabase } from '../support/database.ts'
import { seedConnection, seedWorld } from '../support/seed.ts'

it.each([
  ['a NUL', 'https://a.test/\0'],
  ['half of a surrogate pair', `https://a.test/${'😀'.slice(0, 1)}`],
])('what a stranger sent with %s in it does not cost others their lines', async (_, sent) => {
  const database = await cloneDatabase()
  const pool = new pg.Pool({ connectionString: database.url })
  pool.on('error', () => {})
  const sql = async <T = Record<string, unknown>>(text: string, values?: unknown[]) =>
    (await pool.query(text, values)).rows as T[]
  const losses: unknown[] = []
  const log = openFlowLog({ pool, onLoss: count => losses.push(count) })
  try {
    await seedWorld(sql)
    const [his, other] = [await seedConnection(sql), await seedConnection(sql)]
    const facts = { kind: 'authorize', at: new Date(), requestId: null } as const
    const failure = { code: 'invalid_redirect_uri', sentence: 'No.', sent, expected: [], advice: 'Go.' }
    log.note(stepOf({ ...facts, connectionId: his.id, failure }))
    log.note(stepOf({ ...facts, connectionId: other.id }))
    await log.flush()
    expect(losses).toEqual([])
    expect(await sql(`select failure->>'sent' as sent from flow_steps order by failure`)).toEqual([
      { sent: 'https://a.test/\ufffd' },
      { sent: null },
    ])
  } finally {
    await log.close()
    await pool.end()
    await database.drop()
  }
})
