/**
 * Deletes expired rows, in small batches that skip locked rows, so that any number of hosts may do it beside the requests.
 * Expiry is checked on every read: this only keeps the tables small.
 */
import type { ClientBase, Pool } from 'pg'
import { transact } from './transaction.ts'

/** The result of one batch. `reached`: the last expiry that it read, to the microsecond; null for an empty batch. */
type Batch = { looked: number; removed: number; reached: string | null }

type Task = {
  name: string
  /** $1 now, $2 the cursor, $3 rows to look at. Answers with a Batch. */
  text: string
  /** The latest expiry that it reads, in days from now, for a task that keeps some of its rows. */
  horizonDays?: number
}

/** Some 10 ms of PostgreSQL's time, of tokens. */
const batchSize = 5_000
const dayMs = 86_400_000
/** How far a mark goes back that a wrong clock had set in the future. */
const setBackDays = 8

const answer = (looked: string, time: string, removed: string) =>
  `select count(*)::int as looked, max(${time})::text as reached, (select count(*)::int from ${removed}) as removed from ${looked}`

/** Rows are found by an index on `time`, and deleted by their place in the table. */
const expired = (table: string, time = 'expires_at', age = '0') => ({
  name: table,
  text: `with over as materialized (
      select ctid, ${time} from ${table}
      where ${time} >= $2 and ${time} < $1::timestamptz - interval '${age}'
      order by ${time} limit $3 for update skip locked
    ), gone as (
      delete from ${table} where ctid = any (array(select ctid from over)) returning 1
    ) ${answer('over', time, 'gone')}`,
})

/**
 * Used refresh tokens are kept for a week, so that a replay is detected; there may be thousands in a family. A token that was
 * used a week ago is the parent of one that expires within 83 days, as a refresh token lives 90 days at most: the successors
 * are looked at in the order of their expiry.
 */
const usedRefreshTokens: Task = {
  name: 'used refresh tokens',
  horizonDays: 83,
  text: `with next as materialized (
      select parent_hash, expires_at from refresh_tokens
      where expires_at > $2 and expires_at < $1::timestamptz + interval '83 days'
      order by expires_at fetch first $3 rows with ties
    ), used as materialized (
      select ctid from refresh_tokens where token_hash = any (array(select parent_hash from next)) for update skip locked
    ), gone as (
      delete from refresh_tokens where ctid = any (array(select ctid from used)) returning 1
    ) ${answer('next', 'expires_at', 'gone')}`,
}

/** Consents go a day after they could no longer be redeemed, unless they were; with them their authorization and its code. */
const unredeemedConsents: Task = {
  name: 'unredeemed consents',
  horizonDays: -1,
  text: `with over as materialized (
      select id, expires_at from consents
      where expires_at > $2 and expires_at < $1::timestamptz - interval '1 day'
      order by expires_at fetch first $3 rows with ties
    ), unredeemed as materialized (
      select id from over where not exists (
        select from authorizations a where a.consent_id = over.id and a.redeemed_at is not null)
    ), codes as (
      delete from authorizations where consent_id = any (array(select id from unredeemed))
    ), gone as (
      delete from consents where id = any (array(select id from unredeemed)) returning 1
    ) ${answer('over', 'expires_at', 'gone')}`,
}

/** An attempt goes with its steps: deleting these first spares one look-up by foreign key for each attempt. */
const flowLog: Task = {
  name: 'flow_attempts',
  text: `with over as materialized (
      select ctid, id, last_at from flow_attempts
      where last_at >= $2 and last_at < $1::timestamptz - interval '30 days'
      order by last_at limit $3 for update skip locked
    ), steps as (
      delete from flow_steps where attempt_id = any (array(select id from over)) returning 1
    ), gone as (
      delete from flow_attempts where ctid = any (array(select ctid from over)) returning 1
    ), removed as (select from steps union all select from gone)
    ${answer('over', 'last_at', 'removed')}`,
}

/**
 * A connection that registered itself and that nobody installed, asked for or approved within a day is gone: whoever comes back
 * with its id registers anew.
 */
const unusedRegistrations: Task = {
  name: 'unused registrations',
  text: `with over as materialized (
      select ctid, id, created_at from connections c
      where origin = 'self-registered' and created_at > $2 and created_at < $1::timestamptz - interval '1 day'
        and not exists (select from installations i where i.connection_id = c.id)
        and not exists (select from consents n where n.connection_id = c.id)
        and not exists (select from approval_requests q where q.connection_id = c.id)
        and not exists (select from approvals a where a.connection_id = c.id)
      order by created_at limit $3 for update skip locked
    ), gone as (
      delete from connections where ctid = any (array(select ctid from over)) returning 1
    ) ${answer('over', 'created_at', 'gone')}`,
}

const tasks: Task[] = [
  expired('access_tokens'),
  expired('refresh_tokens'),
  usedRefreshTokens,
  expired('authorizations'),
  unredeemedConsents,
  flowLog,
  unusedRegistrations,
  expired('webhook_events', 'numbered_at', '30 days'),
  expired('webhook_deliveries', 'created_at', '30 days'),
  // Filled without SMTP_URL too.
  expired('mail_outbox', 'recorded_at', '1 day'),
  expired('mails', 'created_at', '30 days'),
]

/** Waits between two batches, of which the last one took so long. */
export type Pace = (batchMs: number) => Promise<void>

/**
 * One pass over all tables, until only locked rows are left of the expired ones.
 * @param signal ends the pass after the batch under way.
 * @returns the number of rows deleted.
 */
export async function sweepExpired(
  pool: Pool,
  now: Date,
  options: { pace?: Pace; signal?: AbortSignal } = {},
): Promise<number> {
  let removed = 0
  for (const task of tasks) removed += await sweepTask(pool, task, now, options)
  return removed
}

async function sweepTask(
  pool: Pool,
  task: Task,
  now: Date,
  { pace, signal }: { pace?: Pace; signal?: AbortSignal },
): Promise<number> {
  let removed = 0
  let cursor = '-infinity'
  while (!signal?.aborted) {
    const begun = performance.now()
    const batch = await transact(pool, client =>
      task.horizonDays === undefined
        ? sweepBatch(client, task, now, cursor)
        : sweepFromMark(client, task, horizonOf(task.horizonDays, now), now),
    )
    if (!batch?.reached) break
    removed += batch.removed
    cursor = batch.reached
    if (batch.looked < batchSize) break
    await pace?.(performance.now() - begun)
  }
  return removed
}

const horizonOf = (days: number, now: Date) => new Date(now.getTime() + days * dayMs)

async function sweepBatch(client: ClientBase, task: Task, now: Date, cursor: string): Promise<Batch> {
  // A crash brings rows back that have expired, and no others.
  await client.query('set local synchronous_commit = off')
  const { rows } = await client.query<Batch>({
    name: `sweep ${task.name}`,
    text: task.text,
    values: [now, cursor, batchSize],
  })
  return rows[0]!
}

/** Holds the task's mark: null while another host does, which then does the work. */
async function sweepFromMark(
  client: ClientBase,
  task: Task,
  horizon: Date,
  now: Date,
): Promise<Batch | null> {
  const { rows } = await client.query<{ reached: string }>(
    `select (case when reached <= $2 then reached else $2 - make_interval(days => $3) end)::text as reached
     from sweep_marks where name = $1 for update skip locked`,
    [task.name, horizon, setBackDays],
  )
  if (!rows[0]) return null
  const batch = await sweepBatch(client, task, now, rows[0].reached)
  if (batch.reached)
    await client.query('update sweep_marks set reached = $2 where name = $1', [task.name, batch.reached])
  return batch
}
