import { type ActionContext, type ActionNeeds, newEvent } from '../action-context.ts'
import { type RequestDecision, resumableMs } from '../approval.ts'
import type { InstallEvent } from '../events.ts'
import type { Policy } from '../workspace.ts'

export type SettleStores = {
  /** Approves all pending requests for this connection. @returns the approved requests. */
  approvePending(
    workspaceId: string,
    connectionId: string,
    decision: RequestDecision,
  ): Promise<{ id: string; userId: string }[]>
  appendAll(events: InstallEvent[]): Promise<void>
}

/**
 * A connection on the approved list needs no requests: other members' pending requests for it are approved, too. Where only
 * owners install they are not, since an approval there is for the member who asked.
 */
export async function settleRequests(
  needs: ActionNeeds,
  stores: SettleStores,
  context: ActionContext,
  connectionId: string,
  under: Policy['restrictInstalls'],
): Promise<void> {
  if (under === 'owners-only') return
  const at = needs.now()
  const expiresAt = new Date(at.getTime() + resumableMs)
  const settled = await stores.approvePending(context.workspaceId, connectionId, {
    by: context.actorId,
    at,
    expiresAt,
    letsIn: false,
    answer: null,
  })
  const about = { connectionId, installationId: null }
  await stores.appendAll(
    settled.map(one =>
      newEvent(needs, context, 'approval-request.approved', about, {
        request_id: one.id,
        member_id: one.userId,
      }),
    ),
  )
}
