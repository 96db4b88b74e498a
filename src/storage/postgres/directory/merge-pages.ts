/** Merges one batch of an import's pages, out of the connection's temporary table batch_pages. */
import type { ClientBase } from 'pg'
import { lockTrees, walkByIndex, within } from './tree.ts'

/** Of ordered_pages, in the order of the table's columns. */
export const batchColumns =
  'place, known, workspace_id, id, parent_id, title, icon, type, archived, viewers::text, external_id'

export async function createBatchTable(client: ClientBase): Promise<void> {
  await client.query(
    `create temporary table batch_pages (place bigint, known boolean, workspace_id uuid, id uuid, parent_id uuid, title text,
       icon text, type text, archived boolean, viewers uuid[], external_id text)`,
  )
}

/**
 * New pages are placed below parents that exist already; known ones are updated, except for their place.
 * @returns how many were new or different.
 */
export async function mergePages(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ workspaces: string[]; known: boolean; listed: boolean }>(
    `select array_agg(distinct workspace_id::text) as workspaces, bool_or(known) as known,
       bool_or(viewers is not null) as listed
     from batch_pages`,
  )
  const { workspaces, known, listed } = rows[0]!
  await lockTrees(client, workspaces, known ? 'moving' : 'adding')
  await walkByIndex(client)
  const turned = known ? await archivingTurned(client) : []
  const changed = await upsertPages(client)
  if (turned.length > 0) await keepHidden(client, turned)
  if (known || listed) await keepViewers(client)
  return changed
}

async function upsertPages(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ changed: number }>({
    name: 'import-pages',
    text: `with created as (
         insert into pages (workspace_id, id, parent_id, title, icon, type, private, archived, external_id)
         select workspace_id, id, parent_id, title, icon, type, viewers is not null, archived, external_id
         from batch_pages where not known order by place
         returning 1),
       placed as (
         insert into page_paths (workspace_id, page_id, path, hidden)
         select b.workspace_id, b.id, coalesce(above.path, '{}') || b.id, b.archived or coalesce(above.hidden, false)
         from batch_pages b
         left join page_paths above on above.workspace_id = b.workspace_id and above.page_id = b.parent_id
         where not b.known order by place),
       changed as (
         update pages p set title = b.title, icon = b.icon, type = b.type, archived = b.archived, updated_at = now(),
           private = case when p.parent_id is null and b.parent_id is null then b.viewers is not null else p.private end
         from batch_pages b
         where b.known and p.workspace_id = b.workspace_id and p.id = b.id
           and ((p.title, p.icon, p.type, p.archived) is distinct from (b.title, b.icon, b.type, b.archived)
             or (p.parent_id is null and b.parent_id is null and p.private <> (b.viewers is not null)))
         returning 1)
     select (select count(*) from created)::int + (select count(*) from changed)::int as changed`,
  })
  return rows[0]!.changed
}

type Subtree = { workspace_id: string; path: string }

/** Known pages of the batch that are about to be archived or shown again, by their paths. */
async function archivingTurned(client: ClientBase): Promise<Subtree[]> {
  const { rows } = await client.query<Subtree>(
    `select b.workspace_id, own.path::text as path
     from batch_pages b
     join pages p on p.workspace_id = b.workspace_id and p.id = b.id
     join page_paths own on own.workspace_id = b.workspace_id and own.page_id = b.id
     where p.archived <> b.archived`,
  )
  return rows
}

/** Hides the archived pages of these subtrees with all below them, and shows the others. */
async function keepHidden(client: ClientBase, subtrees: Subtree[]): Promise<void> {
  await client.query(
    `with touched as materialized (
       select distinct p.workspace_id, p.page_id, p.path
       from unnest($1::uuid[], $2::text[]) as top (workspace_id, path)
       join page_paths p on p.workspace_id = top.workspace_id and ${within('p.path', 'top.path::uuid[]')}),
     visibility as materialized (
       select t.workspace_id, t.page_id, bool_or(a.archived) as hidden
       from touched t cross join unnest(t.path) as up (id) join pages a on a.workspace_id = t.workspace_id and a.id = up.id
       group by t.workspace_id, t.page_id)
     update page_paths p set hidden = visibility.hidden from visibility
     where p.workspace_id = visibility.workspace_id and p.page_id = visibility.page_id and p.hidden <> visibility.hidden`,
    [subtrees.map(one => one.workspace_id), subtrees.map(one => one.path)],
  )
}

/** The viewers of private roots are those that the line lists, no others. */
async function keepViewers(client: ClientBase): Promise<void> {
  await client.query(
    `delete from page_viewers v using batch_pages b
     where b.known and v.workspace_id = b.workspace_id and v.page_id = b.id
       and v.user_id <> all(coalesce(b.viewers, '{}'))`,
  )
  await client.query(
    `insert into page_viewers (workspace_id, page_id, user_id)
     select b.workspace_id, b.id, viewer from batch_pages b, unnest(b.viewers) viewer
     on conflict do nothing`,
  )
}
