/** Orders staged pages so that each parent comes before its children, or finds the page for which that is impossible. */
import type { ClientBase } from 'pg'
import { maxDepth } from './tree.ts'

/**
 * Fills ordered_pages: `place` counts from 1, level by level from the top. A parent that is not in the file exists already.
 * @returns the first line that cannot be placed, or how many pages there are to merge.
 */
export async function orderPages(
  client: ClientBase,
): Promise<{ kind: 'fault'; line: number; reason: string } | { kind: 'ordered'; pages: number }> {
  await client.query(`create index on staged_pages (workspace_id, parent_id)`)
  await client.query(
    `create temporary table ordered_pages as
     with recursive placed as (
       select s.line, s.workspace_id, s.id, coalesce(cardinality(above.path), 0) + 1 as level
       from staged_pages s
       left join page_paths above on above.workspace_id = s.workspace_id and above.page_id = s.parent_id
       where s.parent_id is null or not exists (
         select from staged_pages p where p.workspace_id = s.workspace_id and p.id = s.parent_id)
       union all
       select s.line, s.workspace_id, s.id, up.level + 1
       from placed up
       join staged_pages s on s.workspace_id = up.workspace_id and s.parent_id = up.id
       where up.level <= ${maxDepth})
     select row_number() over (order by level, s.workspace_id, s.parent_id, s.line) as place, level, s.*,
       exists (select from pages p where p.workspace_id = s.workspace_id and p.id = s.id) as known
     from placed join staged_pages s using (line)`,
  )
  const { rows } = await client.query<{ ordered: number; staged: number; deep: number | null }>(
    `select count(*)::int as ordered, (select count(*)::int from staged_pages) as staged,
       (min(line) filter (where level > ${maxDepth}))::int as deep from ordered_pages`,
  )
  const { ordered, staged, deep } = rows[0]!
  if (deep !== null)
    return { kind: 'fault', line: deep, reason: `the page is deeper than ${maxDepth} levels` }
  const line = ordered < staged ? await findUnordered(client) : await findCycleThroughMoves(client)
  if (line !== null) return { kind: 'fault', line, reason: 'its parents form a cycle' }
  await client.query('create index on ordered_pages (place)')
  await client.query('analyze ordered_pages')
  const deeper = await findMoveTooDeep(client)
  if (deeper !== null)
    return {
      kind: 'fault',
      line: deeper,
      reason: `it or a page below it would be deeper than ${maxDepth} levels`,
    }
  return { kind: 'ordered', pages: ordered }
}

/** The first that no root leads to. */
async function findUnordered(client: ClientBase): Promise<number | null> {
  const { rows } = await client.query<{ line: number | null }>(
    `select min(line)::int as line from staged_pages s
     where not exists (select from ordered_pages o where o.workspace_id = s.workspace_id and o.id = s.id)`,
  )
  return rows[0]!.line
}

/** Known pages whose line names another parent than they have. */
const moved = `select o.line, o.workspace_id, o.id, o.parent_id
  from ordered_pages o join pages p on p.workspace_id = o.workspace_id and p.id = o.id
  where o.known and o.parent_id is distinct from p.parent_id`

/** From each moved page up to its root, by the parents that the file gives, or else by those that are kept. */
const upwards = `
  select line, workspace_id, id as start, parent_id as at, 1 as steps from moved
  union all
  select up.line, up.workspace_id, up.start, case when s.id is null then p.parent_id else s.parent_id end, steps + 1
  from up
  left join staged_pages s on s.workspace_id = up.workspace_id and s.id = up.at
  left join pages p on p.workspace_id = up.workspace_id and p.id = up.at
  where up.at is not null and up.at <> up.start and steps <= 2 * ${maxDepth}`

/** A cycle that goes through pages which the file does not mention must go through one that it moves. */
async function findCycleThroughMoves(client: ClientBase): Promise<number | null> {
  const { rows } = await client.query<{ line: number | null }>(
    `with recursive moved as materialized (${moved}), up as (${upwards})
     select min(line)::int as line from up where at = start`,
  )
  return rows[0]!.line
}

/** With a moved page go the pages below it that are not moved elsewhere, and those that the file puts there. */
async function findMoveTooDeep(client: ClientBase): Promise<number | null> {
  const { rows } = await client.query<{ line: number | null }>(
    `with recursive moved as materialized (${moved}), up as (${upwards}),
     down as (
       select line, workspace_id, start as id, steps as level from up where at is null
       union all
       select down.line, down.workspace_id, child.id, down.level + 1
       from down cross join lateral (
         select p.id from pages p
         where p.workspace_id = down.workspace_id and p.parent_id = down.id and not exists (
           select from staged_pages s where s.workspace_id = p.workspace_id and s.id = p.id)
         union all
         select s.id from staged_pages s where s.workspace_id = down.workspace_id and s.parent_id = down.id) child
       where down.level <= ${maxDepth})
     select min(line)::int as line from down where level > ${maxDepth}`,
  )
  return rows[0]!.line
}
