import type { Pool } from 'pg'
import type { PersonReadings } from '../../../../api/ports.ts'
import { readUuid } from '../../../../installs/ids.ts'
import { personReaches } from '../../reach.ts'

export function openPersons(pool: Pool): PersonReadings {
  return {
    async find(sent) {
      const id = readUuid(sent)
      const { rows } = await pool.query<{ id: string; workspaceIds: string[] }>({
        name: 'person-with-workspaces',
        text: `select u.id, array(select m.workspace_id::text from members m where m.user_id = u.id) as "workspaceIds"
          from users u where (u.id = $1 or u.external_id = $2) and not u.disabled limit 1`,
        values: [id, id === null ? sent : null],
      })
      return rows[0] ?? null
    },

    async reached(userId, pages) {
      const { rows } = await pool.query<{ id: string }>({
        name: 'pages-reached-by-person',
        text: `select t.page_id as id
          from unnest($2::uuid[], $3::uuid[]) asked (workspace_id, id)
          join page_paths t on t.workspace_id = asked.workspace_id and t.page_id = asked.id and not t.hidden
          join pages root on root.workspace_id = t.workspace_id and root.id = t.path[1]
          where ${personReaches('$1', 'root')}`,
        values: [userId, pages.map(([workspaceId]) => workspaceId), pages.map(([, id]) => id)],
      })
      return rows.map(({ id }) => id)
    },

    async pages(userId, limit, after) {
      const { rows } = await pool.query<{ workspaceId: string; id: string }>({
        name: 'pages-of-person',
        text: `select t.workspace_id as "workspaceId", t.page_id as id
          from members m
          join page_paths t on t.workspace_id = m.workspace_id and not t.hidden
          join pages root on root.workspace_id = t.workspace_id and root.id = t.path[1]
          where m.user_id = $1 and ($3::uuid is null or (t.workspace_id, t.page_id) > ($3, $4))
            and ${personReaches('$1', 'root')}
          order by t.workspace_id, t.page_id limit $2`,
        values: [userId, limit, ...(after ?? [null, null])],
      })
      return rows.map(({ workspaceId, id }) => [workspaceId, id])
    },
  }
}
