/**
 * A workspace of 100,000 pages, up to ten levels deep: shared roots of which one holds nearly half, one node with 5,000
 * children, and almost a third of all pages below private roots of somebody else. Grown in the database by whole sets.
 */
import type { Pool } from 'pg'
import { seedConnection, seedWorld } from '../support/seed.ts'

export const pageCount = 100_000
export const children = 5_000
const roots = { shared: 60, own: 20, foreign: 20 }
const all = roots.shared + roots.own + roots.foreign

const words =
  `Roadmap Meeting Notes Weekly Report Launch Hiring Handbook Design Review Customer Research Interview Budget
  Planning Quarter Goals Onboarding Security Policy Incident Retro Sprint Backlog Ideas Marketing Campaign Sales Pipeline
  Legal Contract Vendor Travel Office Team`.split(/\s+/)

export type BigWorkspace = {
  workspaceId: string
  email: string
  connection: { id: string; redirectUri: string }
  /** The node with 5,000 children, and the root that holds nearly half of all. */
  wide: string
  giant: string
}

export async function growWorkspace(pool: Pool): Promise<BigWorkspace> {
  const sql = (text: string, values?: unknown[]) => pool.query(text, values).then(({ rows }) => rows)
  const world = await seedWorld(sql)
  const connection = await seedConnection(sql)
  const { acme } = world.workspaces
  const client = await pool.connect()
  try {
    // The rows are right by construction, and checking each takes minutes.
    await client.query(`set session_replication_role = replica; set work_mem = '256MB'; select setseed(0.5)`)
    await client.query('create temp table grown (n int primary key, id uuid, parent int, title text)')
    await client.query(
      `insert into grown select n, gen_random_uuid(), ${parent},
         case when n % 97 = 0 then '営業会議 ' || n
           else ($1::text[])[1 + n * 7 % $2] || ' ' || ($1::text[])[1 + (n * 13 + 5) % $2] || ' ' || n end
       from generate_series(1, ${pageCount}) n`,
      [words, words.length],
    )
    await client.query(
      `insert into pages (workspace_id, id, parent_id, title, private)
       select $1, g.id, p.id, g.title, g.n > ${roots.shared} and g.n <= ${all} from grown g left join grown p on p.n = g.parent`,
      [acme.id],
    )
    await client.query(
      `with recursive tree as (
         select n, id, array[id] as path from grown where parent is null
         union all select g.n, g.id, t.path || g.id from grown g join tree t on g.parent = t.n)
       insert into page_paths (workspace_id, page_id, path) select $1, id, path from tree`,
      [acme.id],
    )
    await client.query(
      `insert into page_viewers (workspace_id, page_id, user_id)
       select $1, id, case when n <= ${roots.shared + roots.own} then $2::uuid else $3::uuid end
       from grown where n > ${roots.shared} and n <= ${all}`,
      [acme.id, world.users.ben.id, world.users.ada.id],
    )
    const { rows } = await client.query<{ id: string }>('select id from grown where n in (1, 2) order by n')
    await client.query('reset session_replication_role')
    await client.query('vacuum analyze')
    const [giant, wide] = rows.map(row => row.id) as [string, string]
    return { workspaceId: acme.id, email: world.users.ben.email, connection, wide, giant }
  } finally {
    client.release()
  }
}

/**
 * The wide node is page 2. Of the rest, 45 % hang below page 1, 30 % below roots private to somebody else, each below a page
 * made before it, which is what makes the levels; the others are spread over all.
 */
const first = all + children
const parent = `case
  when n <= ${all} then null
  when n <= ${first} then 2
  when n % 100 < 45 then case when n - ${first} < 2000 then 1 else n - 100 * (1 + (random() * (n - ${first}) / 110)::int) end
  when n % 100 < 75 then case when n - ${first} < 2000 then ${all - roots.foreign} + 1 + n % ${roots.foreign}
    else n - 100 * (1 + (random() * (n - ${first}) / 110)::int) end
  else case when n - ${first} < 2000 then 3 + n % ${roots.shared + roots.own - 3}
    else n - 100 * (1 + (random() * (n - ${first}) / 110)::int) end
end`
