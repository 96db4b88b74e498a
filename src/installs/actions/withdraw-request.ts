import { type ActionContext, type ActionParts, newEvent } from '../action-context.ts'
import { type ApprovalRequest, type RequestStatus, statusOf } from '../approval.ts'
import type { InstallEvent } from '../events.ts'

export type WithdrawRequestStores = {
  holdRequest(workspaceId: string, id: string): Promise<ApprovalRequest | null>
  withdrawRequest(workspaceId: string, id: string, now: Date): Promise<void>
  append(event: InstallEvent): Promise<void>
}

/** `unknown`: no such id, or another member's. */
export type RequestWithdrawn = { kind: 'withdrawn' | 'unknown' } | { kind: 'too-late'; status: RequestStatus }

/** A member withdraws their own pending request. */
export function withdrawRequest(needs: ActionParts<WithdrawRequestStores>) {
  return (context: ActionContext & { actorId: string }, requestId: string): Promise<RequestWithdrawn> =>
    needs.transact(async stores => {
      const request = await stores.holdRequest(context.workspaceId, requestId)
      if (request?.userId !== context.actorId) return { kind: 'unknown' }
      const status = statusOf(request, needs.now())
      if (status !== 'pending') return { kind: 'too-late', status }
      await stores.withdrawRequest(context.workspaceId, requestId, needs.now())
      const about = { connectionId: request.connectionId, installationId: null }
      await stores.append(
        newEvent(needs, context, 'approval-request.withdrawn', about, { request_id: requestId }),
      )
      return { kind: 'withdrawn' }
    })
}
