import { type ActionContext, type ActionParts, newEvent } from '../action-context.ts'
import { type PartnerRequest, sentenceLimit, waitsMs } from '../approval.ts'
import type { Capability } from '../capability.ts'
import type { InstallEvent } from '../events.ts'
import { mayRequestApproval, type Placement } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'

/** A member whom the policy stopped, with the partner's request that brought them. */
export type Stopped = {
  connectionId: string
  capabilities: Capability[]
  parameters: PartnerRequest
  reason: string
}

export type RequestApprovalStores = {
  /** null: the workspace or the connection does not exist. */
  placement(userId: string, workspaceId: string, connectionId: string): Promise<Placement | null>
  /**
   * Keeps the request, or updates the member's pending one for the same connection: the partner waits for an answer to its
   * newest request only.
   * @returns the id of the kept request, and whether it is new.
   */
  savePending(row: PendingRequest): Promise<{ id: string; isNew: boolean }>
  append(event: InstallEvent): Promise<void>
}

export type PendingRequest = Stopped & {
  workspaceId: string
  id: string
  userId: string
  askedAt: Date
  expiresAt: Date
}

export type ApprovalRequested =
  | { kind: 'waiting'; id: string }
  | { kind: 'reason-missing' | 'reason-too-long' }

/** A member asks the owners to approve a connection that the policy does not let them install. */
export function requestApproval(needs: ActionParts<RequestApprovalStores>) {
  return async (
    context: ActionContext & { actorId: string },
    stopped: Stopped,
  ): Promise<ApprovalRequested | Refusal> => {
    const reason = stopped.reason.trim()
    if (reason === '') return { kind: 'reason-missing' }
    if ([...reason].length > sentenceLimit) return { kind: 'reason-too-long' }
    return needs.transact(async stores => {
      const { connectionId, capabilities } = stopped
      const placement = await stores.placement(context.actorId, context.workspaceId, connectionId)
      if (!placement) return refused('not-a-member')
      const may = mayRequestApproval(placement)
      if (may.kind === 'no') return refused(may.because)
      if (capabilities.some(one => !placement.connection.capabilities.includes(one)))
        return refused('capability-not-registered')
      const now = needs.now()
      const kept = await stores.savePending({
        ...stopped,
        reason,
        workspaceId: context.workspaceId,
        id: needs.newId(),
        userId: context.actorId,
        askedAt: now,
        expiresAt: new Date(now.getTime() + waitsMs),
      })
      const about = { connectionId, installationId: null }
      const data = { request_id: kept.id, capabilities, reason, again: !kept.isNew }
      await stores.append(newEvent(needs, context, 'approval-request.made', about, data))
      return { kind: 'waiting', id: kept.id }
    })
  }
}
