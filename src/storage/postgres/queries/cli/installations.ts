import type { Pool } from 'pg'
import type { InstallationState } from '../../../../installs/installation.ts'

/** An installation as the command line lists it; the members are what scripts read. */
export type ListedInstallation = {
  id: string
  state: InstallationState
  state_reason: string | null
  connection: { id: string; name: string }
  workspace: { id: string; name: string }
  /** null for an internal connection. */
  user: { id: string; email: string } | null
  capabilities: string[]
  /** Page grants, not the pages below them. */
  pages: number
  created_at: Date
  last_used_at: Date | null
}

/** Those of one workspace, of one connection, or all; the newest first. */
export async function listInstallations(
  pool: Pool,
  scope: { workspaceId: string | null; connectionId: string | null },
): Promise<ListedInstallation[]> {
  const { rows } = await pool.query<ListedInstallation>(
    `select i.id, i.state, i.state_reason, i.capabilities, i.created_at, i.last_used_at,
       json_build_object('id', c.id, 'name', c.name) as connection,
       json_build_object('id', w.id, 'name', w.name) as workspace,
       case when u.id is null then null else json_build_object('id', u.id, 'email', u.email) end as user,
       (select count(*)::int from page_grants g
        where g.workspace_id = i.workspace_id and g.installation_id = i.id) as pages
     from installations i
     join connections c on c.id = i.connection_id
     join workspaces w on w.id = i.workspace_id
     left join users u on u.id = i.user_id
     where ($1::uuid is null or i.workspace_id = $1) and ($2::uuid is null or i.connection_id = $2)
     order by i.created_at desc, i.id`,
    [scope.workspaceId, scope.connectionId],
  )
  return rows
}

/** Where an installation stands; null when there is none of this id. */
export async function workspaceOfInstallation(pool: Pool, id: string): Promise<string | null> {
  const { rows } = await pool.query<{ workspace_id: string }>(
    'select workspace_id from installations where id = $1',
    [id],
  )
  return rows[0]?.workspace_id ?? null
}
