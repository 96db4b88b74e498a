/** Writes steps of flows, and finds the attempt that each belongs to. */
import type { ClientBase } from 'pg'
import { type FlowOutcome, type FlowStep, outcomeAfter } from '../../../installs/flow-log.ts'

/** The id is given when the step is noted, so that a step is written once however often its batch is retried. */
export type NotedStep = FlowStep & { id: string }

type Attempt = {
  id: string
  connectionId: string
  uid: string | null
  grantId: string | null
  workspaceId: string | null
  outcome: FlowOutcome
  failureCode: string | null
  startedAt: Date
  lastAt: Date
  isNew: boolean
}

/**
 * Writes a batch within a transaction. Processes take turns: each sees the attempts that the others have begun, and the steps of
 * one flow come from several of them.
 */
export async function writeSteps(client: ClientBase, steps: readonly NotedStep[]): Promise<void> {
  // Index scans always: a plan made on an empty log also serves a long one, as does that of the foreign key.
  await client.query(
    `set local synchronous_commit = off; set local enable_seqscan = off;
     select pg_advisory_xact_lock(hashtextextended('latchkey flow log', 0))`,
  )
  const attempts = new Attempts(await readAttempts(client, steps))
  const placed = steps.map(step => ({ step, attempt: attempts.place(step) }))
  const attemptOf = (attempt: Attempt) => attempts.current(attempt)
  if (attempts.merged.size > 0)
    await client.query({ ...merge, values: [attempts.mergedIds(), attempts.keptIds()] })
  await client.query({
    ...write,
    values: [
      JSON.stringify([...new Set(placed.map(one => attemptOf(one.attempt)))], storable),
      JSON.stringify(
        placed.map(({ step, attempt }) => ({
          id: step.id,
          attempt_id: attemptOf(attempt).id,
          at: step.at,
          kind: step.kind,
          request_id: step.requestId,
          failure: step.failure,
          scope: step.scope,
        })),
        storable,
      ),
    ],
  })
}

/** PostgreSQL accepts neither NUL nor half of a surrogate pair, both of which a request may contain. */
function storable(_: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\ufffd').toWellFormed() : value
}

/** The attempts that a batch may belong to, locked in one order. */
const find = {
  name: 'flow-log-find',
  text: `select id, connection_id as "connectionId", uid, grant_id as "grantId", null as "workspaceId", outcome,
      failure_code as "failureCode", started_at as "startedAt", last_at as "lastAt", false as "isNew"
    from flow_attempts
    where uid = any ((select $1::text[])::text[]) or grant_id = any ((select $2::text[])::text[]) order by id for update`,
}

async function readAttempts(client: ClientBase, steps: readonly NotedStep[]): Promise<Attempt[]> {
  const { rows } = await client.query<Attempt>({
    ...find,
    values: [steps.flatMap(step => step.uid ?? []), steps.flatMap(step => step.grantId ?? [])],
  })
  return rows
}

/** The attempts of a batch, by the flow's uid and by the authorization's id. */
class Attempts {
  /** Attempts that turned out to be a part of another one. */
  readonly merged = new Map<Attempt, Attempt>()
  private readonly byKey = new Map<string, Attempt>()

  constructor(known: readonly Attempt[]) {
    for (const attempt of known) this.index(attempt)
  }

  /** The attempt that a step belongs to; a step without one begins it. */
  place(step: NotedStep): Attempt {
    const { connectionId, uid, grantId } = step
    const ofFlow = uid === null ? undefined : this.byKey.get(`${connectionId} uid ${uid}`)
    const ofGrant = grantId === null ? undefined : this.byKey.get(`${connectionId} grant ${grantId}`)
    // A later step, from another process, was written before the one that ties the two ids together.
    const attempt =
      ofFlow && ofGrant && ofFlow !== ofGrant
        ? this.join(ofFlow, ofGrant)
        : (ofFlow ?? ofGrant ?? begin(step))
    attempt.uid ??= uid
    attempt.grantId ??= grantId
    attempt.workspaceId = step.workspaceId ?? attempt.workspaceId
    if (step.at < attempt.startedAt) attempt.startedAt = step.at
    if (step.at >= attempt.lastAt) {
      attempt.outcome = outcomeAfter(step)
      attempt.failureCode = step.failure?.code ?? null
      attempt.lastAt = step.at
    }
    this.index(attempt)
    return attempt
  }

  /** The attempt that holds the steps of this one. */
  current(attempt: Attempt): Attempt {
    const into = this.merged.get(attempt)
    return into ? this.current(into) : attempt
  }

  mergedIds = (): string[] => [...this.merged.keys()].map(one => one.id)
  keptIds = (): string[] => [...this.merged.keys()].map(one => this.current(one).id)

  private join(one: Attempt, other: Attempt): Attempt {
    const [kept, gone] = one.isNew && !other.isNew ? [other, one] : [one, other]
    this.merged.set(gone, kept)
    kept.uid ??= gone.uid
    kept.grantId ??= gone.grantId
    kept.workspaceId ??= gone.workspaceId
    if (gone.startedAt < kept.startedAt) kept.startedAt = gone.startedAt
    if (gone.lastAt > kept.lastAt) {
      const { outcome, failureCode, lastAt } = gone
      Object.assign(kept, { outcome, failureCode, lastAt })
    }
    return kept
  }

  private index(attempt: Attempt): void {
    const { connectionId, uid, grantId } = attempt
    if (uid !== null) this.byKey.set(`${connectionId} uid ${uid}`, attempt)
    if (grantId !== null) this.byKey.set(`${connectionId} grant ${grantId}`, attempt)
  }
}

function begin({ id, connectionId, uid, grantId, workspaceId, at }: NotedStep): Attempt {
  const times = { startedAt: at, lastAt: at }
  return {
    id,
    connectionId,
    uid,
    grantId,
    workspaceId,
    outcome: 'under-way',
    failureCode: null,
    ...times,
    isNew: true,
  }
}

/** $1 attempts to dissolve, $2 the attempts that take their steps. Both are stored, or the update finds no steps. */
const merge = {
  name: 'flow-log-merge',
  text: `with moved as (
      update flow_steps s set attempt_id = m.kept from unnest($1::uuid[], $2::uuid[]) as m (gone, kept)
      where s.attempt_id = m.gone returning s.id
    )
    delete from flow_attempts where id = any ($1) and (select count(*) >= 0 from moved)`,
}

/** $1 attempts, $2 steps. A connection that does not exist has no log. */
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
      update flow_attempts f set uid = a.uid, grant_id = a."grantId", outcome = a.outcome, started_at = a."startedAt",
        workspace_id = coalesce(a."workspaceId", f.workspace_id), failure_code = a."failureCode", last_at = a."lastAt"
      from attempts a where f.id = a.id and not a."isNew" returning f.id
    )
    insert into flow_steps (id, attempt_id, at, kind, request_id, failure, scope)
    select s.id, s.attempt_id, s.at, s.kind, s.request_id, s.failure, s.scope
    from jsonb_to_recordset($2) as s (id uuid, attempt_id uuid, at timestamptz, kind text, request_id text, failure jsonb,
      scope text)
    where s.attempt_id in (select id from begun union all select id from gone_on)
    on conflict do nothing`,
}
