import type { Capability } from './capability.ts'

export type ApprovalRequestState = 'pending' | 'approved' | 'declined' | 'withdrawn' | 'taken-up'

/** The partner's parameters at the authorization endpoint, to be sent there again. */
export type PartnerRequest = Readonly<Record<string, string>>

/** A member asks for one connection to be approved in one workspace. */
export type ApprovalRequest = {
  workspaceId: string
  id: string
  connectionId: string
  userId: string
  capabilities: Capability[]
  /** Why the member needs it, in their words. */
  reason: string
  /** The partner's request that the policy stopped; null: the partner has its answer. */
  parameters: PartnerRequest | null
  state: ApprovalRequestState
  askedAt: Date
  /** The end of the wait for a decision; after an approval, the end of the time to continue the install. */
  expiresAt: Date
  decidedAt: Date | null
  decidedBy: string | null
  /** The answer of the owner who decided. */
  answer: string | null
}

export type RequestDecision = {
  by: string | null
  at: Date
  expiresAt: Date
  /** Approved where only owners install: only the member who asked may install it. */
  letsIn: boolean
  answer: string | null
}

const day = 24 * 60 * 60_000
/** The time that a request waits for an owner. */
export const waitsMs = 7 * day
/** The time in which an approved request can be continued. */
export const resumableMs = 7 * day

/** Characters of a reason, and of an owner's answer. */
export const sentenceLimit = 1_000

/** A request's state at this moment: one that was not decided or taken up in time has expired. */
export type RequestStatus = ApprovalRequestState | 'expired'

export function statusOf(request: Pick<ApprovalRequest, 'state' | 'expiresAt'>, now: Date): RequestStatus {
  const canLapse = request.state === 'pending' || request.state === 'approved'
  return canLapse && request.expiresAt <= now ? 'expired' : request.state
}
