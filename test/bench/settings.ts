/**
 * Where owners and members govern connections, over HTTP against the whole product in a process of its own: a workspace of
 * 100,000 pages with 2,000 installations of 200 connections by 500 people, one of which 500 people have.
 */
import pg from 'pg'
import { Person } from '../support/person.ts'
import { growWorkspace, pageCount } from './_picker-data.ts'
import { startProduct } from './_product.ts'
import type { Bench } from './run.ts'

const [people, connections, installations] = [500, 200, 2_000]
const rounds = Number(process.env.BENCH_ROUNDS ?? 100)
const limitMs = 100

export async function run(bench: Bench): Promise<void> {
  const databaseUrl = await bench.databaseUrl()
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  pool.on('error', () => {})
  try {
    const { workspaceId } = await growWorkspace(pool)
    const popular = await install(pool, workspaceId)
    const server = await startProduct(databaseUrl, bench.redisUrl)
    try {
      await measureAll(bench, server.base, workspaceId, popular)
    } finally {
      await server.stop()
    }
  } finally {
    await pool.end()
  }
}

async function measureAll(bench: Bench, base: string, workspaceId: string, popular: string): Promise<void> {
  const [ada, ben] = [await signedIn(base, 'ada@acme.test'), await signedIn(base, 'ben@acme.test')]
  const list = `/settings/${workspaceId}/connections`
  await ada.open(list)
  const second = ada.visit.$('nav a[rel=next]').attr('href')!
  const screens: [string, Person, string][] = [
    ['connections, first window', ada, list],
    ['connections, second window', ada, second],
    ['connections of one person', ada, `${list}?person=person-7%40`],
    ['connections by a part of the name', ada, `${list}?connection=nection+17`],
    ['connections that are suspended', ada, `${list}?state=suspended`],
    ['connections, nothing fits', ada, `${list}?person=nobody`],
    ['users with access to what 500 people have', ada, `${list}/${popular}`],
    ['one of them', ada, `${list}/${popular}?person=person-7%40`],
    ['my connections, all 200 of them', ben, `/settings/${workspaceId}/my-connections`],
    ['gallery', ben, `/gallery?workspace=${workspaceId}`],
  ]
  for (const [name, person, address] of screens) {
    await measure(person, address, 10)
    const { p50, p95 } = await measure(person, address, rounds)
    const verdict = p95 <= limitMs ? 'kept' : 'EXCEEDED'
    bench.figure(name, `p50 ${ms(p50)}, p95 ${ms(p95)} (limit ${limitMs} ms: ${verdict})`)
  }
}

async function measure(
  person: Person,
  address: string,
  count: number,
): Promise<{ p50: number; p95: number }> {
  const times: number[] = []
  for (let round = 0; round < count; round++) {
    const begun = performance.now()
    const answer = await person.send(address)
    await answer.text()
    times.push(performance.now() - begun)
    if (answer.status !== 200) throw new Error(`${address} answered ${answer.status}`)
  }
  times.sort((one, other) => one - other)
  return { p50: times[Math.floor(count * 0.5)]!, p95: times[Math.floor(count * 0.95)]! }
}

async function signedIn(base: string, email: string): Promise<Person> {
  const person = new Person(base)
  await person.open('/sign-in')
  await person.signIn(email)
  return person
}

/** @returns the connection that everyone has. */
async function install(pool: pg.Pool, workspaceId: string): Promise<string> {
  await pool.query(
    `insert into users (id, email, name)
     select gen_random_uuid(), 'person-' || n || '@acme.test', 'Person ' || n from generate_series(1, ${people}) n`,
  )
  await pool.query(
    `insert into members (workspace_id, user_id, role)
     select $1, id, 'member' from users where email like 'person-%'`,
    [workspaceId],
  )
  await pool.query(
    `insert into connections (id, kind, name, description, capabilities)
     select gen_random_uuid(), 'public', 'Connection ' || n, 'It connects.', '{read_content,update_content}'
     from generate_series(1, ${connections}) n`,
  )
  // Ben has every connection, everyone has the first, and the rest is spread.
  await pool.query(
    `with c as (select id, row_number() over (order by name) as n from connections where name like 'Connection %'),
     u as (select id, row_number() over (order by email) as n from users where email like 'person-%')
     insert into installations (workspace_id, id, connection_id, user_id, state, state_reason, capabilities, created_at, updated_at)
     select $1, gen_random_uuid(), connection_id, user_id, case when random() < 0.02 then 'suspended' else 'active' end,
       'by-owner', '{read_content}', now() - random() * interval '300 days', now()
     from (
       select c.id as connection_id, b.id as user_id from c, users b where b.email = 'ben@acme.test'
       union all select c.id, u.id from c, u where c.n = 1
       union all (select c.id, u.id from c, u where c.n > 1 order by md5(c.n || '/' || u.n)
         limit ${installations - connections - people})) spread`,
    [workspaceId],
  )
  // Five pages each, anywhere in the tree: some are near the root and hold thousands.
  await pool.query(
    `with p as (select page_id, row_number() over (order by md5(page_id::text)) as n from page_paths where workspace_id = $1),
     i as (select *, row_number() over () as n from installations where workspace_id = $1)
     insert into page_grants (workspace_id, installation_id, page_id, granted_by, granted_at)
     select $1, i.id, p.page_id, i.user_id, now()
     from i cross join generate_series(1, 5) g join p on p.n = 1 + (i.n * 7919 + g * 104729) % ${pageCount}
     on conflict do nothing`,
    [workspaceId],
  )
  await pool.query('analyze')
  const { rows } = await pool.query<{ id: string }>(
    'select connection_id as id from installations group by 1 order by count(*) desc limit 1',
  )
  return rows[0]!.id
}

const ms = (value: number) => `${value.toFixed(1)} ms`
