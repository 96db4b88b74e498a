import type { Pool } from 'pg'
import type { EventKind } from '../../../../installs/events.ts'
import type { HistoryCursor, HistoryFilter, HistoryRow } from '../../../../installs/history.ts'

type Row = {
  id: string
  at: Date
  kind: EventKind
  address: string | null
  request_id: string | null
  data: Record<string, unknown>
  actor_id: string | null
  actor_name: string | null
  actor_email: string | null
  connection_id: string | null
  connection_name: string | null
  installer_id: string | null
  installer_name: string | null
  from_name: string | null
  to_name: string | null
}

/** Most people that part of a name stands for. */
const peopleLimit = 50

/** $1 workspace, $2 $3 cursor, $4 connection, $5 kinds, $6 from, $7 limit. */
const fits = (event: string) => `${event}.workspace_id = $1 and (${event}.at, ${event}.id) < ($2, $3)
  and ($4::uuid is null or ${event}.connection_id = $4) and (cardinality($5::text[]) = 0 or ${event}.kind = any($5))
  and ($6::timestamptz is null or ${event}.at >= $6)`
const newest = 'order by at desc, id desc limit $7'

const all = `select * from events e where ${fits('e')} ${newest}`

/** What he did himself, and what befell installations while they were his: each walks an index and stops after a screen. */
const ofPeople = `
  with people as materialized (
    select u.id from users u where (u.name ilike $8 or u.email ilike $8) and (
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

const named = (events: string) => `
  select e.id, e.at, e.kind, e.address, e.request_id, e.data, e.actor_id, a.name as actor_name, a.email as actor_email,
    e.connection_id, c.name as connection_name, e.installer_id, u.name as installer_name,
    f.name as from_name, t.name as to_name
  from (${events}) e
  left join users a on a.id = e.actor_id
  left join connections c on c.id = e.connection_id
  left join users u on u.id = e.installer_id
  left join users f on e.kind like 'hand-over.%' and f.id = (e.data->>'from_id')::uuid
  left join users t on e.kind like 'hand-over.%' and t.id = (e.data->>'to_id')::uuid
  order by e.at desc, e.id desc`

// The planner is told the filters' values: with a generic plan it could not choose the index of the filter that is set.
const texts = { all: named(all), ofPeople: named(ofPeople) }

/** No event is as late as this. */
const never = new Date('9999-12-31T00:00:00Z')

/** The end of the time that is asked for is where the first window begins: a walk over all that came later is spared. */
function startOf(after: HistoryCursor | null, until: Date | null): HistoryCursor {
  const end = until ?? never
  return after && after.at < end ? after : { at: end, id: '00000000-0000-0000-0000-000000000000' }
}

/** A window of a workspace's events, newest first. */
export async function readHistory(
  pool: Pool,
  question: { workspaceId: string; filter: HistoryFilter; after: HistoryCursor | null; limit: number },
): Promise<HistoryRow[]> {
  const { filter, workspaceId, limit } = question
  const after = startOf(question.after, filter.until)
  const values = [workspaceId, after.at, after.id, filter.connectionId, filter.kinds, filter.from, limit]
  const { rows } = await (filter.person === ''
    ? pool.query<Row>(texts.all, values)
    : pool.query<Row>(texts.ofPeople, [...values, `%${filter.person.replace(/[\\%_]/g, '\\$&')}%`]))
  return rows.map(toHistoryRow)
}

/** All of it, in windows, for a download: nothing is held but one window. */
export async function* streamHistory(
  pool: Pool,
  question: { workspaceId: string; filter: HistoryFilter },
): AsyncGenerator<HistoryRow> {
  let after: HistoryCursor | null = null
  for (;;) {
    const rows: HistoryRow[] = await readHistory(pool, { ...question, after, limit: 1_000 })
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < 1_000) return
    after = { at: last.at, id: last.id }
  }
}

/** The connections that the workspace's events can speak of: installed here once, or its own. By name, 500 at most. */
export async function readHistoryConnections(
  pool: Pool,
  workspaceId: string,
): Promise<{ id: string; name: string }[]> {
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

function toHistoryRow(row: Row): HistoryRow {
  return {
    id: row.id,
    at: row.at,
    kind: row.kind,
    actor:
      row.actor_id && row.actor_name !== null
        ? { id: row.actor_id, name: row.actor_name, email: row.actor_email! }
        : null,
    connection:
      row.connection_id && row.connection_name !== null
        ? { id: row.connection_id, name: row.connection_name }
        : null,
    installer:
      row.installer_id && row.installer_name !== null
        ? { id: row.installer_id, name: row.installer_name }
        : null,
    handOver: { from: row.from_name, to: row.to_name },
    address: row.address,
    requestId: row.request_id,
    data: row.data,
  }
}
