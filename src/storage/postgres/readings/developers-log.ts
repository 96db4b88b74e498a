import type { Pool } from 'pg'
import type { FlowFailure, FlowOutcome, FlowStepKind } from '../../../installs/flow-log.ts'

export const attemptsSize = 50

export type LoggedAttempt = {
  id: string
  startedAt: Date
  lastAt: Date
  outcome: FlowOutcome
  failureCode: string | null
  /** Its name alone: nothing of who was there. */
  workspace: string | null
}

export type LoggedStep = {
  id: string
  at: Date
  kind: FlowStepKind
  requestId: string | null
  failure: FlowFailure | null
}

export type AttemptsQuestion = {
  connectionId: string
  outcome: FlowOutcome | null
  /** Of one of its steps; null: any. */
  requestId: string | null
  after: { at: Date; id: string } | null
}

const attemptColumns = `a.id, a.started_at as "startedAt", a.last_at as "lastAt", a.outcome,
  a.failure_code as "failureCode", w.name as workspace`

/** Newest first; one more than is shown, where there are more. */
export async function readAttempts(pool: Pool, question: AttemptsQuestion): Promise<LoggedAttempt[]> {
  const { connectionId, outcome, requestId, after } = question
  const { rows } = await pool.query<LoggedAttempt>(
    `select ${attemptColumns} from flow_attempts a left join workspaces w on w.id = a.workspace_id
     where a.connection_id = $1 and ($2::text is null or a.outcome = $2)
       and ($3::text is null or a.id in (select s.attempt_id from flow_steps s where s.request_id = $3))
       and ($4::timestamptz is null or (a.started_at, a.id) < ($4, $5))
     order by a.started_at desc, a.id desc limit ${attemptsSize} + 1`,
    [connectionId, outcome, requestId, after?.at ?? null, after?.id ?? null],
  )
  return rows
}

/** null when this connection has no such attempt. */
export async function readAttempt(
  pool: Pool,
  connectionId: string,
  attemptId: string,
): Promise<{ attempt: LoggedAttempt; steps: LoggedStep[] } | null> {
  const { rows } = await pool.query<LoggedAttempt & { steps: (Omit<LoggedStep, 'at'> & { at: string })[] }>(
    `select ${attemptColumns}, (
       select json_agg(json_build_object('id', s.id, 'at', s.at, 'kind', s.kind, 'requestId', s.request_id,
         'failure', s.failure) order by s.at, s.id)
       from (select * from flow_steps s where s.attempt_id = a.id order by s.at desc, s.id desc limit 500) s) as steps
     from flow_attempts a left join workspaces w on w.id = a.workspace_id
     where a.connection_id = $1 and a.id = $2`,
    [connectionId, attemptId],
  )
  const [row] = rows
  if (!row) return null
  const { steps, ...attempt } = row
  return { attempt, steps: (steps ?? []).map(step => ({ ...step, at: new Date(step.at) })) }
}
