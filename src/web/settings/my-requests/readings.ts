import type { ApprovalRequestState } from '../../../installs/approval.ts'
import type { Capability } from '../../../installs/capability.ts'
import type { Placement } from '../../../installs/policy.ts'

/** What a member asked for, and all that decides what can be done about it now. */
export type MyRequest = {
  id: string
  state: ApprovalRequestState
  askedAt: Date
  expiresAt: Date
  decidedAt: Date | null
  /** null: nobody decided, or someone who is gone. */
  decidedBy: string | null
  answer: string | null
  reason: string
  capabilities: Capability[]
  /** The partner's request is kept: it has no answer yet. */
  resumable: boolean
  connection: { id: string; name: string; logoHash: string | null }
  placement: Placement
}

/** What a departed member left behind, offered to this one. */
export type MyOffer = {
  id: string
  offeredAt: Date
  /** null: someone who is gone. */
  offeredBy: string | null
  from: string
  connection: { id: string; name: string; logoHash: string | null }
}

export type MyRequestsReadings = {
  /** A window behind the request `after`, the newest first. */
  list(question: {
    workspaceId: string
    userId: string
    after: string | null
  }): Promise<{ rows: MyRequest[]; more: boolean }>
  /** null: there is none, or it is another member's. */
  one(workspaceId: string, userId: string, id: string): Promise<MyRequest | null>
  /** Those that wait for him. */
  offers(workspaceId: string, userId: string): Promise<MyOffer[]>
  /** Up to three owners by name, and how many there are. */
  owners(workspaceId: string): Promise<{ names: string[]; count: number }>
}
