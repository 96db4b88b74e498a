import type { Pool } from 'pg'
import type {
  ConnectionReading,
  ConnectionsReadings,
  PersonWithAccess,
} from '../../../../web/settings/connections/readings.ts'
import { approvedSql, policySql } from '../../policies.ts'
import { asColumns, asObject, type Json } from '../../projection.ts'
import { holds } from '../../search-text.ts'
import { displayStateSql, forEachFilter } from './display-state.ts'
import { reachCtes, reachSql } from './reach.ts'

/** People shown at once. */
const peopleSize = 50

type Row = ConnectionReading['connection'] &
  Pick<ConnectionReading, 'policy' | 'counts'> & { people: Json<PersonWithAccess>[] }

const connectionColumns = asColumns<ConnectionReading['connection']>({
  id: 'c.id',
  kind: 'c.kind',
  name: 'c.name',
  description: 'c.description',
  developerName: 'c.developer_name',
  logoHash: 'c.logo_hash',
  website: 'c.website',
  supportEmail: 'c.support_email',
  supportUrl: 'c.support_url',
  origin: 'c.origin',
  firstParty: 'c.first_party',
  verified: 'c.verified',
  disabled: 'c.disabled_at is not null or c.deleted_at is not null',
  approved: approvedSql('$1'),
})

const countIn = (displayState: string) => `count(*) filter (where display_state = '${displayState}')`
const counts = asObject<ConnectionReading['counts']>({
  active: countIn('active'),
  suspended: countIn('suspended'),
  left: countIn('left'),
  disconnected: countIn('disconnected'),
})

const personWithAccess = asObject<PersonWithAccess>({
  installationId: 'shown.id',
  person: `case when user_id is not null then ${asObject<NonNullable<PersonWithAccess['person']>>({
    id: 'user_id',
    name: 'name',
    email: 'email',
    role: 'role',
  })} end`,
  displayState: 'display_state',
  stateReason: 'state_reason',
  capabilities: 'capabilities',
  addedAt: 'created_at',
  lastUsedAt: 'last_used_at',
  accessEndsAt: 'access_ends_at',
  reach: reachSql,
})

/** $1 workspace, $2 connection, $3 cursor: an installation, $4 words of a person. */
const statements = forEachFilter(
  'settings-connection',
  fits => `
  with installed as materialized (
    select i.*, m.role, coalesce(u.name, '') as name, coalesce(u.email, '') as email,
      lower(coalesce(u.name, '')) as sort_name, ${displayStateSql('m.role')} as display_state
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
  select ${connectionColumns}, ${policySql('o')} as policy,
    (select ${counts} from installed) as counts,
    coalesce((select json_agg(${personWithAccess} order by sort_name, shown.id)
      from shown left join sums s on s.key = shown.id), '[]') as people
  from connections c
  left join workspace_policies o on o.workspace_id = $1
  where c.id = $2 and exists (select from installed)`,
)

/** A connection that was never installed in this workspace is answered like one that does not exist. */
export const readConnection =
  (pool: Pool): ConnectionsReadings['one'] =>
  async ({ workspaceId, connectionId, state, person, after }) => {
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
      people: people.slice(0, peopleSize).map(one => ({
        ...one,
        addedAt: new Date(one.addedAt),
        lastUsedAt: one.lastUsedAt === null ? null : new Date(one.lastUsedAt),
        accessEndsAt: one.accessEndsAt === null ? null : new Date(one.accessEndsAt),
      })),
      more: people.length > peopleSize,
    }
  }
