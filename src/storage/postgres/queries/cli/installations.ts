import type { Pool } from 'pg'
import type { InstallationState, StateReason } from '../../../../installs/installation.ts'
import { asColumns, asObject } from '../../projection.ts'

/** An installation as the command line lists it; scripts rely on the members' names. */
export type ListedInstallation = {
  id: string
  state: InstallationState
  state_reason: StateReason | null
  connection: { id: string; name: string }
  workspace: { id: string; name: string }
  /** null for an internal connection. */
  user: { id: string; email: string } | null
  capabilities: string[]
  /** Granted pages, without those below them. */
  pages: number
  created_at: Date
  last_used_at: Date | null
}

/** Installations of one workspace, of one connection, or all; the newest first. */
export async function listInstallations(
  pool: Pool,
  scope: { workspaceId: string | null; connectionId: string | null },
): Promise<ListedInstallation[]> {
  const { rows } = await pool.query<ListedInstallation>(
    `select ${asColumns<ListedInstallation>({
      id: 'i.id',
      state: 'i.state',
      state_reason: 'i.state_reason',
      connection: asObject<ListedInstallation['connection']>({ id: 'c.id', name: 'c.name' }),
      workspace: asObject<ListedInstallation['workspace']>({ id: 'w.id', name: 'w.name' }),
      user: `case when u.id is not null then ${asObject<NonNullable<ListedInstallation['user']>>({
        id: 'u.id',
        email: 'u.email',
      })} end`,
      capabilities: 'i.capabilities',
      pages: `(select count(*)::int from page_grants g
        where g.workspace_id = i.workspace_id and g.installation_id = i.id)`,
      created_at: 'i.created_at',
      last_used_at: 'i.last_used_at',
    })}
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

/** null when there is no installation of this id. */
export async function workspaceOfInstallation(pool: Pool, id: string): Promise<string | null> {
  const { rows } = await pool.query<{ workspace_id: string }>(
    'select workspace_id from installations where id = $1',
    [id],
  )
  return rows[0]?.workspace_id ?? null
}
