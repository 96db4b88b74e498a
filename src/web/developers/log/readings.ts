import type { FlowFailure, FlowOutcome, FlowStepKind } from '../../../installs/flow-log.ts'

export type LoggedAttempt = {
  id: string
  startedAt: Date
  lastAt: Date
  outcome: FlowOutcome
  failureCode: string | null
  /** The kind of its last step; null: its steps were lost. */
  lastKind: FlowStepKind | null
  /** Its name alone, and only once access was allowed there. */
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

export type LogReadings = {
  /** Newest first; one more than is shown, where there are more. */
  attempts(question: AttemptsQuestion): Promise<LoggedAttempt[]>
  /** null when this connection has no such attempt. */
  attempt(
    connectionId: string,
    attemptId: string,
  ): Promise<{ attempt: LoggedAttempt; steps: LoggedStep[] } | null>
}
