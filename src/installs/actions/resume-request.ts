import { type ApprovalRequest, type PartnerRequest, statusOf } from '../approval.ts'
import { mayInstall, type Placement } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'

export type ResumeRequestStores = {
  readRequest(workspaceId: string, id: string): Promise<ApprovalRequest | null>
  placement(userId: string, workspaceId: string, connectionId: string): Promise<Placement | null>
}

/**
 * `over`: it was declined, taken back, expired, or the partner has its answer already. `unknown`: there is none, or it is
 * another member's.
 */
export type RequestResumed = { kind: 'resumed'; parameters: PartnerRequest } | { kind: 'over' | 'unknown' }

/**
 * Takes up the partner's request where the policy stopped it: what was sent to the authorization endpoint is to be sent there
 * again, in the workspace that it was stopped in. Also while nobody has decided, if the policy has changed meanwhile. Changes
 * nothing, so that a flow that is left again can be taken up again.
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
