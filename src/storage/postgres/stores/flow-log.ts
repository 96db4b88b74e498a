import { randomUUID } from 'node:crypto'
import type { ClientBase, Pool } from 'pg'
import { type FlowStep, outcomeAfter } from '../../../installs/flow-log.ts'
import { uuidv7 } from '../../../installs/ids.ts'
import { transact } from '../transaction.ts'

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

/** Steps that are not in the database yet, at most; beyond them steps are lost rather than memory. */
const heldLimit = 5_000
const batchSize = 500

/**
 * Written beside the requests, in batches that do not wait for the disk: what a crash or a flood loses is a line of a log,
 * never a right. A batch that the database refuses is lost too, and counted.
 *
 * A connection holds at most as many steps as there are free places: a flood on one leaves half of them to the others, on two
 * a third, and takes nobody's last.
 */
export function openFlowLog({ pool, onLoss, flushEveryMs = 500 }: FlowLogNeeds): FlowLog {
  let waiting: FlowStep[] = []
  /** How many steps of each connection wait or are being written, and of all. */
  const heldOf = new Map<string, number>()
  let held = 0
  let dropped = 0
  let writing: Promise<void> = Promise.resolve()

  /** Only what waits now: what comes meanwhile waits for the next turn, so that batches stay large when it matters. */
  async function write(): Promise<void> {
    if (dropped > 0) onLoss(dropped, 'too many at once')
    dropped = 0
    const drained = waiting
    waiting = []
    for (let from = 0; from < drained.length; from += batchSize) {
      const batch = drained.slice(from, from + batchSize)
      await transact(pool, client => writeBatch(client, batch)).catch(error => onLoss(batch.length, error))
      for (const { connectionId } of batch) hold(connectionId, -1)
    }
  }

  function hold(connectionId: string, more: 1 | -1): void {
    const count = (heldOf.get(connectionId) ?? 0) + more
    if (count > 0) heldOf.set(connectionId, count)
    else heldOf.delete(connectionId)
    held += more
  }

  function flush(): Promise<void> {
    writing = writing.then(write)
    return writing
  }
  const timer = setInterval(flush, flushEveryMs)
  timer.unref()

  return {
    note(step) {
      if ((heldOf.get(step.connectionId) ?? 0) >= heldLimit - held) {
        dropped += 1
        return
      }
      hold(step.connectionId, 1)
      if (waiting.push(step) === heldLimit / 4) void flush() // sooner than the clock, in a flood
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
  // Through the keys always: a plan that was made on an empty log serves a long one, that of the foreign key too.
  await client.query('set local synchronous_commit = off; set local enable_seqscan = off')
  const attempts = await findAttempts(client, steps)
  const placed = steps.map(step => ({ step, attempt: attempts.place(step) }))
  await client.query({
    ...write,
    values: [
      JSON.stringify([...new Set(placed.map(one => one.attempt))], storable),
      JSON.stringify(
        placed.map(({ step, attempt }) => ({
          id: uuidv7(),
          attempt_id: attempt.id,
          at: step.at,
          kind: step.kind,
          request_id: step.requestId,
          failure: step.failure,
        })),
        storable,
      ),
    ],
  })
}

/** PostgreSQL takes no NUL and no half of a surrogate pair: what one stranger sent would cost the whole batch. */
function storable(_: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\ufffd').toWellFormed() : value
}

/** Those that a batch may belong to, locked in one order. */
const find = {
  name: 'flow-log-find',
  text: `select id, connection_id, uid, grant_id, outcome, started_at, last_at from flow_attempts
    where uid = any ((select $1::text[])::text[]) or grant_id = any ((select $2::text[])::text[]) order by id for update`,
}

async function findAttempts(client: ClientBase, steps: FlowStep[]): Promise<Attempts> {
  const { rows } = await client.query<KnownRow & { outcome: string; started_at: Date; last_at: Date }>({
    ...find,
    values: [steps.flatMap(step => step.uid ?? []), steps.flatMap(step => step.grantId ?? [])],
  })
  return new Attempts(
    rows.map(row => ({
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
    })),
  )
}

/** The attempts of a batch, found by what ties a step to them. */
class Attempts {
  private readonly byKey = new Map<string, Attempt>()

  constructor(known: readonly Attempt[]) {
    for (const attempt of known) this.index(attempt)
  }

  private index(attempt: Attempt): void {
    const { connectionId, uid, grantId } = attempt
    if (uid !== null) this.byKey.set(`${connectionId} uid ${uid}`, attempt)
    if (grantId !== null) this.byKey.set(`${connectionId} grant ${grantId}`, attempt)
  }

  /** The attempt that a step belongs to; a step that belongs to none is an attempt of its own. */
  place(step: FlowStep): Attempt {
    const { connectionId, uid, grantId } = step
    const attempt =
      (uid !== null && this.byKey.get(`${connectionId} uid ${uid}`)) ||
      (grantId !== null && this.byKey.get(`${connectionId} grant ${grantId}`)) ||
      begin(step)
    attempt.uid ??= uid
    attempt.grantId ??= grantId
    attempt.workspaceId = step.workspaceId ?? attempt.workspaceId
    attempt.outcome = outcomeAfter(step)
    attempt.failureCode = step.failure?.code ?? null
    attempt.lastAt = step.at
    this.index(attempt)
    return attempt
  }
}

function begin(step: FlowStep): Attempt {
  return {
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
}

/**
 * $1 attempts, $2 steps. Another process may have begun the same attempt in this moment: its own steps stand, these are lost.
 * A connection that is gone, or was never registered, has no log.
 */
const write = {
  name: 'flow-log-write',
  text: `with attempts as materialized (
      select a.* from jsonb_to_recordset($1) as a (id uuid, "connectionId" uuid, uid text, "grantId" text, "workspaceId" uuid,
        outcome text, "failureCode" text, "startedAt" timestamptz, "lastAt" timestamptz, "isNew" boolean)
    ), begun as (
      insert into flow_attempts
        (id, connection_id, uid, grant_id, workspace_id, outcome, failure_code, started_at, last_at)
      select a.id, a."connectionId", a.uid, a."grantId", a."workspaceId", a.outcome, a."failureCode", a."startedAt", a."lastAt"
      from attempts a
      where a."isNew" and (select true from connections c where c.id = a."connectionId")
      on conflict do nothing returning id
    ), gone_on as (
      update flow_attempts f set uid = a.uid, grant_id = a."grantId", outcome = a.outcome,
        workspace_id = coalesce(a."workspaceId", f.workspace_id), failure_code = a."failureCode", last_at = a."lastAt"
      from attempts a where f.id = a.id and not a."isNew" returning f.id
    )
    insert into flow_steps (id, attempt_id, at, kind, request_id, failure)
    select s.id, s.attempt_id, s.at, s.kind, s.request_id, s.failure
    from jsonb_to_recordset($2) as s (id uuid, attempt_id uuid, at timestamptz, kind text, request_id text, failure jsonb)
    where s.attempt_id in (select id from begun union all select id from gone_on)`,
}
