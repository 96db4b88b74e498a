/** A forest of pages with installations, grants and tokens in it, grown in the database by whole sets. */
import { createHash } from 'node:crypto'
import pg from 'pg'
import { newTokenValue } from '../../src/installs/token-value.ts'

export type Sample = { token: string; workspaceId: string; pageId: string }

const pagesEach = 1_000
const membersEach = 20
const grantsEach = 10
const levels = 10
const roots = 20

const tokenId = (number: string) => `md5('token ' || ${number})::uuid`
const workspace = (w: string) => `md5('workspace ' || ${w})::uuid`
const user = (w: string, m: string) => `md5('user ' || ${w} || ' ' || ${m})::uuid`
const installation = (w: string, m: string) => `md5('installation ' || ${w} || ' ' || ${m})::uuid`
const page = (w: string, n: string) => `md5('page ' || ${w} || ' ' || ${n})::uuid`
const connection = `md5('connection')::uuid`

/**
 * `workspaces` of 1,000 pages each, ten levels deep, a fifth of them below private roots; 20 members each, who all installed
 * the connection and granted ten pages. `tokens` of them, and for each a page that it reaches.
 */
export async function growForest(databaseUrl: string, workspaces: number, tokens: number): Promise<Sample[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    // The rows are right by construction, and checking them one by one takes minutes.
    await client.query(`set session_replication_role = replica; set work_mem = '256MB'`)
    await client.query(people(workspaces))
    await client.query(pages(workspaces))
    await client.query(grants(workspaces))
    const samples = await handOutTokens(client, workspaces, tokens)
    await client.query('vacuum analyze')
    return samples
  } finally {
    await client.end()
  }
}

const people = (workspaces: number) => `
  insert into workspaces (id, name, plan) select ${workspace('w')}, 'Workspace ' || w, 'free' from generate_series(1, ${workspaces}) w;
  insert into users (id, email, name)
    select ${user('w', 'm')}, 'u' || w || '.' || m || '@bench.test', 'User ' || m
    from generate_series(1, ${workspaces}) w, generate_series(1, ${membersEach}) m;
  insert into members (workspace_id, user_id, role)
    select ${workspace('w')}, ${user('w', 'm')}, 'member' from generate_series(1, ${workspaces}) w, generate_series(1, ${membersEach}) m;
  insert into connections (id, kind, name) values (${connection}, 'public', 'Bench');
  insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
    select ${workspace('w')}, ${installation('w', 'm')}, ${connection}, ${user('w', 'm')}, 'active',
      '{read_content,read_user_with_email}', now(), now()
    from generate_series(1, ${workspaces}) w, generate_series(1, ${membersEach}) m`

/** Pages 0 to 19 are roots; the parent of each further one is chosen so that ten levels result. */
const pages = (workspaces: number) => `
  create temporary table node as
    select w, n, case when n >= ${roots} then greatest(floor(n / ${(pagesEach / roots) ** (1 / (levels - 1))})::int - 1, 0) end as above
    from generate_series(1, ${workspaces}) w, generate_series(0, ${pagesEach - 1}) n;
  insert into pages (workspace_id, id, parent_id, title, private)
    select ${workspace('w')}, ${page('w', 'n')}, case when above is not null then ${page('w', 'above')} end,
      'Page ' || n || ' of workspace ' || w, n < ${roots} and n % 5 = 0 from node;
  insert into page_paths (workspace_id, page_id, path)
    with recursive line as (
      select w, n, array[${page('w', 'n')}] as path from node where above is null
      union all
      select c.w, c.n, l.path || ${page('c.w', 'c.n')} from line l join node c on c.w = l.w and c.above = l.n)
    select ${workspace('w')}, path[cardinality(path)], path from line;
  insert into page_viewers (workspace_id, page_id, user_id)
    select ${workspace('w')}, ${page('w', 'n')}, ${user('w', 'm')}
    from node, generate_series(1, ${membersEach}) m where n < ${roots} and n % 5 = 0`

const grants = (workspaces: number) => `
  insert into page_grants (workspace_id, installation_id, page_id, granted_by, granted_at)
    select distinct on (1, 2, 3) ${workspace('w')}, ${installation('w', 'm')}, ${page('w', '(m * 37 + g * 53) % 500')}, ${user('w', 'm')}, now()
    from generate_series(1, ${workspaces}) w, generate_series(1, ${membersEach}) m, generate_series(1, ${grantsEach}) g`

async function handOutTokens(client: pg.Client, workspaces: number, count: number): Promise<Sample[]> {
  const tokens = Array.from({ length: count }, () => newTokenValue('lka_'))
  const place = `(t.number % ${workspaces}) + 1 as w, (t.number / ${workspaces} % ${membersEach}) + 1 as m`
  await client.query(`
    create temporary table token as select number, ${place} from generate_series(0, ${count - 1}) t (number);
    insert into consents (id, workspace_id, connection_id, user_id, capabilities, page_ids, created_at, expires_at)
      select ${tokenId('number')}, ${workspace('w')}, ${connection}, ${user('w', 'm')}, '{}', '{}', now(), now() from token;
    insert into authorizations (id, consent_id, workspace_id, connection_id, user_id, installation_id, payload, expires_at)
      select number::text, ${tokenId('number')}, ${workspace('w')}, ${connection}, ${user('w', 'm')}, ${installation('w', 'm')},
        '{}', now() + interval '1 year' from token`)
  await client.query(
    `insert into access_tokens (token_hash, grant_id, payload, expires_at)
     select hash, (number - 1)::text, '{"scope": "read_content read_user_with_email", "kind": "AccessToken"}', now() + interval '1 day'
     from unnest($1::bytea[]) with ordinality as t (hash, number)`,
    [tokens.map(token => createHash('sha256').update(token).digest())],
  )
  // The deepest page below one of the granted ones.
  const granted = page('w', `(m * 37 + (number % ${grantsEach} + 1) * 53) % 500`)
  const { rows } = await client.query<{ number: number; workspace_id: string; page_id: string }>(
    `select number, ${workspace('w')} as workspace_id, below.page_id
     from token
     join page_paths g on g.workspace_id = ${workspace('w')} and g.page_id = ${granted}
     cross join lateral (
       select p.page_id from page_paths p
       where p.workspace_id = g.workspace_id and p.path >= g.path
         and p.path < g.path || 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid
       order by cardinality(p.path) desc limit 1) below
     order by number`,
  )
  return rows.map(row => ({ token: tokens[row.number]!, workspaceId: row.workspace_id, pageId: row.page_id }))
}
