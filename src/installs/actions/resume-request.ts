import { type ApprovalRequest, type PartnerRequest, statusOf } from '../approval.ts'
import { mayInstall, type Placement } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'

export type ResumeRequestStores = {
  readRequest(workspaceId: string, id: string): Promise<ApprovalRequest | null>
  placement(userId: string, workspaceId: string, connectionId: string): Promise<Placement | null>
}

/** `over`: declined, withdrawn, expired, or the partner has its answer. `unknown`: no such id, or another member's. */
export type RequestResumed = { kind: 'resumed'; parameters: PartnerRequest } | { kind: 'over' | 'unknown' }

/**
 * Continues the partner's request that the policy stopped: its parameters are sent to the authorization endpoint again, for the
 * same workspace. A pending request continues, too, if the policy has changed in the meantime. Read-only, so that an abandoned
 * flow can be continued again.
 */
export function resumeRequest(stores: ResumeRequestStores, now: () => Date) {
  return async (
    asked: { workspaceId: string; userId: string },
    requestId: string,
  ): Promise<RequestResumed | Refusal> => {
    const request = await stores.readRequest(asked.workspaceId, requestId)
    if (request?.userId !== asked.userId) return { kind: 'unknown' }
    const status = statusOf(request, now())
    if ((status !== 'approved' && status !== 'pending') || !request.parameters) return { kind: 'over' }
    const placement = await stores.placement(asked.userId, asked.workspaceId, request.connectionId)
    const may = placement && mayInstall(placement)
    if (may?.kind !== 'yes') return refused(may?.because ?? 'not-a-member')
    return { kind: 'resumed', parameters: { ...request.parameters, workspace_id: asked.workspaceId } }
  }
}
