/**
 * The pages that one bearer reaches, as parts of SQL. Each listing is one statement that begins with these parts, so that it
 * checks the token and every page at the same moment.
 */
import type { Pool } from 'pg'
import type { Listing } from '../../../../api/ports.ts'
import type { PresentedToken } from '../../../../installs/bearer.ts'
import {
  type BearerRow,
  bearerSql,
  grantorReaches,
  type PageRow,
  type Statement,
  toBearer,
  toPage,
} from '../../access.ts'

/**
 * A join row by row through the key, against the planner's estimates: it cannot estimate how many rows a walk or a pattern
 * returns, and a low guess makes the join take seconds.
 */
export const byKey = (table: string, alias: string, key: string) =>
  `cross join lateral (select * from ${table} ${alias} where ${key} limit 1) ${alias}`

/** The greatest UUID: appended to a path, it ends the range of everything below that path. */
const endOfSubtree = `'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid`

/**
 * `bearer` (at most one row) and `top`: the granted pages that are reachable now, without those below another one, so that
 * each page is listed once. Their subtrees are disjoint ranges of `page_paths` in tree order.
 */
export const bearerAndTop = (kind: PresentedToken['kind']) => `
  bearer as materialized (${bearerSql(kind)}),
  live as materialized (
    select g.page_id, w.path
    from bearer b
    join page_grants g on g.workspace_id = b.workspace_id and g.installation_id = b.installation_id
    ${byKey('page_paths', 'w', 'w.workspace_id = g.workspace_id and w.page_id = g.page_id')}
    ${byKey('pages', 'root', 'root.workspace_id = g.workspace_id and root.id = w.path[1]')}
    where not w.hidden and ${grantorReaches('g', 'root')}),
  nested as (
    select distinct l.page_id from live l
    cross join lateral unnest(l.path[:cardinality(l.path) - 1]) ancestor (id)
    join live above on above.page_id = ancestor.id),
  top as materialized (select page_id, path from live where page_id not in (select page_id from nested))`

/**
 * `walk`: up to `room` reached pages after the path `after` (null: from the beginning), in tree order, range by range; it
 * looks at no more rows than it returns.
 */
export const walkInTreeOrder = (after: string, room: string) => `
  span as materialized (
    select page_id, path, row_number() over (order by path) as at from top
    where ${after} is null or path || ${endOfSubtree} > ${after}),
  step (at, room, pages) as (
    select 0::bigint, ${room}::int, null::uuid[]
    union all
    select s.at, step.room - coalesce(cardinality(found.pages), 0), found.pages
    from step
    join span s on s.at = step.at + 1
    cross join lateral (
      select array_agg(page_id order by path) as pages from (
        select w.page_id, w.path from page_paths w
        where w.workspace_id = (select workspace_id from bearer)
          and w.path >= s.path and w.path < s.path || ${endOfSubtree}
          and w.path > coalesce(${after}, '{}') and not w.hidden
        order by w.path limit step.room) w) found
    where step.room > 0),
  walk as materialized (
    select page.id, step.at, page.place, page.id is distinct from s.page_id as below_top
    from step join span s on s.at = step.at
    cross join lateral unnest(step.pages) with ordinality page (id, place))`

/** The `top` page of a reached page: the page itself, or one above it. */
export const withTop = (page: string) => `
  ${byKey('page_paths', 'w', `w.workspace_id = ${page}.workspace_id and w.page_id = ${page}.id and not w.hidden`)}
  cross join lateral unnest(w.path) ancestor (id)
  join top on top.page_id = ancestor.id`

export type ListingRow = BearerRow & { pages: PageRow[] | null; next: unknown; given_up: boolean | null }

/**
 * Runs a listing statement, whose one row carries the bearer, the pages as JSON, where to go on, and `given_up` when
 * the question is too wide for this way of answering it.
 * @returns null when the token is not in force.
 */
export async function list<Place>(
  pool: Pool,
  statement: Statement,
  values: unknown[],
): Promise<(Listing<Place> & { givenUp: boolean }) | null> {
  const { rows } = await pool.query<ListingRow>({ ...statement, values })
  const row = rows[0]
  if (!row) return null
  return {
    bearer: toBearer(row),
    pages: (row.pages ?? []).map(toPage),
    next: row.next as Place | null,
    givenUp: row.given_up ?? false,
  }
}
