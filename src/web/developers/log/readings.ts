import type { FlowFailure, FlowOutcome, FlowStepKind } from '../../../installs/flow-log.ts'

export type LoggedAttempt = {
  id: string
  startedAt: Date
  lastAt: Date
  outcome: FlowOutcome
  failureCode: string | null
  /** What happened last; null: its steps were lost. */
  lastKind: FlowStepKind | null
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

export type LogReadings = {
  /** Newest first; one more than is shown, where there are more. `requestId`: of one of its steps. */
  attempts(question: {
    connectionId: string
    outcome: FlowOutcome | null
    requestId: string | null
    after: { at: Date; id: string } | null
  }): Promise<LoggedAttempt[]>
  /** null when this connection has no such attempt. */
  attempt(
    connectionId: string,
    attemptId: string,
  ): Promise<{ attempt: LoggedAttempt; steps: LoggedStep[] } | null>
}
