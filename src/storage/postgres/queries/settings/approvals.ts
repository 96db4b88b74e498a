import type { Pool } from 'pg'
import type { KeptPolicy } from '../../../../installs/actions/set-policy.ts'
import type {
  Approved,
  ApprovedPeople,
  ApprovedPerson,
  ApprovedPublisher,
  ApprovedReadings,
  Candidate,
  ListedConnection,
  Person,
} from '../../../../web/settings/approvals/readings.ts'
import { approvedSql, keptPolicyColumns } from '../../policies.ts'
import { asColumns, type Json } from '../../projection.ts'
import { holds } from '../../search-text.ts'

/** Rows shown at once. */
const approvedSize = 25
/** People of a connection that are named in its row; the others are counted. */
const peopleNamed = 5
/** People shown at once on a connection's own list. */
const approvedPeopleSize = 50

const first = '00000000-0000-0000-0000-000000000000'

const listedConnection: Record<keyof ListedConnection, string> = {
  id: 'c.id',
  name: 'c.name',
  logoHash: 'c.logo_hash',
  firstParty: 'c.first_party',
  verified: 'c.verified',
  disabled: 'c.disabled_at is not null',
}
const candidate: Record<keyof Candidate, string> = {
  ...listedConnection,
  count: 'p.count',
  people: `jsonb_path_query_array(p.people, '$[0 to ${peopleNamed - 1}]')`,
}

/** Who has connection `c` installed in workspace $1: how many, and their names in order. */
const peopleOf = `
  cross join lateral (
    select count(*)::int as count, coalesce((json_agg(json_build_object('id', u.id, 'name', u.name)
      order by lower(u.name), u.id))::jsonb, '[]') as people
    from installations i join users u on u.id = i.user_id
    where i.workspace_id = $1 and i.connection_id = c.id and i.state in ('active', 'suspended')) p`

/** $2 cursor: a connection that was ever installed or approved in workspace $1; no other one reveals its place in the order. */
const behindCursor = `(lower(c.name), c.id) > (coalesce((
  select lower(x.name) from connections x where x.id = $2 and (
    exists (select from approvals y where y.workspace_id = $1 and y.connection_id = x.id)
    or exists (select from installations y where y.workspace_id = $1 and y.connection_id = x.id))), ''), $2)`

const approvedText = `
  select ${keptPolicyColumns},
    coalesce((select json_agg(row) from (
      select ${asColumns<Approved>({ ...candidate, approvedAt: 'a.approved_at', approvedBy: 'b.name' })}
      from approvals a
      join connections c on c.id = a.connection_id and c.deleted_at is null
      left join users b on b.id = a.approved_by
      ${peopleOf}
      where a.workspace_id = $1 and ${behindCursor}
      order by lower(c.name), c.id limit ${approvedSize} + 1) row), '[]') as list
  from workspaces w left join workspace_policies o on o.workspace_id = w.id where w.id = $1`

export const readApproved =
  (pool: Pool): ApprovedReadings['list'] =>
  async ({ workspaceId, after }) => {
    const { rows } = await pool.query<KeptPolicy & { list: Json<Approved>[] }>({
      name: 'settings-approved',
      text: approvedText,
      values: [workspaceId, after ?? first],
    })
    if (!rows[0]) return null
    const { list, ...rules } = rows[0]
    return {
      rules,
      rows: list.slice(0, approvedSize).map(one => ({ ...one, approvedAt: new Date(one.approvedAt) })),
      more: list.length > approvedSize,
    }
  }

export const readPublishers =
  (pool: Pool): ApprovedReadings['publishers'] =>
  async workspaceId => {
    const { rows } = await pool.query<ApprovedPublisher>({
      name: 'settings-approved-publishers',
      text: `select p.host, p.approved_at as "approvedAt", u.name as "approvedBy",
          (select count(*)::int from connections c
           where split_part(c.document_url, '/', 3) = p.host and c.deleted_at is null) as "connections"
        from approved_publishers p left join users u on u.id = p.approved_by
        where p.workspace_id = $1 order by p.host`,
      values: [workspaceId],
    })
    return rows
  }

export const readCandidates =
  (pool: Pool): ApprovedReadings['candidates'] =>
  async ({ workspaceId, words, after }) => {
    const { rows } = await pool.query<Candidate>({
      name: 'settings-approval-candidates',
      text: `
        select ${asColumns<Candidate>(candidate)}
        from (
          select distinct i.connection_id from installations i
          where i.workspace_id = $1 and i.state in ('active', 'suspended')) installed
        join connections c on c.id = installed.connection_id and c.kind = 'public' and c.deleted_at is null
        ${peopleOf}
        where ${behindCursor} and ($3 = '' or ${holds('c.name', '$3')})
          and not ${approvedSql('$1')}
        order by lower(c.name), c.id limit ${approvedSize} + 1`,
      values: [workspaceId, after ?? first, words],
    })
    return { rows: rows.slice(0, approvedSize), more: rows.length > approvedSize }
  }

const approvedPeopleText = `
  with installed as materialized (
    select ${asColumns<ApprovedPerson>({
      id: 'u.id',
      name: 'u.name',
      email: 'u.email',
      state: 'i.state',
      addedAt: 'i.created_at',
      isMember: 'm.user_id is not null',
    })}
    from installations i
    join users u on u.id = i.user_id
    left join members m on m.workspace_id = $1 and m.user_id = u.id
    where i.workspace_id = $1 and i.connection_id = $2 and i.state in ('active', 'suspended'))
  select ${asColumns<ListedConnection>(listedConnection)}, (select count(*)::int from installed) as count,
    coalesce((select json_agg(row) from (
      select * from installed
      where ($3 = '' or ${holds('name', '$3')} or ${holds('email', '$3')})
        and (lower(name), id) > (coalesce((select lower(name) from installed where id = $4), ''), $4)
      order by lower(name), id limit ${approvedPeopleSize} + 1) row), '[]') as people
  from approvals a join connections c on c.id = a.connection_id and c.deleted_at is null
  where a.workspace_id = $1 and a.connection_id = $2`

export const readApprovedPeople =
  (pool: Pool): ApprovedReadings['people'] =>
  async ({ workspaceId, connectionId, words, after }) => {
    type Row = ListedConnection & Json<Pick<ApprovedPeople, 'count' | 'people'>>
    const { rows } = await pool.query<Row>({
      name: 'settings-approved-people',
      text: approvedPeopleText,
      values: [workspaceId, connectionId, words, after ?? first],
    })
    if (!rows[0]) return null
    const { count, people, ...connection } = rows[0]
    return {
      connection,
      count,
      people: people.slice(0, approvedPeopleSize).map(one => ({ ...one, addedAt: new Date(one.addedAt) })),
      more: people.length > approvedPeopleSize,
    }
  }

export const readInstaller =
  (pool: Pool): ApprovedReadings['person'] =>
  async (workspaceId, connectionId, userId) => {
    const { rows } = await pool.query<Person>({
      name: 'settings-installer',
      text: `select u.id, u.name from installations i join users u on u.id = i.user_id
        where i.workspace_id = $1 and i.connection_id = $2 and i.user_id = $3 and i.state in ('active', 'suspended')`,
      values: [workspaceId, connectionId, userId],
    })
    return rows[0] ?? null
  }
