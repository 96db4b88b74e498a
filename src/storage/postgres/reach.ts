import type { ClientBase, Pool } from 'pg'

/**
 * Whether a person reaches the pages below a root: members and owners below every open root, and everyone, guests
 * too, below the private roots that list them. `user` and `root` are SQL; a user who is disabled or no member reaches no page.
 */
export const personReaches = (user: string, root: string) => `exists (
  select from members m join users u on u.id = m.user_id and not u.disabled
  where m.workspace_id = ${root}.workspace_id and m.user_id = ${user}
    and case when ${root}.private or m.role = 'guest' then exists (
      select from page_viewers v
      where v.workspace_id = ${root}.workspace_id and v.page_id = ${root}.id and v.user_id = ${user}) else true end)`

/** Those of the pages that this person may reach now, in no particular order; archived ones are out of everyone's reach. */
export async function readReachable(
  database: Pool | ClientBase,
  userId: string,
  workspaceId: string,
  pages: readonly string[],
): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: 'reachable-pages',
    text: `select t.page_id as id
      from unnest($3::uuid[]) asked (id)
      join page_paths t on t.workspace_id = $1 and t.page_id = asked.id and not t.hidden
      join pages root on root.workspace_id = $1 and root.id = t.path[1]
      where ${personReaches('$2', 'root')}`,
    values: [workspaceId, userId, pages],
  })
  return rows.map(row => row.id)
}
