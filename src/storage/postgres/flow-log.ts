import { randomUUID } from 'node:crypto'
import type { ClientBase, Pool } from 'pg'
import { type FlowStep, outcomeAfter } from '../../installs/flow-log.ts'
import { uuidv7 } from '../../installs/ids.ts'
import { transact } from './transaction.ts'

export type FlowLog = {
  note(step: FlowStep): void
  /** Writes what waits. */
  flush(): Promise<void>
  close(): Promise<void>
}

export type FlowLogNeeds = {
  pool: Pool
  /** Says how many steps were lost, and why. */
  onLoss(count: number, reason: unknown): void
  flushEveryMs?: number
}

/** Steps that wait at most; beyond them steps are lost rather than memory. */
const waitingLimit = 5_000
const batchSize = 500

/**
 * Written beside the requests, in batches that do not wait for the disk: what a crash or a flood loses is a line of a log,
 * never a right. A batch that the database refuses is lost too, and counted.
 */
export function openFlowLog({ pool, onLoss, flushEveryMs = 500 }: FlowLogNeeds): FlowLog {
  let waiting: FlowStep[] = []
  let dropped = 0
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    if (dropped > 0) onLoss(dropped, 'too many at once')
    dropped = 0
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchSize)
      waiting = waiting.slice(batchSize)
      await transact(pool, client => writeBatch(client, batch)).catch(fault => onLoss(batch.length, fault))
    }
  }

  function flush(): Promise<void> {
    writing = writing.then(write)
    return writing
  }
  const timer = setInterval(flush, flushEveryMs)
  timer.unref()

  return {
    note(step) {
      if (waiting.length < waitingLimit) waiting.push(step)
      else dropped += 1
    },
    flush,
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}

type Attempt = {
  id: string
  connectionId: string
  uid: string | null
  grantId: string | null
  workspaceId: string | null
  outcome: string
  failureCode: string | null
  startedAt: Date
  lastAt: Date
  isNew: boolean
}
type KnownRow = { id: string; connection_id: string; uid: string | null; grant_id: string | null }

async function writeBatch(client: ClientBase, steps: FlowStep[]): Promise<void> {
  await client.query('set local synchronous_commit = off')
  const attempts = await findAttempts(client, steps)
  const placed = steps.map(step => ({ step, attempt: place(attempts, step) }))
  const touched = [...new Set(placed.map(one => one.attempt))]
  await insertAttempts(
    client,
    touched.filter(one => one.isNew),
  )
  await updateAttempts(
    client,
    touched.filter(one => !one.isNew),
  )
  // A connection that is gone, or was never registered, has no log.
  await client.query(
    `insert into flow_steps (id, attempt_id, at, kind, request_id, failure)
     select s.id, s.attempt_id, s.at, s.kind, s.request_id, s.failure
     from jsonb_to_recordset($1) as s (id uuid, attempt_id uuid, at timestamptz, kind text, request_id text, failure jsonb)
     join flow_attempts a on a.id = s.attempt_id`,
    [
      JSON.stringify(
        placed.map(({ step, attempt }) => ({
          id: uuidv7(step.at),
          attempt_id: attempt.id,
          at: step.at,
          kind: step.kind,
          request_id: step.requestId,
          failure: step.failure,
        })),
      ),
    ],
  )
}

async function findAttempts(client: ClientBase, steps: FlowStep[]): Promise<Attempt[]> {
  const { rows } = await client.query<KnownRow & { outcome: string; started_at: Date; last_at: Date }>(
    `select id, connection_id, uid, grant_id, outcome, started_at, last_at from flow_attempts
     where uid = any ($1) or grant_id = any ($2) order by id for update`,
    [steps.flatMap(step => step.uid ?? []), steps.flatMap(step => step.grantId ?? [])],
  )
  return rows.map(row => ({
    id: row.id,
    connectionId: row.connection_id,
    uid: row.uid,
    grantId: row.grant_id,
    workspaceId: null,
    outcome: row.outcome,
    failureCode: null,
    startedAt: row.started_at,
    lastAt: row.last_at,
    isNew: false,
  }))
}

/** The attempt that a step belongs to; a step that belongs to none is an attempt of its own. */
function place(attempts: Attempt[], step: FlowStep): Attempt {
  let attempt = attempts.find(
    one =>
      one.connectionId === step.connectionId &&
      ((step.uid !== null && one.uid === step.uid) ||
        (step.grantId !== null && one.grantId === step.grantId)),
  )
  if (!attempt) {
    attempt = {
      id: randomUUID(),
      connectionId: step.connectionId,
      uid: step.uid,
      grantId: step.grantId,
      workspaceId: null,
      outcome: 'under-way',
      failureCode: null,
      startedAt: step.at,
      lastAt: step.at,
      isNew: true,
    }
    attempts.push(attempt)
  }
  attempt.uid ??= step.uid
  attempt.grantId ??= step.grantId
  attempt.workspaceId = step.workspaceId ?? attempt.workspaceId
  attempt.outcome = outcomeAfter(step)
  attempt.failureCode = step.failure?.code ?? null
  attempt.lastAt = step.at
  return attempt
}

const columns = `id uuid, "connectionId" uuid, uid text, "grantId" text, "workspaceId" uuid, outcome text,
  "failureCode" text, "startedAt" timestamptz, "lastAt" timestamptz`

async function insertAttempts(client: ClientBase, attempts: Attempt[]): Promise<void> {
  if (attempts.length === 0) return
  // Another process may have begun the same attempt in this moment; its own steps stand, these are lost.
  await client.query(
    `insert into flow_attempts
       (id, connection_id, uid, grant_id, workspace_id, outcome, failure_code, started_at, last_at)
     select a.id, a."connectionId", a.uid, a."grantId", a."workspaceId", a.outcome, a."failureCode", a."startedAt", a."lastAt"
     from jsonb_to_recordset($1) as a (${columns}) join connections c on c.id = a."connectionId"
     on conflict do nothing`,
    [JSON.stringify(attempts)],
  )
}

async function updateAttempts(client: ClientBase, attempts: Attempt[]): Promise<void> {
  if (attempts.length === 0) return
  await client.query(
    `update flow_attempts f set uid = a.uid, grant_id = a."grantId", outcome = a.outcome,
       workspace_id = coalesce(a."workspaceId", f.workspace_id), failure_code = a."failureCode", last_at = a."lastAt"
     from jsonb_to_recordset($1) as a (${columns}) where f.id = a.id`,
    [JSON.stringify(attempts)],
  )
}

/** Takes away what is older than 30 days, in small steps. @returns the number of attempts removed. */
export async function sweepFlowLog(pool: Pool, now: Date, limit = 20): Promise<number> {
  let removed = 0
  for (let step = 0; step < limit; step++) {
    const { rowCount } = await pool.query(
      `delete from flow_attempts where id = any (array(
         select id from flow_attempts where last_at < $1::timestamptz - interval '30 days'
         limit 500 for update skip locked))`,
      [now],
    )
    removed += rowCount ?? 0
    if ((rowCount ?? 0) < 500) break
  }
  return removed
}
