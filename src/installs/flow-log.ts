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
 * Why a step failed, in words for the developer. Never a secret, a page title, or anything of a person: what was sent is
 * shown only where it is no secret (an address, a scope, a hash that went over the wire in clear).
 */
export type FlowFailure = {
  /** The OAuth error or our refusal code. */
  code: string
  sentence: string
  sent: string | null
  /** What would have been right; several where any of them would. */
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
}

/** Notes a step and returns at once; it never fails, and never makes a request wait. */
export type NoteFlowStep = (step: FlowStep) => void

/** What is known of a step where it happens. */
export type StepFacts = Pick<FlowStep, 'kind' | 'at' | 'connectionId' | 'requestId'> & Partial<FlowStep>

export function stepOf(facts: StepFacts): FlowStep {
  return { uid: null, grantId: null, workspaceId: null, failure: null, ...facts }
}

/** The outcome of an attempt after a step. */
export type FlowOutcome = 'under-way' | 'connected' | 'cancelled' | 'failed' | 'ended'

/** The code of a giving back that ended nothing. It was answered as a success, and does no harm: the second of two is one. */
export const nothingEnded = 'nothing_ended'

export function outcomeAfter(step: Pick<FlowStep, 'kind' | 'failure'>): FlowOutcome {
  if (step.failure?.code === nothingEnded) return 'ended'
  if (step.failure) return 'failed'
  if (step.kind === 'cancelled') return 'cancelled'
  if (step.kind === 'revoked') return 'ended'
  return step.kind === 'code-redeemed' || step.kind === 'refreshed' ? 'connected' : 'under-way'
}
