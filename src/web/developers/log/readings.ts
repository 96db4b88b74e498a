import type { FlowFailure, FlowOutcome, FlowStepKind } from '../../../installs/flow-log.ts'

export type LoggedAttempt = {
  id: string
  startedAt: Date
  lastAt: Date
  outcome: FlowOutcome
  failureCode: string | null
  /** The kind of its last step; null if its steps were lost. */
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
  /** Of a consent: the access levels that were allowed, separated by spaces. */
  scope: string | null
}

export type AttemptsQuestion = {
  connectionId: string
  outcome: FlowOutcome | null
  /** Of one of its steps; null: any. */
  requestId: string | null
  after: { at: Date; id: string } | null
}

export type LogReadings = {
  /** Newest first; one more than is shown, if there are more. */
  attempts(question: AttemptsQuestion): Promise<LoggedAttempt[]>
  /** Null for an attempt of another connection, or an unknown one. */
  attempt(
    connectionId: string,
    attemptId: string,
  ): Promise<{ attempt: LoggedAttempt; steps: LoggedStep[] } | null>
}
