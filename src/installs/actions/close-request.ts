import { type ActionContext, type ActionParts, newEvent } from '../action-context.ts'
import { type ApprovalRequest, type PartnerRequest, statusOf } from '../approval.ts'
import type { InstallEvent } from '../events.ts'

export type CloseRequestStores = {
  holdRequest(workspaceId: string, id: string): Promise<ApprovalRequest | null>
  /** Forgets the partner's request, which has its answer. */
  forgetParameters(workspaceId: string, id: string): Promise<void>
  append(event: InstallEvent): Promise<void>
}

/** `over`: the partner has its answer. `waits`: it is not decided. `unknown`: no such id, or another member's. */
export type RequestClosed =
  | { kind: 'closed'; parameters: PartnerRequest }
  | { kind: 'over' | 'waits' | 'unknown' }

/** A member sends the partner its denial: once, and not while an owner can still decide. */
export function closeRequest(needs: ActionParts<CloseRequestStores>) {
  return (context: ActionContext & { actorId: string }, requestId: string): Promise<RequestClosed> =>
    needs.transact(async stores => {
      const request = await stores.holdRequest(context.workspaceId, requestId)
      if (request?.userId !== context.actorId) return { kind: 'unknown' }
      const status = statusOf(request, needs.now())
      if (status === 'pending') return { kind: 'waits' }
      if (!request.parameters) return { kind: 'over' }
      await stores.forgetParameters(context.workspaceId, requestId)
      const about = { connectionId: request.connectionId, installationId: null }
      await stores.append(
        newEvent(needs, context, 'approval-request.closed', about, {
          request_id: requestId,
          standing: status,
        }),
      )
      return { kind: 'closed', parameters: request.parameters }
    })
}
