import { type ActionParts, newEvent } from '../action-context.ts'
import type { PartnerRequest } from '../approval.ts'
import type { InstallEvent } from '../events.ts'

export type ForgetStoppedStores = {
  /** Forgets this request of the partner in all requests for approval of the member. */
  forgetSame(
    userId: string,
    connectionId: string,
    parameters: PartnerRequest,
  ): Promise<{ id: string; workspaceId: string }[]>
  append(event: InstallEvent): Promise<void>
}

/** A member cancels the flow from which they asked for approval. The partner has its answer, and must not get a second one. */
export function forgetStopped(needs: ActionParts<ForgetStoppedStores>) {
  return (
    by: { userId: string; address: string | null; requestId: string | null },
    cancelled: { connectionId: string; parameters: PartnerRequest },
  ): Promise<void> =>
    needs.transact(async stores => {
      const { connectionId, parameters } = cancelled
      for (const { id, workspaceId } of await stores.forgetSame(by.userId, connectionId, parameters)) {
        const context = { workspaceId, actorId: by.userId, address: by.address, requestId: by.requestId }
        const about = { connectionId, installationId: null }
        await stores.append(newEvent(needs, context, 'approval-request.closed', about, { request_id: id }))
      }
    })
}
