import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { startSweeper } from '../../src/compose/sweeper.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { sweepExpired } from '../../src/storage/postgres/sweep.ts'
import { openClone } from '../support/database.ts'
import { seedConnection, seedWorld, type World } from '../support/seed.ts'

let clone: Awaited<ReturnType<typeof openClone>>
let pool: Pool
let world: World

beforeEach(async () => {
  clone = await openClone()
  pool = poolOf(clone.source)
  world = await seedWorld((text, values) => clone.source.query(text, values))
})
afterEach(() => clone.drop())

const count = async (table: string): Promise<number> =>
  (await pool.query<{ n: number }>(`select count(*)::int as n from ${table}`)).rows[0]!.n

const addTokens = (table: 'access_tokens' | 'refresh_tokens', rows: number, expiresAt: string) =>
  pool.query(
    `insert into ${table} (token_hash, grant_id, payload, expires_at)
     select sha256((${expiresAt} || ' ' || n)::bytea), 'grant', '{}', ${expiresAt} from generate_series(1, ${rows}) n`,
  )

/** Ben's consents in one connection that can no longer be redeemed since two days ago; the first of them were redeemed. */
async function addConsents(rows: number, redeemed: number): Promise<void> {
  const connection = await seedConnection((text, values) => clone.source.query(text, values))
  await pool.query(
    `insert into consents (id, workspace_id, connection_id, user_id, capabilities, page_ids, created_at, expires_at)
     select gen_random_uuid(), $1, $2, $3, '{read_content}', array[$4]::uuid[], now() - interval '3 days',
       now() - interval '2 days' + n * interval '1 second'
     from generate_series(1, $5::int) n`,
    [world.workspaces.acme.id, connection.id, world.users.ben.id, world.pages.roadmap.id, rows],
  )
  await pool.query(
    `insert into authorizations (id, consent_id, workspace_id, connection_id, user_id, payload, redeemed_at, expires_at)
     select id::text, id, workspace_id, connection_id, user_id, '{}', now(), now() + interval '1 year'
     from consents order by expires_at limit $1`,
    [redeemed],
  )
}

describe('the sweeper', () => {
  it('deletes a backlog of any size in one pass, and nothing that is in force', async () => {
    await addTokens('access_tokens', 50_000, `now() - interval '1 minute'`)
    await addTokens('refresh_tokens', 30_000, `now() - interval '1 hour'`)
    await addTokens('access_tokens', 7, `now() + interval '1 minute'`)
    expect(await sweepExpired(pool, new Date())).toBe(80_000)
    expect([await count('access_tokens'), await count('refresh_tokens')]).toEqual([7, 0])
  })

  it('deletes each row once where many hosts sweep at the same time', async () => {
    await addTokens('access_tokens', 30_000, `now() - interval '1 minute'`)
    await addConsents(9_000, 0)
    const removed = await Promise.all([1, 2, 3, 4].map(() => sweepExpired(pool, new Date())))
    expect(removed.reduce((sum, one) => sum + one)).toBe(39_000)
    expect([await count('access_tokens'), await count('consents')]).toEqual([0, 0])
  })

  it('keeps consents that were redeemed, and begins the next pass behind them', async () => {
    await addConsents(10_000, 9_000)
    expect(await sweepExpired(pool, new Date())).toBe(1_000)
    const { rows } = await pool.query(
      `select reached = (select max(expires_at) from consents) + interval '1000 seconds' as is_behind
       from sweep_marks where name = 'unredeemed consents'`,
    )
    expect(rows).toEqual([{ is_behind: true }])
    await pool.query(`update consents set expires_at = expires_at + interval '1 hour'`)
    await pool.query('delete from authorizations')
    expect(await sweepExpired(pool, new Date())).toBeLessThan(9_000)
  })

  it('goes back behind a mark that a wrong clock had set in the future', async () => {
    await sweepExpired(pool, new Date(Date.now() + 30 * 86_400_000))
    await pool.query(`update sweep_marks set reached = now() + interval '30 days'`)
    await addConsents(10, 0)
    expect(await sweepExpired(pool, new Date())).toBe(10)
  })

  it('deletes attempts of flows with their steps after 30 days', async () => {
    const connection = await seedConnection((text, values) => clone.source.query(text, values))
    await pool.query(
      `with attempts as (
         insert into flow_attempts (id, connection_id, outcome, started_at, last_at)
         select gen_random_uuid(), $1, 'connected', at, at
         from generate_series(1, 6_000) n, lateral (select now() - n * interval '10 minutes') t (at)
         returning id, last_at)
       insert into flow_steps (id, attempt_id, at, kind) select gen_random_uuid(), id, last_at, 'authorize' from attempts`,
      [connection.id],
    )
    await sweepExpired(pool, new Date())
    expect([await count('flow_attempts'), await count('flow_steps')]).toEqual([4_319, 4_319])
  })

  it('begins with the server, and ends with it in the middle of a backlog', async () => {
    await addTokens('access_tokens', 20_000, `now() - interval '1 minute'`)
    const faults: unknown[] = []
    const sweeper = startSweeper(pool, fault => faults.push(fault))
    while ((await count('access_tokens')) === 20_000) await pause(5)
    await sweeper.stop()
    const left = await count('access_tokens')
    await pause(200)
    expect([await count('access_tokens'), faults]).toEqual([left, []])
  })
})
