import type { Pool } from 'pg'
import type { KeptPolicy } from '../../../../installs/actions/set-policy.ts'
import { type PolicyRow, toPolicy } from '../../policies.ts'
import { holds } from './display-state.ts'

/** Rows shown at once. */
const approvedSize = 25
/** People of a connection that are named in its row; the others are counted. */
const peopleNamed = 5
/** People shown at once on a connection's own list. */
const approvedPeopleSize = 50

const first = '00000000-0000-0000-0000-000000000000'

type ConnectionRow = {
  id: string
  name: string
  logoHash: string | null
  firstParty: boolean
  verified: boolean
  disabled: boolean
}
type Person = { id: string; name: string }

const connectionColumns = `c.id, c.name, c.logo_hash as "logoHash", c.first_party as "firstParty", c.verified,
  c.disabled_at is not null as disabled`

/** Who has connection `c` installed in workspace $1: how many, and the first by name. */
const peopleOf = `
  cross join lateral (
    select count(*)::int as count, coalesce((json_agg(json_build_object('id', u.id, 'name', u.name)
      order by lower(u.name), u.id))::jsonb, '[]') as people
    from installations i join users u on u.id = i.user_id
    where i.workspace_id = $1 and i.connection_id = c.id and i.state in ('active', 'suspended')) p`

const named = (column: string) => `jsonb_path_query_array(${column}, '$[0 to ${peopleNamed - 1}]') as people`

/** $2 cursor: a connection that is or was in use in workspace $1; nobody's but theirs says where it stands. By name, behind it. */
const behindCursor = `(lower(c.name), c.id) > (coalesce((
  select lower(x.name) from connections x where x.id = $2 and (
    exists (select from approvals y where y.workspace_id = $1 and y.connection_id = x.id)
    or exists (select from installations y where y.workspace_id = $1 and y.connection_id = x.id))), ''), $2)`

export type ApprovedConnection = ConnectionRow & {
  approvedAt: Date
  /** null: someone who is gone, or the operator. */
  approvedBy: string | null
  /** How many have it installed, the first of them by name. */
  count: number
  people: Person[]
}

/** A window of the approved list by name, with the policy that gives it effect. null when there is no such workspace. */
export async function readApproved(
  pool: Pool,
  question: { workspaceId: string; after: string | null },
): Promise<{ rules: KeptPolicy; rows: ApprovedConnection[]; more: boolean } | null> {
  const { rows: rules } = await pool.query<
    PolicyRow & { list: (ApprovedConnection & { approvedAt: string })[] }
  >({
    name: 'settings-approved',
    text: `
      select w.plan, o.restrict_installs, o.auto_approve_first_party, o.connection_creation, o.updated_at, o.updated_by,
        coalesce((select json_agg(row) from (
          select ${connectionColumns}, a.approved_at as "approvedAt", b.name as "approvedBy", p.count, ${named('p.people')}
          from approvals a
          join connections c on c.id = a.connection_id and c.deleted_at is null
          left join users b on b.id = a.approved_by
          ${peopleOf}
          where a.workspace_id = $1 and ${behindCursor}
          order by lower(c.name), c.id limit ${approvedSize} + 1) row), '[]') as list
      from workspaces w left join workspace_policies o on o.workspace_id = w.id where w.id = $1`,
    values: [question.workspaceId, question.after ?? first],
  })
  const [row] = rules
  if (!row) return null
  const rows = row.list.map(one => ({ ...one, approvedAt: new Date(one.approvedAt) }))
  return { rules: toPolicy(row), rows: rows.slice(0, approvedSize), more: rows.length > approvedSize }
}

export type ApprovalCandidate = ConnectionRow & { count: number; people: Person[] }

/** A window of what is installed in the workspace and not on its list, by name. `words`: in the name; '' looks for nothing. */
export async function readCandidates(
  pool: Pool,
  question: { workspaceId: string; words: string; after: string | null },
): Promise<{ rows: ApprovalCandidate[]; more: boolean }> {
  const { rows } = await pool.query<ApprovalCandidate>({
    name: 'settings-approval-candidates',
    text: `
      select ${connectionColumns}, p.count, ${named('p.people')}
      from (
        select distinct i.connection_id from installations i
        where i.workspace_id = $1 and i.state in ('active', 'suspended')) installed
      join connections c on c.id = installed.connection_id and c.kind = 'public' and c.deleted_at is null
      ${peopleOf}
      where ${behindCursor} and ($3 = '' or ${holds('c.name', '$3')})
        and not exists (select from approvals a where a.workspace_id = $1 and a.connection_id = c.id)
      order by lower(c.name), c.id limit ${approvedSize} + 1`,
    values: [question.workspaceId, question.after ?? first, question.words],
  })
  return { rows: rows.slice(0, approvedSize), more: rows.length > approvedSize }
}

export type ApprovedPerson = Person & {
  email: string
  state: 'active' | 'suspended'
  addedAt: Date
  isMember: boolean
}
export type ApprovedPeople = {
  connection: ConnectionRow
  /** How many have it installed, whatever is looked for. */
  count: number
  people: ApprovedPerson[]
  more: boolean
}

/** An approved connection with a window of those who installed it, by name. null when it is not on the list. */
export async function readApprovedPeople(
  pool: Pool,
  question: { workspaceId: string; connectionId: string; words: string; after: string | null },
): Promise<ApprovedPeople | null> {
  type Row = ConnectionRow & { count: number; list: (ApprovedPerson & { addedAt: string })[] }
  const { rows } = await pool.query<Row>({
    name: 'settings-approved-people',
    text: `
      with installed as materialized (
        select u.id, u.name, u.email, i.state, i.created_at as "addedAt", m.user_id is not null as "isMember"
        from installations i
        join users u on u.id = i.user_id
        left join members m on m.workspace_id = $1 and m.user_id = u.id
        where i.workspace_id = $1 and i.connection_id = $2 and i.state in ('active', 'suspended'))
      select ${connectionColumns}, (select count(*)::int from installed) as count,
        coalesce((select json_agg(row) from (
          select * from installed
          where ($3 = '' or ${holds('name', '$3')} or ${holds('email', '$3')})
            and (lower(name), id) > (coalesce((select lower(name) from installed where id = $4), ''), $4)
          order by lower(name), id limit ${approvedPeopleSize} + 1) row), '[]') as list
      from approvals a join connections c on c.id = a.connection_id and c.deleted_at is null
      where a.workspace_id = $1 and a.connection_id = $2`,
    values: [question.workspaceId, question.connectionId, question.words, question.after ?? first],
  })
  const [row] = rows
  if (!row) return null
  const { count, list, ...connection } = row
  const people = list.map(one => ({ ...one, addedAt: new Date(one.addedAt) }))
  return {
    connection,
    count,
    people: people.slice(0, approvedPeopleSize),
    more: people.length > approvedPeopleSize,
  }
}

/** Someone who has the connection installed there; null: he has not. */
export async function readInstaller(
  pool: Pool,
  workspaceId: string,
  connectionId: string,
  userId: string,
): Promise<Person | null> {
  const { rows } = await pool.query<Person>({
    name: 'settings-installer',
    text: `select u.id, u.name from installations i join users u on u.id = i.user_id
      where i.workspace_id = $1 and i.connection_id = $2 and i.user_id = $3 and i.state in ('active', 'suspended')`,
    values: [workspaceId, connectionId, userId],
  })
  return rows[0] ?? null
}
