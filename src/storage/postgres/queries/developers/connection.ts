import type { Pool } from 'pg'
import type {
  ConnectionFacts,
  OverviewReadings,
  SecretShown,
} from '../../../../web/developers/connection/readings.ts'

/** Counts the installations that would stop if the connection were switched off; those in sandboxes do not count. */
const inForce = (connection: string) => `(
  select jsonb_build_object('installations', count(*), 'workspaces', count(distinct i.workspace_id))
  from installations i where i.connection_id = ${connection} and i.state = 'active'
    and not exists (select from workspaces s where s.id = i.workspace_id and s.sandbox_owner is not null))`

type Row = Omit<ConnectionFacts, 'secrets'> & {
  secrets: (Omit<SecretShown, 'createdAt' | 'lastUsedAt'> & {
    createdAt: string
    lastUsedAt: string | null
  })[]
}

export const readConnectionFacts =
  (pool: Pool): OverviewReadings['facts'] =>
  async connectionId => {
    const { rows } = await pool.query<Row>({
      name: 'developers-connection',
      text: `select case when w.id is not null then jsonb_build_object('id', w.id, 'name', w.name) end as workspace,
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
    const secrets = row.secrets.map(one => ({
      ...one,
      createdAt: new Date(one.createdAt),
      lastUsedAt: one.lastUsedAt === null ? null : new Date(one.lastUsedAt),
    }))
    return { ...row, secrets }
  }
