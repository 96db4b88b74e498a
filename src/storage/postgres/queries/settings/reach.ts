import type { Reach } from '../../../../web/settings/connections/readings.ts'
import { asObject } from '../../projection.ts'
import { countBelow } from '../picker/pages.ts'

/** The pages below one granted page are counted up to this; a list of many installations says "more than" beyond it. */
const reachLimit = 1_000
/** Of a connection with more grants than this only the granted pages are counted, as "more than". */
const followLimit = 500

/**
 * The pages that installations reach, as columns `granted` (chosen pages, less those below another chosen page), `reached`
 * (with all pages below; a page that two of a group reach counts once) and `beyond` (there are more than were counted).
 * `sets` is SQL of (key, installation_id) in workspace $1; `sums` has one row for each key that reaches anything.
 *
 * The planner cannot estimate the sizes of these sets, and may join large ones at the cost of their product. So there are no
 * such joins: granters are looked up in a hash (a subquery within a case is never made a join), and in tree order a page is
 * below an earlier one exactly when it comes before the end of that one's range.
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

/** The `Reach` of the row of `sums` that was left-joined as `s` (SQL). */
export const reachSql = asObject<Reach>({
  granted: 'coalesce(s.granted, 0)',
  reached: 'coalesce(s.reached, 0)',
  beyond: 'coalesce(s.beyond, false)',
})
