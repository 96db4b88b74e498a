import type { Pool } from 'pg'
import type { HistoryCursor, HistoryRow } from '../../../../installs/history.ts'
import type { HistoryReadings } from '../../../../web/settings/history/readings.ts'
import { asColumns, asObject } from '../../projection.ts'
import { literal, searchable } from '../../search-text.ts'

/** At most this many people are searched for by part of a name. */
const peopleLimit = 50

/** $1 workspace, $2 $3 cursor, $4 connection, $5 kinds, $6 from, $7 limit. */
const fits = (event: string) => `${event}.workspace_id = $1 and (${event}.at, ${event}.id) < ($2, $3)
  and ($4::uuid is null or ${event}.connection_id = $4) and (cardinality($5::text[]) = 0 or ${event}.kind = any($5))
  and ($6::timestamptz is null or ${event}.at >= $6)`
const newest = 'order by at desc, id desc limit $7'

const all = `select * from events e where ${fits('e')} ${newest}`

/** Their own actions, and the events of their installations: each branch walks an index and stops after a window. */
const ofPeople = `
  with people as materialized (
    select u.id from users u where (${searchable('u.name')} ilike $8 or ${searchable('u.email')} ilike $8) and (
      exists (select from members m where m.workspace_id = $1 and m.user_id = u.id)
      or exists (select from events e where e.workspace_id = $1 and e.actor_id = u.id)
      or exists (select from events e where e.workspace_id = $1 and e.installer_id = u.id))
    order by u.name, u.id limit ${peopleLimit}),
  done as (
    select e.* from people p cross join lateral (
      select * from events e where e.actor_id = p.id and ${fits('e')} ${newest}) e),
  undergone as (
    select e.* from people p cross join lateral (
      select * from events e where e.installer_id = p.id and ${fits('e')} ${newest}) e)
  select * from (select * from done union select * from undergone) e ${newest}`

const columns = asColumns<HistoryRow>({
  id: 'e.id',
  at: 'e.at',
  kind: 'e.kind',
  actor: `case when a.id is not null then ${asObject<NonNullable<HistoryRow['actor']>>({
    id: 'a.id',
    name: 'a.name',
    email: 'a.email',
  })} end`,
  connection: `case when c.id is not null then ${asObject<NonNullable<HistoryRow['connection']>>({
    id: 'c.id',
    name: 'c.name',
  })} end`,
  installer: `case when u.id is not null then ${asObject<NonNullable<HistoryRow['installer']>>({
    id: 'u.id',
    name: 'u.name',
  })} end`,
  handOver: asObject<HistoryRow['handOver']>({ from: 'f.name', to: 't.name' }),
  address: 'e.address',
  requestId: 'e.request_id',
  data: 'e.data',
})

const named = (events: string) => `
  select ${columns}
  from (${events}) e
  left join users a on a.id = e.actor_id
  left join connections c on c.id = e.connection_id
  left join users u on u.id = e.installer_id
  left join users f on e.kind like 'hand-over.%' and f.id = (e.data->>'from_id')::uuid
  left join users t on e.kind like 'hand-over.%' and t.id = (e.data->>'to_id')::uuid
  order by e.at desc, e.id desc`

// Not prepared by name: a generic plan could not choose the index of the filter that is set.
const texts = { all: named(all), ofPeople: named(ofPeople) }

/** No event is as late as this. */
const never = new Date('9999-12-31T00:00:00Z')

/** The first window begins at the end of the time that is asked for, so that later events are not walked. */
function startOf(after: HistoryCursor | null, until: Date | null): HistoryCursor {
  const end = until ?? never
  return after && after.at < end ? after : { at: end, id: '00000000-0000-0000-0000-000000000000' }
}

export const readHistory =
  (pool: Pool): HistoryReadings['window'] =>
  async ({ workspaceId, filter, after, limit }) => {
    const start = startOf(after, filter.until)
    const values = [workspaceId, start.at, start.id, filter.connectionId, filter.kinds, filter.from, limit]
    const { rows } = await (filter.person === ''
      ? pool.query<HistoryRow>(texts.all, values)
      : pool.query<HistoryRow>(texts.ofPeople, [...values, `%${literal(filter.person)}%`]))
    return rows
  }

/** Reads window after window, and holds one at a time. */
export function streamHistory(pool: Pool): HistoryReadings['stream'] {
  const read = readHistory(pool)
  return async function* stream(question) {
    let after: HistoryCursor | null = null
    for (;;) {
      const rows: HistoryRow[] = await read({ ...question, after, limit: 1_000 })
      yield* rows
      const last = rows.at(-1)
      if (!last || rows.length < 1_000) return
      after = { at: last.at, id: last.id }
    }
  }
}

/** Connections that were installed or approved in the workspace or belong to it, by name, 500 at most. */
export const readHistoryConnections =
  (pool: Pool): HistoryReadings['connections'] =>
  async workspaceId => {
    const { rows } = await pool.query<{ id: string; name: string }>({
      name: 'history-connections',
      text: `select c.id, c.name from connections c
             where c.workspace_id = $1 or c.id in (select connection_id from installations where workspace_id = $1)
               or c.id in (select connection_id from approvals where workspace_id = $1)
             order by lower(c.name), c.id limit 500`,
      values: [workspaceId],
    })
    return rows
  }
