import type { ClientBase } from 'pg'
import { lockTrees, walkByIndex, within } from './tree.ts'

/**
 * Moves every known page whose line names another parent, with all below it. In one transaction, because moves that end in a
 * tree may pass through a cycle when made page by page.
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
