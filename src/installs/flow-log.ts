/** The log that a connection's developer reads: each attempt of a flow with its steps, and for each failure the reason. */

export type FlowStepKind =
  | 'authorize'
  | 'signed-in'
  | 'workspace'
  | 'pages'
  | 'allowed'
  | 'cancelled'
  | 'not-allowed'
  | 'code-issued'
  | 'code-redeemed'
  | 'refreshed'
  | 'revoked'
  | 'introspected'

/**
 * The reason why a step failed, in words for the developer. Never a secret, a page title, or personal data: a sent value is
 * shown only if it is public (an address, a scope, a hash that went over the wire in clear).
 */
export type FlowFailure = {
  /** The OAuth error or our refusal code. */
  code: string
  sentence: string
  sent: string | null
  /** The expected value; several where any of them is valid. */
  expected: string[]
  advice: string
}

export type FlowStep = {
  kind: FlowStepKind
  at: Date
  connectionId: string
  requestId: string | null
  /** The flow's uid, until the consent; the authorization's id from then on. One step that has both ties them together. */
  uid: string | null
  grantId: string | null
  workspaceId: string | null
  failure: FlowFailure | null
  /** Of a consent: the access levels that were allowed, separated by spaces. */
  scope: string | null
}

/** Notes a step and returns at once; it never fails, and never makes a request wait. */
export type NoteFlowStep = (step: FlowStep) => void

/** The facts of a step that are known where it happens. */
export type StepFacts = Pick<FlowStep, 'kind' | 'at' | 'connectionId' | 'requestId'> & Partial<FlowStep>

export function stepOf(facts: StepFacts): FlowStep {
  return { uid: null, grantId: null, workspaceId: null, failure: null, scope: null, ...facts }
}

/** The outcome of an attempt after a step. */
export type FlowOutcome = 'under-way' | 'connected' | 'cancelled' | 'failed' | 'ended'

/** The code of a revocation of an unknown token. It is answered as a success, since repeating a revocation is harmless. */
export const nothingEnded = 'nothing_ended'

export function outcomeAfter(step: FlowStep): FlowOutcome {
  if (step.failure?.code === nothingEnded) return 'ended'
  if (step.failure) return 'failed'
  if (step.kind === 'cancelled') return 'cancelled'
  if (step.kind === 'revoked') return 'ended'
  return step.kind === 'code-redeemed' || step.kind === 'refreshed' ? 'connected' : 'under-way'
}
