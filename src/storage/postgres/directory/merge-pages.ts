/** Pages of an import, in batches from the top of the trees down; then, at once, those that change their parent. */
import type { ClientBase } from 'pg'
import { lockTrees, walkByIndex, within } from './tree.ts'

type Range = [after: number, upTo: number]

/** One batch of ordered_pages. New pages get their place; of known ones everything but the place is brought up to date. */
export async function mergePages(client: ClientBase, range: Range): Promise<number> {
  const { rows } = await client.query<{ workspaces: string[]; known: boolean; listed: boolean }>(
    `select array_agg(distinct workspace_id::text) as workspaces, bool_or(known) as known,
       bool_or(viewers is not null) as listed
     from ordered_pages where place > $1 and place <= $2`,
    range,
  )
  const { workspaces, known, listed } = rows[0]!
  await lockTrees(client, workspaces, known ? 'moving' : 'adding')
  const turned = known ? await archivingTurned(client, range) : []
  let changed = 0
  // Level by level: a page is placed by the path of its parent, which the statement before has written.
  for (const level of await levelsOf(client, range)) changed += await upsertPages(client, level)
  if (turned.length > 0) await keepHidden(client, turned)
  if (known || listed) await keepViewers(client, range)
  return changed
}

async function levelsOf(client: ClientBase, range: Range): Promise<Range[]> {
  const { rows } = await client.query<{ first: number; last: number }>(
    `select min(place)::int as first, max(place)::int as last
     from ordered_pages where place > $1 and place <= $2 group by level order by level`,
    range,
  )
  return rows.map(({ first, last }) => [first - 1, last])
}

async function upsertPages(client: ClientBase, range: Range): Promise<number> {
  const { rows } = await client.query<{ changed: number }>({
    name: 'import-pages',
    text: `with batch as materialized (select * from ordered_pages where place > $1 and place <= $2),
       created as (
         insert into pages (workspace_id, id, parent_id, title, icon, type, private, archived)
         select workspace_id, id, parent_id, title, icon, type, viewers is not null, archived
         from batch where not known order by place
         returning 1),
       placed as (
         insert into page_paths (workspace_id, page_id, path, hidden)
         select b.workspace_id, b.id, coalesce(above.path, '{}') || b.id, b.archived or coalesce(above.hidden, false)
         from batch b
         left join page_paths above on above.workspace_id = b.workspace_id and above.page_id = b.parent_id
         where not b.known order by place),
       changed as (
         update pages p set title = b.title, icon = b.icon, type = b.type, archived = b.archived, updated_at = now(),
           private = case when p.parent_id is null and b.parent_id is null then b.viewers is not null else p.private end
         from batch b
         where b.known and p.workspace_id = b.workspace_id and p.id = b.id
           and ((p.title, p.icon, p.type, p.archived) is distinct from (b.title, b.icon, b.type, b.archived)
             or (p.parent_id is null and b.parent_id is null and p.private <> (b.viewers is not null)))
         returning 1)
     select (select count(*) from created)::int + (select count(*) from changed)::int as changed`,
    values: range,
  })
  return rows[0]!.changed
}

type Subtree = { workspace_id: string; path: string }

/** Known pages of the batch that are about to be archived or shown again, by their paths. */
async function archivingTurned(client: ClientBase, range: Range): Promise<Subtree[]> {
  const { rows } = await client.query<Subtree>(
    `select o.workspace_id, own.path::text as path
     from ordered_pages o
     join pages p on p.workspace_id = o.workspace_id and p.id = o.id
     join page_paths own on own.workspace_id = o.workspace_id and own.page_id = o.id
     where o.place > $1 and o.place <= $2 and p.archived <> o.archived`,
    range,
  )
  return rows
}

/** Decides anew what is hidden in these subtrees: what is archived, or stands below what is archived. */
async function keepHidden(client: ClientBase, subtrees: Subtree[]): Promise<void> {
  await walkByIndex(client)
  await client.query(
    `with touched as materialized (
       select distinct p.workspace_id, p.page_id, p.path
       from unnest($1::uuid[], $2::text[]) as top (workspace_id, path)
       join page_paths p on p.workspace_id = top.workspace_id and ${within('p.path', 'top.path::uuid[]')}),
     standing as materialized (
       select t.workspace_id, t.page_id, bool_or(a.archived) as hidden
       from touched t cross join unnest(t.path) as up (id) join pages a on a.workspace_id = t.workspace_id and a.id = up.id
       group by t.workspace_id, t.page_id)
     update page_paths p set hidden = standing.hidden from standing
     where p.workspace_id = standing.workspace_id and p.page_id = standing.page_id and p.hidden <> standing.hidden`,
    [subtrees.map(one => one.workspace_id), subtrees.map(one => one.path)],
  )
}

/** The viewers of private roots are those that the line lists, no others. */
async function keepViewers(client: ClientBase, range: Range): Promise<void> {
  await client.query(
    `delete from page_viewers v using ordered_pages o
     where o.place > $1 and o.place <= $2 and o.known and v.workspace_id = o.workspace_id and v.page_id = o.id
       and v.user_id <> all(coalesce(o.viewers, '{}'))`,
    range,
  )
  await client.query(
    `insert into page_viewers (workspace_id, page_id, user_id)
     select o.workspace_id, o.id, viewer from ordered_pages o, unnest(o.viewers) viewer
     where o.place > $1 and o.place <= $2
     on conflict do nothing`,
    range,
  )
}

/**
 * Moves every known page whose line names another parent, with all below it. One transaction for all: what is right in the
 * end may pass through a cycle when taken page by page.
 */
export async function movePages(client: ClientBase): Promise<number> {
  const moved = await client.query<{ workspaces: string[] | null; pages: number }>(
    `create temporary table moved_pages as
       select o.workspace_id, o.id, o.parent_id, o.viewers is not null as private
       from ordered_pages o join pages p on p.workspace_id = o.workspace_id and p.id = o.id
       where o.known and o.parent_id is distinct from p.parent_id`,
  )
  if (moved.rowCount === 0) return 0
  const { rows } = await client.query<{ workspaces: string[] }>(
    'select array_agg(distinct workspace_id::text) as workspaces from moved_pages',
  )
  await lockTrees(client, rows[0]!.workspaces, 'moving')
  await walkByIndex(client)
  await client.query(
    `create temporary table touched_pages as
       select distinct below.workspace_id, below.page_id as id
       from moved_pages m
       join page_paths own on own.workspace_id = m.workspace_id and own.page_id = m.id
       join page_paths below on below.workspace_id = m.workspace_id and ${within('below.path', 'own.path')}`,
  )
  await client.query(
    `update pages p set parent_id = m.parent_id, private = m.private, updated_at = now()
     from moved_pages m where p.workspace_id = m.workspace_id and p.id = m.id`,
  )
  await client.query(
    `with recursive placed as (
       select t.workspace_id, t.id, coalesce(above.path, '{}') || t.id as path, p.archived or coalesce(above.hidden, false) as hidden
       from touched_pages t
       join pages p on p.workspace_id = t.workspace_id and p.id = t.id
       left join page_paths above on above.workspace_id = p.workspace_id and above.page_id = p.parent_id
       where p.parent_id is null or not exists (
         select from touched_pages up where up.workspace_id = t.workspace_id and up.id = p.parent_id)
       union all
       select c.workspace_id, c.id, up.path || c.id, up.hidden or c.archived
       from placed up join pages c on c.workspace_id = up.workspace_id and c.parent_id = up.id)
     update page_paths p set path = placed.path, hidden = placed.hidden from placed
     where p.workspace_id = placed.workspace_id and p.page_id = placed.id`,
  )
  return moved.rowCount ?? 0
}
