import { grantorReaches } from '../access.ts'
import { countBelow } from './install-pages.ts'

/** Pages below one granted page are counted up to here; a list of many installations says "more than" beyond it. */
export const reachLimit = 1_000

/**
 * The pages that installations reach, as columns `granted` (what was chosen, without what stands below another chosen page),
 * `reached` (with all below; a page that two of a group reach counts once) and `beyond` (more than was counted).
 * `sets` is SQL of (key, installation_id) in workspace $1: one row of `sums` comes out for each key that reaches anything.
 */
export const reachCtes = (sets: string) => `
  in_force as materialized (
    select distinct s.key, t.page_id, t.path
    from (${sets}) s
    join page_grants g on g.workspace_id = $1 and g.installation_id = s.installation_id
    join page_paths t on t.workspace_id = $1 and t.page_id = g.page_id and not t.hidden
    join pages root on root.workspace_id = $1 and root.id = t.path[1]
    where ${grantorReaches('g', 'root')}),
  nested as (
    select distinct f.key, f.page_id from in_force f
    cross join lateral unnest(f.path[:cardinality(f.path) - 1]) a (id)
    join in_force h on h.key = f.key and h.page_id = a.id),
  outermost as materialized (
    select f.key, f.path from in_force f
    where not exists (select from nested n where n.key = f.key and n.page_id = f.page_id)),
  counted as materialized (
    select o.path, ${countBelow('o', String(reachLimit))} as below from (select distinct path from outermost) o),
  sums as (
    select o.key, count(*)::int as granted, (count(*) + sum(least(c.below, ${reachLimit})))::int as reached,
      bool_or(c.below > ${reachLimit}) as beyond
    from outermost o join counted c on c.path = o.path group by o.key)`

/** What an installation, or all of a connection, reaches. */
export type Reach = { granted: number; reached: number; beyond: boolean }

export type ReachRow = { granted: number | null; reached: number | null; beyond: boolean | null }

export function toReach(row: ReachRow): Reach {
  return { granted: row.granted ?? 0, reached: row.reached ?? 0, beyond: row.beyond ?? false }
}
