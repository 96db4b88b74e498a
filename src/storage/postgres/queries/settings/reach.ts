import { countBelow } from '../picker/pages.ts'

/** Pages below one granted page are counted up to here; a list of many installations says "more than" beyond it. */
const reachLimit = 1_000
/** As many grants of one connection are followed down the tree; of more, only their pages are counted, as "more than". */
const followLimit = 500

/**
 * The pages that installations reach, as columns `granted` (what was chosen, without what stands below another chosen page),
 * `reached` (with all below; a page that two of a group reach counts once) and `beyond` (more than was counted).
 * `sets` is SQL of (key, installation_id) in workspace $1: one row of `sums` comes out for each key that reaches anything.
 *
 * The planner knows nothing of the sizes of these sets, and joins of large ones with one another may cost their product. So
 * there are none: whoever granted is looked up in a hash (a subquery within a case is never made a join), and in tree order a
 * page stands below an earlier one exactly when it comes before the end of that one's range.
 */
export const reachCtes = (sets: string) => `
  chosen as materialized (
    select s.key, g.page_id, g.granted_by
    from (${sets}) s
    join page_grants g on g.workspace_id = $1 and g.installation_id = s.installation_id),
  granters as materialized (
    select m.user_id, m.role
    from (select distinct granted_by as id from chosen) d
    join members m on m.workspace_id = $1 and m.user_id = d.id
    join users u on u.id = d.id and not u.disabled),
  counts as (
    select key, count(*) as grants from chosen group by key),
  crowds as materialized (
    select key, count(distinct page_id)::int as pages from chosen
    where case when key in (select key from counts where grants > ${followLimit})
      then granted_by in (select user_id from granters) else false end
    group by key),
  placed as materialized (
    select c.key, c.granted_by, t.path
    from chosen c join page_paths t on t.workspace_id = $1 and t.page_id = c.page_id and not t.hidden
    where case when c.granted_by in (select user_id from granters)
      then c.key not in (select key from crowds) else false end),
  private_roots as materialized (
    select p.id from (select distinct path[1] as id from placed) r
    join pages p on p.workspace_id = $1 and p.id = r.id and p.private),
  in_force as (
    select distinct key, path from placed
    where case
      when path[1] in (select id from private_roots)
        or granted_by in (select user_id from granters where role = 'guest') then coalesce((
        select true from page_viewers v
        where v.workspace_id = $1 and v.page_id = path[1] and v.user_id = granted_by), false)
      else true end),
  ranges as (
    select key, path, max(path || 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
      over (partition by key order by path rows between unbounded preceding and 1 preceding) as earlier_end
    from in_force),
  counted as materialized (
    select o.key, ${countBelow('o', String(reachLimit))} as below from ranges o
    where o.earlier_end is null or o.path > o.earlier_end),
  sums as (
    select key, count(*)::int as granted, (count(*) + sum(least(below, ${reachLimit})))::int as reached,
      bool_or(below > ${reachLimit}) as beyond
    from counted group by key
    union all select key, pages, pages, true from crowds)`

/** What an installation, or all of a connection, reaches. */
export type Reach = { granted: number; reached: number; beyond: boolean }

export type ReachRow = { granted: number | null; reached: number | null; beyond: boolean | null }

export function toReach(row: ReachRow): Reach {
  return { granted: row.granted ?? 0, reached: row.reached ?? 0, beyond: row.beyond ?? false }
}
