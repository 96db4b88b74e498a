import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { readHistory } from '../../src/storage/postgres/queries/settings/history.ts'
import type { Bench } from './run.ts'

const events = 1_000_000
const limitMs = 100

/** One workspace with 1,000,000 events of 1,000 people and 300 connections: the first window, unfiltered and by each filter. */
export async function run(bench: Bench): Promise<void> {
  const pool = new pg.Pool({ connectionString: await bench.databaseUrl(), max: 2 })
  pool.on('error', () => {})
  try {
    const workspaceId = randomUUID()
    await seed(pool, workspaceId)
    const { rows } = await pool.query<{ id: string }>('select id from connections limit 1')
    const everything = { person: '', connectionId: null, kinds: [], from: null, until: null }
    const questions = {
      'first window': everything,
      'one of 1,000 people': { ...everything, person: 'person-7@' },
      'a person who did nothing': { ...everything, person: 'idle@' },
      'one of 300 connections': { ...everything, connectionId: rows[0]!.id },
      'a kind that happened 10 times': { ...everything, kinds: ['policy.changed' as const] },
      'a person, a connection and a kind': {
        ...everything,
        person: 'person-7@',
        connectionId: rows[0]!.id,
        kinds: ['pages.changed' as const],
      },
      'a year that is over': { ...everything, until: new Date(Date.now() - 350 * 86_400_000) },
    }
    for (const [name, filter] of Object.entries(questions)) {
      const times: number[] = []
      for (let i = 0; i < 60; i++) {
        const begun = performance.now()
        await readHistory(pool)({ workspaceId, filter, after: null, limit: 51 })
        times.push(performance.now() - begun)
      }
      times.sort((one, other) => one - other)
      bench.figure(
        name,
        `p50 ${times[29]!.toFixed(1)} ms, p95 ${times[56]!.toFixed(1)} ms (limit ${limitMs} ms)`,
      )
    }
  } finally {
    await pool.end()
  }
}

async function seed(pool: pg.Pool, workspaceId: string): Promise<void> {
  await pool.query(`insert into workspaces (id, name, plan) values ($1, 'Acme', 'enterprise')`, [workspaceId])
  await pool.query(
    `insert into users (id, email, name) select gen_random_uuid(), 'person-' || n || '@acme.test', 'Person ' || n
     from generate_series(1, 1000) n union all select gen_random_uuid(), 'idle@acme.test', 'Idle'`,
  )
  await pool.query(`insert into members (workspace_id, user_id, role) select $1, id, 'member' from users`, [
    workspaceId,
  ])
  await pool.query(
    `insert into connections (id, kind, name) select gen_random_uuid(), 'public', 'Connection ' || n
     from generate_series(1, 300) n`,
  )
  await pool.query(
    `insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
     select $1, gen_random_uuid(), c.id, u.id, 'active', '{read_content}', now(), now()
     from (select id, row_number() over (order by email) as n from users where email like 'person-%') u
     cross join lateral (select id from connections order by name offset u.n % 300 limit 2) c`,
    [workspaceId],
  )
  await pool.query('analyze')
  const client = await pool.connect()
  try {
    // The rows are right by construction, and checking each takes minutes.
    await client.query('set session_replication_role = replica')
    await client.query(
      `with numbered as materialized (select *, row_number() over () - 1 as n from installations)
       insert into events (id, at, kind, workspace_id, connection_id, installation_id, installer_id, actor_id, address)
       select gen_random_uuid(), now() - make_interval(secs => e * 31.0),
         case when e % ${events / 10} = 0 then 'policy.changed' when e % 3 = 0 then 'consent.given' else 'pages.changed' end,
         $1, i.connection_id, i.id, i.user_id, i.user_id, '192.0.2.1'
       from generate_series(1, ${events}) e join numbered i on i.n = (e::bigint * 7919) % (select count(*) from installations)`,
      [workspaceId],
    )
    await client.query('reset session_replication_role')
  } finally {
    client.release()
  }
  await pool.query('vacuum analyze events')
}
