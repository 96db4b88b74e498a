import type { Pool } from 'pg'
import type {
  ConnectionToInstall,
  InstallReadings,
  WorkspaceToChoose,
} from '../../../../web/install/readings.ts'
import { asObject, type Json } from '../../projection.ts'
import { placementSql } from '../../stores/placements.ts'

const connectionColumns = `c.id, c.name, c.developer_name as "developerName", c.website, c.privacy_url as "privacyUrl",
  c.terms_url as "termsUrl", c.logo_hash as "logoHash", c.first_party as "firstParty", c.verified, c.origin, c.document_url as "documentUrl"`

const workspace = asObject<WorkspaceToChoose>({
  id: 'w.id',
  name: 'w.name',
  icon: 'w.icon',
  placement: placementSql('$1'),
  others: asObject<WorkspaceToChoose['others']>({ names: 'i.names', count: 'i.others' }),
  mine: 'i.mine',
  allowed: 'i.allowed',
})

const text = `
  select ${connectionColumns},
    coalesce((
      select json_agg(${workspace} order by lower(w.name), w.id)
      from members own
      join workspaces w on w.id = own.workspace_id
      left join workspace_policies o on o.workspace_id = w.id
      cross join lateral (
        select count(*) filter (where i.user_id <> $1) as others,
          min(i.created_at) filter (where i.user_id = $1) as mine,
          json_agg(i.capabilities) filter (where i.user_id = $1) -> 0 as allowed,
          coalesce((array_agg(u.name order by i.created_at, i.id) filter (where i.user_id <> $1))[:3], '{}') as names
        from installations i join users u on u.id = i.user_id
        where i.workspace_id = w.id and i.connection_id = c.id
          and (i.state = 'active' or i.state = 'suspended' and i.user_id = $1)) i
      where own.user_id = $1), '[]') as workspaces
  from connections c
  where c.id = $2`

export const readInstallChoices =
  (pool: Pool): InstallReadings['choices'] =>
  async (userId, connectionId) => {
    const { rows } = await pool.query<ConnectionToInstall & { workspaces: Json<WorkspaceToChoose>[] }>({
      name: 'install-choices',
      text,
      values: [userId, connectionId],
    })
    if (!rows[0]) return null
    const { workspaces, ...connection } = rows[0]
    return {
      connection,
      workspaces: workspaces.map(one => ({ ...one, mine: one.mine === null ? null : new Date(one.mine) })),
    }
  }

export const readConnectionToInstall =
  (pool: Pool): InstallReadings['connection'] =>
  async connectionId => {
    const { rows } = await pool.query<ConnectionToInstall>({
      name: 'connection-to-install',
      text: `select ${connectionColumns} from connections c where c.id = $1`,
      values: [connectionId],
    })
    return rows[0] ?? null
  }

export const readOwners =
  (pool: Pool): InstallReadings['owners'] =>
  async workspaceId => {
    const { rows } = await pool.query<{ names: string[]; count: number }>({
      name: 'workspace-owners',
      text: `select coalesce((array_agg(u.name order by lower(u.name), u.id))[:3], '{}') as names, count(*)::int as count
        from members m join users u on u.id = m.user_id and not u.disabled
        where m.workspace_id = $1 and m.role = 'owner'`,
      values: [workspaceId],
    })
    return rows[0]!
  }
