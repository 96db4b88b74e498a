/** Changes of the page tree, one transaction each, with the paths kept right. */
import type { ClientBase, Pool } from 'pg'
import { transact } from '../transaction.ts'
import { lockTrees, maxDepth, walkByIndex, within } from './tree.ts'

export type PageDraft = {
  workspaceId: string
  id: string
  /** null: a root, open to all members unless `viewers` lists those who may reach it. */
  parentId: string | null
  viewers?: readonly string[] | null
  title: string
  icon: string | null
  type?: 'page' | 'database'
  /** The user on whose behalf it is made. */
  createdBy: string | null
}

export type PageOutcome =
  | { kind: 'done' }
  | { kind: 'refused'; code: 'no-such-page' | 'page-under-itself' | 'page-too-deep' }

const done: PageOutcome = { kind: 'done' }
const refused = (code: (PageOutcome & { kind: 'refused' })['code']): PageOutcome => ({
  kind: 'refused',
  code,
})

/** More of the same change, written in its transaction: an event, for example. */
type Alongside = (client: ClientBase) => Promise<void>
const nothing: Alongside = async () => {}

/** A new page, below a page of the same workspace or as a root. Refused: no-such-page (the parent), page-too-deep. */
export function createPage(pool: Pool, draft: PageDraft, alongside = nothing): Promise<PageOutcome> {
  return transact(pool, async client => {
    await lockTrees(client, [draft.workspaceId], 'adding')
    const above = draft.parentId ? await holdParent(client, draft.workspaceId, draft.parentId) : null
    if (draft.parentId && !above) return refused('no-such-page')
    if (above && above.path.length >= maxDepth) return refused('page-too-deep')
    await client.query({
      name: 'create-page',
      text: `with page as (
               insert into pages (workspace_id, id, parent_id, title, icon, type, private, created_by, last_edited_by)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $8))
             insert into page_paths (workspace_id, page_id, path, hidden) values ($1, $2, $9::uuid[] || $2::uuid, $10)`,
      values: [
        draft.workspaceId,
        draft.id,
        draft.parentId,
        draft.title,
        draft.icon,
        draft.type ?? 'page',
        draft.viewers != null,
        draft.createdBy,
        above?.path ?? [],
        above?.hidden ?? false,
      ],
    })
    if (draft.viewers?.length)
      await client.query(
        'insert into page_viewers (workspace_id, page_id, user_id) select $1, $2, v from unnest($3::uuid[]) v',
        [draft.workspaceId, draft.id, [...new Set(draft.viewers)]],
      )
    await alongside(client)
    return done
  })
}

export type PageChange = {
  workspaceId: string
  id: string
  /** undefined leaves it as it is. */
  title?: string
  icon?: string | null
  editedBy: string | null
}

/** Another title or icon. Refused: no-such-page. */
export function renamePage(pool: Pool, change: PageChange, alongside = nothing): Promise<PageOutcome> {
  return transact(pool, async client => {
    const { rowCount } = await client.query({
      name: 'rename-page',
      text: `update pages set title = coalesce($3, title), icon = case when $4 then $5 else icon end,
               last_edited_by = $6, updated_at = now()
             where workspace_id = $1 and id = $2`,
      values: [
        change.workspaceId,
        change.id,
        change.title ?? null,
        change.icon !== undefined,
        change.icon ?? null,
        change.editedBy,
      ],
    })
    if (rowCount === 0) return refused('no-such-page')
    await alongside(client)
    return done
  })
}

export type PageMove = {
  workspaceId: string
  id: string
  parentId: string | null
  /** Who may reach it as a private root; null: open. Below a parent it is always inherited. */
  viewers?: readonly string[] | null
}

/**
 * Puts a page with all below it under another parent of the same workspace, or makes it a root.
 * Refused: no-such-page (it or the parent), page-under-itself, page-too-deep.
 */
export function movePage(pool: Pool, move: PageMove): Promise<PageOutcome> {
  return transact(pool, async client => {
    const { workspaceId, id, parentId } = move
    await lockTrees(client, [workspaceId], 'moving')
    const own = await readPath(client, workspaceId, id)
    const above = parentId ? await readPath(client, workspaceId, parentId) : null
    if (!own || (parentId && !above)) return refused('no-such-page')
    if (above?.path.includes(id)) return refused('page-under-itself')
    const newPath = [...(above?.path ?? []), id]
    const { rows } = await client.query<{ deepest: number }>(
      `select max(cardinality(path)) as deepest from page_paths where workspace_id = $1 and ${within('path', '$2::uuid[]')}`,
      [workspaceId, own.path],
    )
    if (newPath.length + rows[0]!.deepest - own.path.length > maxDepth) return refused('page-too-deep')

    const viewers = parentId ? null : (move.viewers ?? null)
    await client.query(
      'update pages set parent_id = $3, private = $4, updated_at = now() where workspace_id = $1 and id = $2',
      [workspaceId, id, parentId, viewers !== null],
    )
    await client.query(
      `delete from page_viewers where workspace_id = $1 and page_id = $2 and user_id <> all($3::uuid[])`,
      [workspaceId, id, viewers ?? []],
    )
    if (viewers?.length)
      await client.query(
        `insert into page_viewers (workspace_id, page_id, user_id) select $1, $2, v from unnest($3::uuid[]) v
         on conflict do nothing`,
        [workspaceId, id, viewers],
      )
    await client.query(
      `update page_paths set path = $3::uuid[] || path[$4:]
       where workspace_id = $1 and ${within('path', '$2::uuid[]')}`,
      [workspaceId, own.path, newPath, own.path.length + 1],
    )
    await keepHidden(client, workspaceId, newPath)
    return done
  })
}

/** Hides a page with all below it, or shows them again. Refused: no-such-page. */
export function archivePage(
  pool: Pool,
  change: { workspaceId: string; id: string; archived: boolean; editedBy: string | null },
  alongside = nothing,
): Promise<PageOutcome> {
  return transact(pool, async client => {
    await lockTrees(client, [change.workspaceId], 'moving')
    const own = await readPath(client, change.workspaceId, change.id)
    if (!own) return refused('no-such-page')
    // Before it is hidden: the right to hide it is checked against the page as it is now.
    await alongside(client)
    await client.query(
      `update pages set archived = $3, last_edited_by = $4, updated_at = now() where workspace_id = $1 and id = $2`,
      [change.workspaceId, change.id, change.archived, change.editedBy],
    )
    await keepHidden(client, change.workspaceId, own.path)
    return done
  })
}

type Place = { path: string[]; hidden: boolean }

async function readPath(client: ClientBase, workspaceId: string, id: string): Promise<Place | null> {
  const { rows } = await client.query<Place>({
    name: 'read-path',
    text: 'select path::text[] as path, hidden from page_paths where workspace_id = $1 and page_id = $2',
    values: [workspaceId, id],
  })
  return rows[0] ?? null
}

/** The place of a page, locked against deletion until the transaction ends. */
async function holdParent(client: ClientBase, workspaceId: string, id: string): Promise<Place | null> {
  const { rows } = await client.query<Place>({
    name: 'hold-parent',
    text: `select t.path::text[] as path, t.hidden
      from page_paths t join pages p on p.workspace_id = t.workspace_id and p.id = t.page_id
      where t.workspace_id = $1 and t.page_id = $2 for key share of p`,
    values: [workspaceId, id],
  })
  return rows[0] ?? null
}

/** Decides again whether a page and each page below it is hidden: archived, or below an archived one. */
async function keepHidden(client: ClientBase, workspaceId: string, path: string[]): Promise<void> {
  await walkByIndex(client)
  await client.query(
    `with visibility as materialized (
       select p.page_id, bool_or(a.archived) as hidden
       from page_paths p cross join unnest(p.path) as up (id) join pages a on a.workspace_id = $1 and a.id = up.id
       where p.workspace_id = $1 and ${within('p.path', '$2::uuid[]')}
       group by p.page_id)
     update page_paths p set hidden = visibility.hidden from visibility
     where p.workspace_id = $1 and p.page_id = visibility.page_id and p.hidden <> visibility.hidden`,
    [workspaceId, path],
  )
}
