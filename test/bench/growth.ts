/** Deletion of expired rows: its speed, its cost to the token endpoint meanwhile, and the size of the tables over two months. */
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { sweepExpired } from '../../src/storage/postgres/sweep.ts'
import { seedConnection, seedWorld } from '../support/seed.ts'
import { startOurs } from './_contestants.ts'
import { converse } from './_load.ts'
import type { Bench } from './run.ts'
import { refreshes } from './token.ts'

const rounds = Number(process.env.BENCH_ROUNDS ?? 5)
const seconds = Number(process.env.BENCH_SECONDS ?? 6)
const backlog = seconds * 80_000
const days = 60
const refreshesADay = 20_000

export async function run(bench: Bench): Promise<void> {
  await underLoad(bench)
  await overMonths(bench)
}

/** Turns without anything to delete, and turns in which the sweeper of the same server works off a backlog. */
async function underLoad(bench: Bench): Promise<void> {
  const stops: (() => Promise<void>)[] = []
  const databaseUrl = await bench.databaseUrl()
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  try {
    const ours = await startOurs(
      databaseUrl,
      bench.redisUrl,
      { codes: 16, chains: 1_600, tokens: 16, revocations: 16 },
      stops,
    )
    const lanes = refreshes(ours)
    await converse({ port: ours.port, lanes, seconds: 3 })
    const results: { alone: number; beside: number; deleted: number }[] = []
    for (let round = 0; round < rounds; round++) {
      const alone = await converse({ port: ours.port, lanes, seconds })
      await addExpired(pool, round)
      while ((await countExpired(pool)) > backlog * 0.98) await pause(100)
      const before = await countExpired(pool)
      const beside = await converse({ port: ours.port, lanes, seconds })
      const after = await countExpired(pool)
      results.push({
        alone: alone.perSecond,
        beside: beside.perSecond,
        deleted: (before - after) / (beside.count / beside.perSecond),
      })
      while ((await countExpired(pool)) > 0) await pause(200)
      await pool.query('vacuum access_tokens')
    }
    const median = (of: (one: (typeof results)[number]) => number) =>
      results.map(of).toSorted((a, b) => a - b)[rounds >> 1]!
    bench.figure('refreshes, nothing to delete', `${round(median(one => one.alone))}/s`)
    bench.figure('refreshes, beside a backlog', `${round(median(one => one.beside))}/s`)
    bench.figure('rows deleted meanwhile (wanted: 20,000/s)', `${round(median(one => one.deleted))}/s`)
    bench.figure('share of the rate kept (wanted: 0.9)', median(one => one.beside / one.alone).toFixed(2))
    bench.figure('', `medians of ${rounds} pairs of turns of ${seconds} s`)
  } finally {
    await pool.end()
    for (const stop of stops) await stop()
  }
}

const addExpired = (pool: pg.Pool, round: number) =>
  pool.query(
    `insert into access_tokens (token_hash, grant_id, payload, expires_at)
     select sha256(($1 || ' ' || n)::bytea), (n % 1600)::text, '{"scope": "read_content", "gty": "refresh_token"}',
       now() - interval '1 hour' + n * interval '1 millisecond'
     from generate_series(1, $2::int) n`,
    [round, backlog],
  )

async function countExpired(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    'select count(*)::int as n from access_tokens where expires_at < now()',
  )
  return rows[0]!.n
}

/**
 * Two months of steady use, hour by hour: refreshes, flows that succeed and flows that are given up. In the place of
 * autovacuum, which goes by the wall clock, each day ends with a vacuum.
 */
async function overMonths(bench: Bench): Promise<void> {
  const pool = new pg.Pool({ connectionString: await bench.databaseUrl(), max: 2 })
  try {
    const sql = (text: string, values?: unknown[]) => pool.query(text, values)
    const world = await seedWorld(async (text, values) => (await sql(text, values)).rows)
    const connection = await seedConnection(async (text, values) => (await sql(text, values)).rows)
    const place = [world.workspaces.acme.id, connection.id, world.users.ben.id, world.pages.roadmap.id]
    const begun = Date.now() - days * 86_400_000
    let removed = 0
    for (let day = 1; day <= days; day++) {
      for (let hour = 0; hour < 24; hour += 4) {
        const now = new Date(begun + day * 86_400_000 + hour * 3_600_000)
        await addHours(pool, now, place)
        removed += await sweepExpired(pool, now)
      }
      for (const table of swept) await sql(`vacuum ${table}`)
      if (day % 10 === 0) bench.figure(`megabytes after ${day} days`, await sizes(pool))
    }
    bench.figure('rows deleted', round(removed))
  } finally {
    await pool.end()
  }
}

const swept = ['access_tokens', 'refresh_tokens', 'consents', 'authorizations', 'flow_attempts', 'flow_steps']

/** Four hours: each refresh has the token before it as parent; of each hundred one is a flow, and half of these are given up. */
async function addHours(pool: pg.Pool, now: Date, place: string[]): Promise<void> {
  const count = Math.round(refreshesADay / 6)
  await pool.query(
    `with access as (
       insert into access_tokens (token_hash, grant_id, payload, issued_at, expires_at)
       select sha256(('a' || n || $1::timestamptz)::bytea), n::text, '{"scope": "read_content"}', $1::timestamptz, $1::timestamptz + interval '1 hour'
       from generate_series(1, $2::int) n)
     insert into refresh_tokens (token_hash, parent_hash, grant_id, payload, issued_at, expires_at)
     select sha256(('r' || n || $1::timestamptz)::bytea), sha256(('r' || n || ($1::timestamptz - interval '4 hours'))::bytea),
       n::text, '{"scope": "read_content"}', $1::timestamptz, $1::timestamptz + interval '90 days' - n * interval '1 millisecond'
     from generate_series(1, $2::int) n`,
    [now.toISOString(), count],
  )
  await pool.query(
    `with consent as (
       insert into consents (id, workspace_id, connection_id, user_id, capabilities, page_ids, created_at, expires_at)
       select gen_random_uuid(), $3, $4, $5, '{read_content}', array[$6]::uuid[], $1::timestamptz, $1::timestamptz + interval '1 hour'
       from generate_series(1, $2::int / 200) returning *)
     insert into authorizations (id, consent_id, workspace_id, connection_id, user_id, payload, expires_at)
     select id::text, id, workspace_id, connection_id, user_id, '{}', expires_at + interval '1 year' from consent`,
    [now, count, ...place],
  )
  await pool.query(
    `with attempt as (
       insert into flow_attempts (id, connection_id, outcome, started_at, last_at)
       select gen_random_uuid(), $3, 'cancelled', $1::timestamptz, $1::timestamptz from generate_series(1, $2::int / 100) returning id)
     insert into flow_steps (id, attempt_id, at, kind)
     select gen_random_uuid(), id, $1::timestamptz, 'authorize' from attempt, generate_series(1, 4)`,
    [now, count, place[1]],
  )
}

async function sizes(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ size: string }>(
    `select name || ' ' || round(pg_total_relation_size(name::regclass) / 1e6, 1) as size
     from unnest($1::text[]) with ordinality t (name, nr) order by nr`,
    [swept],
  )
  return rows.map(row => row.size).join(', ')
}

const round = (value: number) => Math.round(value).toLocaleString('en')
