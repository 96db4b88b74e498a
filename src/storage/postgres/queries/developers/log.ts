import type { Pool } from 'pg'
import type {
  AttemptsQuestion,
  LoggedAttempt,
  LoggedStep,
  LogReadings,
} from '../../../../web/developers/log/readings.ts'

export const attemptsSize = 50

/** The workspace is named only after access was allowed: a link to the flow must not tell the developer where people work. */
const attemptColumns = `a.id, a.started_at as "startedAt", a.last_at as "lastAt", a.outcome,
  a.failure_code as "failureCode", case when a.grant_id is not null then w.name end as workspace,
  (select s.kind from flow_steps s where s.attempt_id = a.id order by s.at desc, s.id desc limit 1) as "lastKind"`

/**
 * The statement holds only the conditions that are asked for: each question walks its own index from the newest on, and
 * reads no more than it shows, however much was logged.
 */
export const readAttempts =
  (pool: Pool): LogReadings['attempts'] =>
  async question => {
    const { text, values } = attemptsQuery(question)
    const { rows } = await pool.query<LoggedAttempt>(text, values)
    return rows
  }

/** The statement alone, so that its plan can be looked at. */
export function attemptsQuery({ connectionId, outcome, requestId, after }: AttemptsQuestion) {
  const values: unknown[] = [connectionId]
  const place = (value: unknown) => `$${values.push(value)}`
  const conditions = ['a.connection_id = $1']
  if (outcome) conditions.push(`a.outcome = ${place(outcome)}`)
  if (requestId)
    conditions.push(
      `a.id = any (array(select s.attempt_id from flow_steps s where s.request_id = ${place(requestId)} limit 1000))`,
    )
  if (after) conditions.push(`(a.started_at, a.id) < (${place(after.at)}, ${place(after.id)})`)
  const text = `select ${attemptColumns} from flow_attempts a left join workspaces w on w.id = a.workspace_id
    where ${conditions.join(' and ')}
    order by a.started_at desc, a.id desc limit ${attemptsSize} + 1`
  return { text, values }
}

export const readAttempt =
  (pool: Pool): LogReadings['attempt'] =>
  async (connectionId, attemptId) => {
    const { rows } = await pool.query<LoggedAttempt & { steps: (Omit<LoggedStep, 'at'> & { at: string })[] }>(
      `select ${attemptColumns}, (
         select json_agg(json_build_object('id', s.id, 'at', s.at, 'kind', s.kind, 'requestId', s.request_id,
           'failure', s.failure, 'scope', s.scope) order by s.at, s.id)
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
