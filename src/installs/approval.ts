import type { Capability } from './capability.ts'

export type ApprovalRequestState = 'pending' | 'approved' | 'declined' | 'withdrawn' | 'taken-up'

/** What the partner sent to the authorization endpoint: names and values, as they are sent there again. */
export type PartnerRequest = Readonly<Record<string, string>>

/** A member asks for one connection to be approved in one workspace. */
export type ApprovalRequest = {
  workspaceId: string
  id: string
  connectionId: string
  userId: string
  capabilities: Capability[]
  /** Why he needs it, in his words. */
  reason: string
  /** The partner's request that was stopped; null once the partner got an answer. */
  parameters: PartnerRequest | null
  state: ApprovalRequestState
  askedAt: Date
  /** Until when it waits for a decision; after an approval, until when it can be taken up. */
  expiresAt: Date
  decidedAt: Date | null
  decidedBy: string | null
  /** What the owner who decided says to it. */
  answer: string | null
}

export type RequestDecision = {
  by: string | null
  at: Date
  expiresAt: Date
  /** Approved where only owners install: lets in the member who asked, and nobody else. */
  letsIn: boolean
  answer: string | null
}

const day = 24 * 60 * 60_000
/** How long a request waits for an owner. */
export const waitsMs = 7 * day
/** How long an approved one can be taken up where the partner's request stopped. */
export const resumableMs = 7 * day

/** Characters of a reason, and of an owner's answer. */
export const sentenceLimit = 1_000

/** Where a request stands now: one that nobody decided or took up in time has expired. */
export function standingOf(
  request: Pick<ApprovalRequest, 'state' | 'expiresAt'>,
  now: Date,
): ApprovalRequestState | 'expired' {
  const canLapse = request.state === 'pending' || request.state === 'approved'
  return canLapse && request.expiresAt <= now ? 'expired' : request.state
}
