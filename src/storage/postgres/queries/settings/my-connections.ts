import type { Pool } from 'pg'
import type { Capability } from '../../../../installs/capability.ts'
import type { InstallationState } from '../../../../installs/installation.ts'
import type { Placement } from '../../../../installs/policy.ts'
import { type PlacementRow, placementColumns, toPlacement } from '../../stores/placements.ts'
import { type Reach, type ReachRow, reachCtes, toReach } from './reach.ts'

/** Rows shown at once. */
const myConnectionsSize = 50

export type MyConnection = {
  installationId: string
  state: InstallationState
  stateReason: string | null
  capabilities: Capability[]
  addedAt: Date
  lastUsedAt: Date | null
  reach: Reach
  connection: {
    id: string
    name: string
    logoHash: string | null
    website: string | null
    supportEmail: string | null
    supportUrl: string | null
    verified: boolean
  }
  /** Whether it could be installed today. */
  placement: Placement
}

type Row = PlacementRow &
  ReachRow & {
    id: string
    state: InstallationState
    state_reason: string | null
    allowed: Capability[]
    created_at: Date
    last_used_at: Date | null
    name: string
    logo_hash: string | null
    website: string | null
    support_email: string | null
    support_url: string | null
    verified: boolean
  }

/** $1 workspace, $2 user, $3 cursor: an installation; behind it by the connection's name. */
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
  select i.id, i.state, i.state_reason, i.capabilities as allowed, i.created_at, i.last_used_at,
    c.name, c.logo_hash, c.website, c.support_email, c.support_url, c.verified,
    s.granted, s.reached, s.beyond, ${placementColumns('$2')}
  from shown
  join installations i on i.workspace_id = $1 and i.id = shown.id
  join connections c on c.id = i.connection_id
  join workspaces w on w.id = $1
  left join workspace_policies o on o.workspace_id = w.id
  left join sums s on s.key = i.id
  order by shown.sort_name, shown.id`

/** What a member installed in a workspace and did not disconnect, by the connection's name. */
export async function readMyConnections(
  pool: Pool,
  question: { workspaceId: string; userId: string; after: string | null },
): Promise<{ rows: MyConnection[]; more: boolean }> {
  const { workspaceId, userId, after } = question
  const { rows } = await pool.query<Row>({
    name: 'settings-my-connections',
    text,
    values: [workspaceId, userId, after ?? '00000000-0000-0000-0000-000000000000'],
  })
  return {
    rows: rows.slice(0, myConnectionsSize).map(row => ({
      installationId: row.id,
      state: row.state,
      stateReason: row.state_reason,
      capabilities: row.allowed,
      addedAt: row.created_at,
      lastUsedAt: row.last_used_at,
      reach: toReach(row),
      connection: {
        id: row.connection_id,
        name: row.name,
        logoHash: row.logo_hash,
        website: row.website,
        supportEmail: row.support_email,
        supportUrl: row.support_url,
        verified: row.verified,
      },
      placement: toPlacement(row),
    })),
    more: rows.length > myConnectionsSize,
  }
}
