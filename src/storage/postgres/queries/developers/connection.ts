import type { Pool } from 'pg'

export type SecretShown = {
  id: string
  /** Its last four characters. */
  hint: string
  createdAt: Date
  /** null: the operator made it, or someone who is gone. */
  createdBy: string | null
  lastUsedAt: Date | null
}

/** Installations in force, and in how many workspaces. */
export type InForce = { installations: number; workspaces: number }

export type ConnectionFacts = {
  workspace: { id: string; name: string } | null
  /** Who made it, by name; null: the operator, or someone who is gone. */
  creator: string | null
  createdAt: Date
  updatedAt: Date
  logoHash: string | null
  /** The live ones, oldest first. */
  secrets: SecretShown[]
  inForce: InForce
}

/** Counts what would stop at once if the connection were switched off; what is in sandboxes is nobody's loss. */
const inForce = (connection: string) => `(
  select jsonb_build_object('installations', count(*), 'workspaces', count(distinct i.workspace_id))
  from installations i where i.connection_id = ${connection} and i.state = 'active'
    and not exists (select from workspaces s where s.id = i.workspace_id and s.sandbox_owner is not null))`

type Row = Omit<ConnectionFacts, 'workspace' | 'secrets'> & {
  workspaceId: string | null
  workspaceName: string | null
  secrets: (Omit<SecretShown, 'createdAt' | 'lastUsedAt'> & {
    createdAt: string
    lastUsedAt: string | null
  })[]
}

/** What the overview of a connection shows beside its settings. null: there is none. Who may see it is decided before. */
export async function readConnectionFacts(pool: Pool, connectionId: string): Promise<ConnectionFacts | null> {
  const { rows } = await pool.query<Row>({
    name: 'developers-connection',
    text: `select c.workspace_id as "workspaceId", w.name as "workspaceName",
        (select u.name from users u where u.id = c.created_by) as creator, c.created_at as "createdAt",
        c.updated_at as "updatedAt", c.logo_hash as "logoHash", ${inForce('c.id')} as "inForce",
        coalesce((
          select jsonb_agg(jsonb_build_object('id', s.id, 'hint', s.hint, 'createdAt', s.created_at,
            'createdBy', (select u.name from users u where u.id = s.created_by), 'lastUsedAt', s.last_used_at)
            order by s.created_at, s.id)
          from connection_secrets s where s.connection_id = c.id and s.revoked_at is null), '[]') as secrets
      from connections c left join workspaces w on w.id = c.workspace_id
      where c.id = $1 and c.deleted_at is null`,
    values: [connectionId],
  })
  const row = rows[0]
  if (!row) return null
  const { workspaceId, workspaceName, secrets, ...facts } = row
  return {
    ...facts,
    workspace: workspaceId === null ? null : { id: workspaceId, name: workspaceName! },
    secrets: secrets.map(one => ({
      ...one,
      createdAt: new Date(one.createdAt),
      lastUsedAt: one.lastUsedAt === null ? null : new Date(one.lastUsedAt),
    })),
  }
}
