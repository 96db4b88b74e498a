import type { Pool } from 'pg'
import { noPolicy, type Policy } from '../../../../installs/workspace.ts'
import type {
  ConnectionsReadings,
  InstalledConnection,
} from '../../../../web/settings/connections/readings.ts'
import { approvedSql, policySql } from '../../policies.ts'
import { asColumns, asObject } from '../../projection.ts'
import { holds } from '../../search-text.ts'
import { displayStateSql, forEachFilter } from './display-state.ts'
import { reachCtes, reachSql } from './reach.ts'

/** Rows shown at once. */
const connectionsSize = 25

const columns = asColumns<InstalledConnection>({
  id: 'c.id',
  kind: 'c.kind',
  name: 'c.name',
  logoHash: 'c.logo_hash',
  website: 'c.website',
  supportEmail: 'c.support_email',
  supportUrl: 'c.support_url',
  origin: 'c.origin',
  firstParty: 'c.first_party',
  verified: 'c.verified',
  disabled: 'c.disabled_at is not null or c.deleted_at is not null',
  approved: approvedSql('$1'),
  addedBy: `case when u.id is not null then ${asObject<NonNullable<InstalledConnection['addedBy']>>({
    id: 'u.id',
    name: 'u.name',
  })} end`,
  addedAt: 'shown.added_at',
  active: 'shown.active',
  suspended: 'shown.suspended',
  left: 'shown.left',
  disconnected: 'shown.disconnected',
  sharedInstallationId: 'shown.shared_installation',
  byMembers: 'shown.by_members',
  reach: reachSql,
})

/**
 * $1 workspace, $2 cursor: a connection, $3 words of a person, $4 words of a connection. A connection is counted as a whole as
 * soon as one installation of it fits the filters.
 */
const statements = forEachFilter(
  'settings-connections',
  fits => `
  with installed as materialized (
    select i.id, i.connection_id, i.user_id, i.created_at, i.state, m.role,
      coalesce(u.name, '') as name, coalesce(u.email, '') as email, ${displayStateSql('m.role')} as display_state
    from installations i
    left join users u on u.id = i.user_id
    left join members m on m.workspace_id = i.workspace_id and m.user_id = i.user_id
    where i.workspace_id = $1),
  groups as materialized (
    select connection_id,
      (array_agg(created_at order by display_state = 'disconnected', created_at, id))[1] as added_at,
      (array_agg(user_id order by display_state = 'disconnected', created_at, id))[1] as added_by,
      (array_agg(id) filter (where user_id is null and display_state = 'active'))[1] as shared_installation,
      count(*) filter (where display_state = 'active')::int as active,
      count(*) filter (where display_state = 'suspended')::int as suspended,
      count(*) filter (where display_state = 'left')::int as left,
      count(*) filter (where display_state = 'disconnected')::int as disconnected,
      count(*) filter (where display_state in ('active', 'suspended') and role <> 'owner')::int as by_members
    from installed group by connection_id
    having bool_or(${fits} and ($3 = '' or ${holds('name', '$3')} or ${holds('email', '$3')}))),
  found as materialized (
    select g.*, lower(c.name) as sort_name from groups g join connections c on c.id = g.connection_id
    where $4 = '' or ${holds('c.name', '$4')}),
  shown as materialized (
    select * from found
    where (sort_name, connection_id) >
      (coalesce((select sort_name from found where connection_id = $2), ''), $2::uuid)
    order by sort_name, connection_id limit ${connectionsSize} + 1),
  ${reachCtes(`select i.connection_id as key, i.id as installation_id
    from shown join installed i on i.connection_id = shown.connection_id and i.display_state in ('active', 'suspended')
      and i.state <> 'revoked'`)}
  select ${columns}, ${policySql('o')} as policy
  from shown
  join connections c on c.id = shown.connection_id
  left join users u on u.id = coalesce(shown.added_by, c.created_by)
  left join sums s on s.key = c.id
  left join workspace_policies o on o.workspace_id = $1
  order by shown.sort_name, shown.connection_id`,
)

/** Every connection that was installed in the workspace, by name. */
export const readConnections =
  (pool: Pool): ConnectionsReadings['list'] =>
  async ({ workspaceId, state, person, connection, after }) => {
    const { rows } = await pool.query<InstalledConnection & { policy: Policy }>({
      ...statements[state],
      values: [workspaceId, after ?? '00000000-0000-0000-0000-000000000000', person, connection],
    })
    return {
      rows: rows.slice(0, connectionsSize),
      more: rows.length > connectionsSize,
      policy: rows[0]?.policy ?? noPolicy,
    }
  }
