import type { Pool } from 'pg'
import type { ListedConnection, ListReadings } from '../../../../web/developers/list/readings.ts'

/** `mayManageConnection` as SQL: everything of the workspaces that person $1 owns, their own connections elsewhere. */
const managedBy = `(m.role = 'owner' or c.created_by = $1 and (m.role = 'member' or c.workspace_id is null))`

/** By workspace, then by name; connections without a workspace come last. */
const order = `c.workspace_id is null, lower(coalesce(w.name, '')),
  coalesce(w.id, '00000000-0000-0000-0000-000000000000'), lower(c.name), c.id`

const text = `
  with mine as (
    select c.*, w.name as workspace_name, row_number() over (order by ${order}) as place
    from connections c
    left join workspaces w on w.id = c.workspace_id
    left join members m on m.workspace_id = c.workspace_id and m.user_id = $1
    where ${managedBy}
      and (c.workspace_id in (select workspace_id from members where user_id = $1) or c.workspace_id is null and c.created_by = $1))
  select c.id, c.kind, c.name, c.logo_hash as "logoHash", c.first_party as "firstParty", c.verified,
    case when c.disabled_at is null then null when c.disabled_by is null then 'operator' else 'developer' end as "disabledBy",
    case when c.workspace_id is not null
      then jsonb_build_object('id', c.workspace_id, 'name', c.workspace_name) end as workspace,
    case when u.id is not null then jsonb_build_object('id', u.id, 'name', u.name) end as creator, c.created_at as "createdAt"
  from mine c left join users u on u.id = c.created_by
  where c.deleted_at is null and c.place > coalesce((select place from mine where id = $2), 0)
  order by c.place limit $3`

export const readDevelopersList =
  (pool: Pool): ListReadings['list'] =>
  async (userId, after, size) => {
    const { rows } = await pool.query<ListedConnection>({
      name: 'developers-list',
      text,
      values: [userId, after, size + 1],
    })
    return { connections: rows.slice(0, size), more: rows.length > size }
  }
