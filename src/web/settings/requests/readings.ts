import type { ApprovalRequestState } from '../../../installs/approval.ts'
import type { Capability } from '../../../installs/capability.ts'

/** A member's request for approval, as owners see it. */
export type RequestToDecide = {
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
  person: { id: string; name: string; email: string; isMember: boolean }
  connection: {
    id: string
    name: string
    description: string | null
    developerName: string | null
    website: string | null
    logoHash: string | null
    firstParty: boolean
    verified: boolean
    disabled: boolean
    installed: number
  }
}

export type RequestsReadings = {
  /** A window behind the request `after`: the longest waiting first, or the newest of the others first. */
  list(question: {
    workspaceId: string
    show: 'waiting' | 'decided'
    after: string | null
  }): Promise<{ rows: RequestToDecide[]; more: boolean }>
  /** Null for an id that is not in the workspace. */
  one(workspaceId: string, id: string): Promise<RequestToDecide | null>
}
