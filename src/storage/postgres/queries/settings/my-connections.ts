import type { Pool } from 'pg'
import type { MyConnection, MyConnectionsReadings } from '../../../../web/settings/my-connections/readings.ts'
import { asColumns, asObject } from '../../projection.ts'
import { placementSql } from '../../stores/placements.ts'
import { reachCtes, reachSql } from './reach.ts'

/** Rows shown at once. */
const myConnectionsSize = 50

/** $1 workspace, $2 user, $3 cursor: an installation, in the order of the connections' names. */
const text = `
  with own as materialized (
    select i.id, lower(c.name) as sort_name
    from installations i join connections c on c.id = i.connection_id
    where i.workspace_id = $1 and i.user_id = $2 and i.state in ('active', 'suspended')),
  shown as materialized (
    select id, sort_name from own
    where (sort_name, id) > (coalesce((select sort_name from own where id = $3), ''), $3::uuid)
    order by sort_name, id limit ${myConnectionsSize} + 1),
  ${reachCtes('select id as key, id as installation_id from shown')}
  select ${asColumns<MyConnection>({
    installationId: 'i.id',
    state: 'i.state',
    stateReason: 'i.state_reason',
    capabilities: 'i.capabilities',
    addedAt: 'i.created_at',
    lastUsedAt: 'i.last_used_at',
    accessEndsAt: 'i.access_ends_at',
    reach: reachSql,
    connection: asObject<MyConnection['connection']>({
      id: 'c.id',
      name: 'c.name',
      logoHash: 'c.logo_hash',
      website: 'c.website',
      supportEmail: 'c.support_email',
      supportUrl: 'c.support_url',
      verified: 'c.verified',
    }),
    placement: placementSql('$2'),
  })}
  from shown
  join installations i on i.workspace_id = $1 and i.id = shown.id
  join connections c on c.id = i.connection_id
  join workspaces w on w.id = $1
  left join workspace_policies o on o.workspace_id = w.id
  left join sums s on s.key = i.id
  order by shown.sort_name, shown.id`

export const readMyConnections =
  (pool: Pool): MyConnectionsReadings['list'] =>
  async ({ workspaceId, userId, after }) => {
    const { rows } = await pool.query<MyConnection>({
      name: 'settings-my-connections',
      text,
      values: [workspaceId, userId, after ?? '00000000-0000-0000-0000-000000000000'],
    })
    return { rows: rows.slice(0, myConnectionsSize), more: rows.length > myConnectionsSize }
  }
