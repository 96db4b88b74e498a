import type { ApprovalRequestState } from '../../../installs/approval.ts'
import type { Capability } from '../../../installs/capability.ts'
import type { Placement } from '../../../installs/policy.ts'
import type { OffersReadings } from '../offers/readings.ts'

/** A member's own request, with the facts that decide how it can go on. */
export type MyRequest = {
  id: string
  state: ApprovalRequestState
  askedAt: Date
  expiresAt: Date
  decidedAt: Date | null
  /** null: not decided, or decided by someone who is gone. */
  decidedBy: string | null
  answer: string | null
  reason: string
  capabilities: Capability[]
  /** The partner's request is kept, since it has no answer yet. */
  resumable: boolean
  connection: { id: string; name: string; logoHash: string | null }
  placement: Placement
}

/** The newest request of the member for this connection in the workspace, if any. */
export type LatestRequest = (
  workspaceId: string,
  userId: string,
  connectionId: string,
) => Promise<MyRequest | null>

export type MyRequestsReadings = {
  /** A window behind the request `after`, the newest first. */
  list(question: {
    workspaceId: string
    userId: string
    after: string | null
  }): Promise<{ rows: MyRequest[]; more: boolean }>
  /** Null for an unknown id, or another member's. */
  one(workspaceId: string, userId: string, id: string): Promise<MyRequest | null>
  offers: OffersReadings['waiting']
  /** Up to three owners by name, and how many there are. */
  owners(workspaceId: string): Promise<{ names: string[]; count: number }>
}
