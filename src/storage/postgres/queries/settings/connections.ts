import type { Pool } from 'pg'
import { noPolicy, type Policy } from '../../../../installs/workspace.ts'
import { forEachFilter, holds, type StateFilter, toStandingSql } from './display-state.ts'
import { type Reach, type ReachRow, reachCtes, toReach } from './reach.ts'

/** Rows shown at once. */
const connectionsSize = 25

export type InstalledConnection = {
  id: string
  kind: 'public' | 'internal'
  name: string
  logoHash: string | null
  website: string | null
  supportEmail: string | null
  supportUrl: string | null
  firstParty: boolean
  verified: boolean
  disabled: boolean
  /** It stands on the approved list. */
  approved: boolean
  /** Who brought it into the workspace, and when; null: an internal one of an unknown creator. */
  addedBy: { id: string; name: string } | null
  addedAt: Date
  /** Installations by state; `left` are not among the active and suspended. */
  active: number
  suspended: number
  left: number
  disconnected: number
  /** The workspace's own active one, of an internal connection. */
  sharedInstallationId: string | null
  /** Active or suspended ones of members who are no owners. */
  byMembers: number
  /** What the active and suspended ones reach, all together. */
  reach: Reach
}

type Row = ReachRow & {
  id: string
  kind: 'public' | 'internal'
  name: string
  logo_hash: string | null
  website: string | null
  support_email: string | null
  support_url: string | null
  first_party: boolean
  verified: boolean
  disabled: boolean
  approved: boolean
  added_by: string | null
  added_by_name: string | null
  added_at: Date
  active: number
  suspended: number
  left: number
  disconnected: number
  shared_installation: string | null
  by_members: number
  restrict_installs: Policy['restrictInstalls'] | null
  auto_approve_first_party: boolean | null
  connection_creation: Policy['connectionCreation'] | null
}

/**
 * $1 workspace, $2 cursor: a connection, $3 words of a person, $4 words of a connection. A connection is shown whole as soon
 * as one installation of it fits the filters.
 */
const statements = forEachFilter(
  'settings-connections',
  fits => `
  with installed as materialized (
    select i.id, i.connection_id, i.user_id, i.created_at, i.state, m.role,
      coalesce(u.name, '') as name, coalesce(u.email, '') as email, ${toStandingSql('m.role')} as standing
    from installations i
    left join users u on u.id = i.user_id
    left join members m on m.workspace_id = i.workspace_id and m.user_id = i.user_id
    where i.workspace_id = $1),
  groups as materialized (
    select connection_id,
      (array_agg(created_at order by standing = 'disconnected', created_at, id))[1] as added_at,
      (array_agg(user_id order by standing = 'disconnected', created_at, id))[1] as added_by,
      (array_agg(id) filter (where user_id is null and standing = 'active'))[1] as shared_installation,
      count(*) filter (where standing = 'active')::int as active,
      count(*) filter (where standing = 'suspended')::int as suspended,
      count(*) filter (where standing = 'left')::int as left,
      count(*) filter (where standing = 'disconnected')::int as disconnected,
      count(*) filter (where standing in ('active', 'suspended') and role <> 'owner')::int as by_members
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
    from shown join installed i on i.connection_id = shown.connection_id and i.standing in ('active', 'suspended')
      and i.state <> 'revoked'`)}
  select c.id, c.kind, c.name, c.logo_hash, c.website, c.support_email, c.support_url,
    c.first_party, c.verified, c.disabled_at is not null or c.deleted_at is not null as disabled,
    exists (select from approvals a where a.workspace_id = $1 and a.connection_id = c.id) as approved,
    u.id as added_by, u.name as added_by_name, shown.added_at,
    shown.active, shown.suspended, shown.left, shown.disconnected, shown.shared_installation, shown.by_members,
    s.granted, s.reached, s.beyond,
    o.restrict_installs, o.auto_approve_first_party, o.connection_creation
  from shown
  join connections c on c.id = shown.connection_id
  left join users u on u.id = coalesce(shown.added_by, c.created_by)
  left join sums s on s.key = c.id
  left join workspace_policies o on o.workspace_id = $1
  order by shown.sort_name, shown.connection_id`,
)

/** Every connection of a workspace that was installed there, by name. */
export async function readConnections(
  pool: Pool,
  question: {
    workspaceId: string
    state: StateFilter
    person: string
    connection: string
    after: string | null
  },
): Promise<{ rows: InstalledConnection[]; more: boolean; policy: Policy }> {
  const { workspaceId, state, person, connection, after } = question
  const { rows } = await pool.query<Row>({
    ...statements[state],
    values: [workspaceId, after ?? '00000000-0000-0000-0000-000000000000', person, connection],
  })
  return {
    rows: rows.slice(0, connectionsSize).map(toConnection),
    more: rows.length > connectionsSize,
    policy: toPolicy(rows[0]),
  }
}

function toPolicy(row: Row | undefined): Policy {
  return {
    restrictInstalls: row?.restrict_installs ?? noPolicy.restrictInstalls,
    autoApproveFirstParty: row?.auto_approve_first_party ?? noPolicy.autoApproveFirstParty,
    connectionCreation: row?.connection_creation ?? noPolicy.connectionCreation,
  }
}

function toConnection(row: Row): InstalledConnection {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    logoHash: row.logo_hash,
    website: row.website,
    supportEmail: row.support_email,
    supportUrl: row.support_url,
    firstParty: row.first_party,
    verified: row.verified,
    disabled: row.disabled,
    approved: row.approved,
    addedBy: row.added_by === null ? null : { id: row.added_by, name: row.added_by_name! },
    addedAt: row.added_at,
    active: row.active,
    suspended: row.suspended,
    left: row.left,
    disconnected: row.disconnected,
    sharedInstallationId: row.shared_installation,
    byMembers: row.by_members,
    reach: toReach(row),
  }
}
