import { type ActionContext, type ActionParts, actorOf, newEvent } from '../action-context.ts'
import { type Actor, mayGovern, policyInEffect } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import type { KeptPolicy } from './set-policy.ts'
import { type SettleStores, settleRequests } from './settle-requests.ts'

export type AddApprovalStores = SettleStores & {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  /** Locks the policy; null: there is no such workspace. */
  holdPolicy(workspaceId: string): Promise<KeptPolicy | null>
  /** Whether anyone has this public connection installed there, active or suspended. */
  isInstalled(workspaceId: string, connectionId: string): Promise<boolean>
  /** @returns false: it was already on the list. */
  addApproval(workspaceId: string, connectionId: string, by: string | null, now: Date): Promise<boolean>
}

/** An owner adds a connection that is installed in the workspace to its approved list. */
export function addApproval(needs: ActionParts<AddApprovalStores>) {
  return (
    context: ActionContext,
    connectionId: string,
  ): Promise<{ kind: 'added' | 'already' | 'unknown' } | Refusal> =>
    needs.transact(async stores => {
      const rules = await stores.holdPolicy(context.workspaceId)
      const actor = await actorOf(stores, context)
      if (!actor || !rules) return { kind: 'unknown' }
      const may = mayGovern(actor)
      if (may.kind === 'no') return refused(may.because)
      if (!(await stores.isInstalled(context.workspaceId, connectionId))) return refused('not-installed-here')
      const isNew = await stores.addApproval(context.workspaceId, connectionId, context.actorId, needs.now())
      if (!isNew) return { kind: 'already' }
      const about = { connectionId, installationId: null }
      await stores.appendAll([newEvent(needs, context, 'approval.added', about)])
      await settleRequests(
        needs,
        stores,
        context,
        connectionId,
        policyInEffect(rules.plan, rules.policy).restrictInstalls,
      )
      return { kind: 'added' }
    })
}
