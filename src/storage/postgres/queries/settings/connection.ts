import type { Pool } from 'pg'
import type { Capability } from '../../../../installs/capability.ts'
import type { Policy } from '../../../../installs/workspace.ts'
import { forEachFilter, holds, type Standing, type StateFilter, toStandingSql } from './display-state.ts'
import { type Reach, type ReachRow, reachCtes, toReach } from './reach.ts'

/** People shown at once. */
const peopleSize = 50

/** One installation of a connection, and whose it is. */
export type PersonWithAccess = {
  installationId: string
  /** null: an internal connection, which belongs to the workspace. */
  person: { id: string; name: string; email: string; role: 'owner' | 'member' | 'guest' | null } | null
  standing: Standing
  stateReason: string | null
  capabilities: Capability[]
  addedAt: Date
  lastUsedAt: Date | null
  reach: Reach
}

/** A connection as a workspace has it, and a window of those who installed it. */
export type ConnectionReading = {
  connection: {
    id: string
    kind: 'public' | 'internal'
    name: string
    description: string | null
    developerName: string | null
    logoHash: string | null
    website: string | null
    supportEmail: string | null
    supportUrl: string | null
    firstParty: boolean
    verified: boolean
    disabled: boolean
    approved: boolean
  }
  policy: Policy
  counts: { active: number; suspended: number; left: number; disconnected: number }
  people: PersonWithAccess[]
  more: boolean
}

type PersonRow = ReachRow & {
  id: string
  user_id: string | null
  name: string
  email: string
  role: 'owner' | 'member' | 'guest' | null
  standing: Standing
  state_reason: string | null
  capabilities: Capability[]
  created_at: string
  last_used_at: string | null
}

type Row = ConnectionReading['connection'] & {
  policy: Policy
  counts: ConnectionReading['counts']
  people: PersonRow[]
}

/** $1 workspace, $2 connection, $3 cursor: an installation, $4 words of a person. */
const statements = forEachFilter(
  'settings-connection',
  fits => `
  with installed as materialized (
    select i.*, m.role, coalesce(u.name, '') as name, coalesce(u.email, '') as email,
      lower(coalesce(u.name, '')) as sort_name, ${toStandingSql('m.role')} as standing
    from installations i
    left join users u on u.id = i.user_id
    left join members m on m.workspace_id = i.workspace_id and m.user_id = i.user_id
    where i.workspace_id = $1 and i.connection_id = $2),
  shown as materialized (
    select * from installed
    where ${fits} and ($4 = '' or ${holds('name', '$4')} or ${holds('email', '$4')})
      and (sort_name, id) > (coalesce((select sort_name from installed where id = $3), ''), $3::uuid)
    order by sort_name, id limit ${peopleSize} + 1),
  ${reachCtes('select id as key, id as installation_id from shown')}
  select c.id, c.kind, c.name, c.description, c.developer_name as "developerName",
    c.logo_hash as "logoHash", c.website, c.support_email as "supportEmail",
    c.support_url as "supportUrl", c.first_party as "firstParty", c.verified,
    c.disabled_at is not null or c.deleted_at is not null as disabled,
    exists (select from approvals a where a.workspace_id = $1 and a.connection_id = c.id) as approved,
    json_build_object('restrictInstalls', coalesce(o.restrict_installs, 'none'),
      'autoApproveFirstParty', coalesce(o.auto_approve_first_party, false),
      'connectionCreation', coalesce(o.connection_creation, 'everyone')) as policy,
    (select json_build_object('active', count(*) filter (where standing = 'active'),
      'suspended', count(*) filter (where standing = 'suspended'), 'left', count(*) filter (where standing = 'left'),
      'disconnected', count(*) filter (where standing = 'disconnected')) from installed) as counts,
    coalesce((select json_agg(json_build_object('id', shown.id, 'user_id', user_id, 'name', name, 'email', email,
      'role', role, 'standing', standing, 'state_reason', state_reason, 'capabilities', capabilities,
      'created_at', created_at, 'last_used_at', last_used_at, 'granted', s.granted, 'reached', s.reached,
      'beyond', s.beyond) order by sort_name, shown.id)
      from shown left join sums s on s.key = shown.id), '[]') as people
  from connections c
  left join workspace_policies o on o.workspace_id = $1
  where c.id = $2 and exists (select from installed)`,
)

/** null when the connection was never installed in this workspace: it might as well not exist. */
export async function readConnection(
  pool: Pool,
  question: {
    workspaceId: string
    connectionId: string
    state: StateFilter
    person: string
    after: string | null
  },
): Promise<ConnectionReading | null> {
  const { workspaceId, connectionId, state, person, after } = question
  const { rows } = await pool.query<Row>({
    ...statements[state],
    values: [workspaceId, connectionId, after ?? '00000000-0000-0000-0000-000000000000', person],
  })
  const [row] = rows
  if (!row) return null
  const { policy, counts, people, ...connection } = row
  return {
    connection,
    policy,
    counts,
    people: people.slice(0, peopleSize).map(toPerson),
    more: people.length > peopleSize,
  }
}

function toPerson(row: PersonRow): PersonWithAccess {
  return {
    installationId: row.id,
    person:
      row.user_id === null ? null : { id: row.user_id, name: row.name, email: row.email, role: row.role },
    standing: row.standing,
    stateReason: row.state_reason,
    capabilities: row.capabilities,
    addedAt: new Date(row.created_at),
    lastUsedAt: row.last_used_at === null ? null : new Date(row.last_used_at),
    reach: toReach(row),
  }
}
