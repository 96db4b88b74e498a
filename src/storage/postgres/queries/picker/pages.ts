/**
 * The page picker, in one query a screen: the roots, the children of open nodes, the ticked pages, and the pages that the
 * connection can reach now. Returns only pages that this member reaches. Lists use keyset pagination: the cursor is the last
 * page of the window before; an unknown cursor begins again from the top.
 */
import type { Pool } from 'pg'
import type {
  PickerList,
  PickerPage,
  PickerReading,
  PickerReadings,
} from '../../../../web/picker/readings.ts'
import { personReaches } from '../../reach.ts'

/** Rows of one list that are shown at once. */
export const listSize = 50
/** Up to here the pages below one are counted for its row; more is said as "more than". */
export const rowCountLimit = 1_000
/** Up to here the pages below a ticked one are counted for the sum. */
export const sumCountLimit = 100_000

type Row = PickerPage & {
  list: 'shared' | 'private' | 'node' | 'child' | 'ticked' | 'granted'
  parentId: string | null
  /** Of a private root: somebody else reaches it too. */
  others: boolean | null
}

export const nothing = '00000000-0000-0000-0000-000000000000'

/** $1 workspace, $2 user, $3 connection or installation: the pages granted to the one that is meant. */
export const grantedSql = `
  select coalesce(array_agg(g.page_id), '{}') as ids
  from installations i join page_grants g on g.workspace_id = i.workspace_id and g.installation_id = i.id
  where i.workspace_id = $1
    and (i.id = $3 or (i.connection_id = $3 and i.user_id = $2 and i.state = 'active'))`

/**
 * The start of a window: after the row of the page `cursor`, if user $2 reaches that page. Without this check, a user could find
 * out a hidden page's title, by comparing it with the titles of pages that they name themselves.
 */
export const behind = (page: string, cursor: string) => `(${page}.sort_title, ${page}.id) > (coalesce((
    select x.sort_title from pages x
    join page_paths x_path on x_path.workspace_id = $1 and x_path.page_id = x.id
    join pages x_root on x_root.workspace_id = $1 and x_root.id = x_path.path[1]
    where x.workspace_id = $1 and x.id = ${cursor} and ${personReaches('$2', 'x_root')}), ''), ${cursor})`

/** Somebody else reaches private root `p` too (SQL). */
export const othersReach = (p: string) => `exists (
  select from page_viewers v join members m on m.workspace_id = v.workspace_id and m.user_id = v.user_id
  where v.workspace_id = $1 and v.page_id = ${p}.id and v.user_id <> $2)`

/** Pages below the path of `t`, all levels, counted up to one more than `limit`. */
export const countBelow = (t: string, limit: string) => `(
  select count(*)::int from (
    select from page_paths b
    where b.workspace_id = $1 and not b.hidden and b.path > ${t}.path
      and b.path < ${t}.path || 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid
    limit ${limit} + 1) b)`

/** Titles of the pages above `t`, from the root down. */
export const titlesAbove = (t: string) => `array(
  select a.title from unnest(${t}.path[:cardinality(${t}.path) - 1]) with ordinality o (id, n)
  join pages a on a.workspace_id = $1 and a.id = o.id order by o.n)`

/** The roots of a workspace: $5 and $6 are where the two lists go on. */
const workspaceRoots = `
  (select 'shared' as list, p.sort_title, p.id from pages p
    where p.workspace_id = $1 and p.parent_id is null and not p.private and not p.archived and ${behind('p', '$5')}
    order by p.sort_title, p.id limit ${listSize} + 1)
  union all
  (select 'private', p.sort_title, p.id from page_viewers v join pages p on p.workspace_id = $1 and p.id = v.page_id
    where v.workspace_id = $1 and v.user_id = $2 and p.parent_id is null and p.private and not p.archived
      and ${behind('p', '$6')}
    order by p.sort_title, p.id limit ${listSize} + 1)`

/** Open nodes, and the cursor into the children of each: two arrays. */
const openNodes = (nodes: string, cursors: string) => `
  select 'node' as list, '' as sort_title, o.id from unnest(${nodes}::uuid[]) o (id)
  union all
  (select 'child', c.sort_title, c.id from unnest(${nodes}::uuid[], ${cursors}::uuid[]) o (id, after) cross join lateral (
    select c.sort_title, c.id from pages c
    where c.workspace_id = $1 and c.parent_id = o.id and not c.archived and ${behind('c', 'o.after')}
    order by c.sort_title, c.id limit ${listSize} + 1) c)`

/**
 * `now`: the granted pages, the default for the ticks and the mark of each row. `lists`: the other lists. Each "limit 1" makes
 * the planner look a page up by its key: on tables without statistics it would read the whole workspace for each row.
 */
const textOf = (lists: string) => `
  with now as materialized (${grantedSql}),
  chosen as materialized (select unnest(coalesce($4::uuid[], now.ids)) as id from now),
  listed as (${lists}
    select 'ticked' as list, '' as sort_title, id from chosen
    union all
    select 'granted', '', unnest(now.ids) from now)
  select l.list, p.parent_id as "parentId", p.id, p.title, p.icon, p.type, t.path::text[] as path,
    case when l.list in ('shared', 'ticked', 'granted') then ${titlesAbove('t')} else '{}' end as above,
    case when l.list = 'granted' then 0
      else ${countBelow('t', `case when l.list = 'ticked' then ${sumCountLimit} else ${rowCountLimit} end`)} end as below,
    t.path && now.ids as "reachedNow", case when l.list = 'private' then ${othersReach('p')} end as others
  from listed l
  cross join now
  cross join lateral (select * from pages where workspace_id = $1 and id = l.id limit 1) p
  cross join lateral (select * from page_paths where workspace_id = $1 and page_id = l.id and not hidden limit 1) t
  cross join lateral (select * from pages where workspace_id = $1 and id = t.path[1] limit 1) root
  where ${personReaches('$2', 'root')}
    and (l.list <> 'ticked' or not exists (
      select from unnest(t.path[:cardinality(t.path) - 1]) a (id) where a.id in (select id from chosen)))
  order by p.sort_title, p.id`

export type PickerStatements = Record<'all' | 'below' | 'ticked', { name: string; text: string }>

/** The same screen with other roots. */
export const pickerStatements = (name: string, roots: string): PickerStatements => ({
  all: { name, text: textOf(`${roots} union all ${openNodes('$7', '$8')} union all`) },
  below: { name: 'picker-below', text: textOf(`${openNodes('$5', '$6')} union all`) },
  ticked: { name: 'picker-ticked', text: textOf('') },
})

const statements = pickerStatements('picker', workspaceRoots)

/** @param statements the same query over other roots; left out: the roots of the workspace. */
export const readPicker =
  (pool: Pool, { all, below, ticked: ticksAlone } = statements): PickerReadings['picker'] =>
  async ({ workspaceId, userId, connectionId, ticked, lists }) => {
    const values: unknown[] = [workspaceId, userId, connectionId, ticked]
    const roots = lists && lists.roots !== false
    if (roots) values.push(lists.sharedAfter ?? nothing, lists.privateAfter ?? nothing)
    if (lists)
      values.push(
        lists.open.map(node => node.id),
        lists.open.map(node => node.after ?? nothing),
      )
    const { rows } = await pool.query<Row>({ ...(roots ? all : lists ? below : ticksAlone), values })
    return { ...toReading(rows), alone: !lists?.privateAfter && allAlone(rows) }
  }

function toReading(rows: Row[]): Omit<PickerReading, 'alone'> {
  const of = (list: Row['list']) => rows.filter(row => row.list === list)
  const children = Map.groupBy(of('child'), row => row.parentId!)
  return {
    shared: toList(of('shared')),
    private: toList(of('private')),
    nodes: new Map(of('node').map(row => [row.id, toPage(row)])),
    children: new Map([...children].map(([id, list]) => [id, toList(list)])),
    ticked: of('ticked').map(toPage),
    granted: of('granted').map(toPage),
  }
}

/** The private roots are all in this window, and only this user reaches them. */
function allAlone(rows: Row[]): boolean {
  const roots = rows.filter(row => row.list === 'private')
  return roots.length <= listSize && roots.every(row => row.others === false)
}

/** The row beyond the window says that there is more. */
function toList(rows: Row[]): PickerList {
  return { pages: rows.slice(0, listSize).map(toPage), more: rows.length > listSize }
}

function toPage({ list: _list, parentId: _parent, others: _others, ...page }: Row): PickerPage {
  return page
}
