import { actorOf, type Deed, type DeedNeeds, eventOf } from '../action-context.ts'
import { type Actor, mayGovern, policyInEffect } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import type { KeptPolicy } from './set-policy.ts'
import { type SettleStores, settleRequests } from './settle-requests.ts'

export type AddApprovalStores = SettleStores & {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  /** Holds it until the change is done; null when there is no such workspace. */
  holdPolicy(workspaceId: string): Promise<KeptPolicy | null>
  /** Somebody has this public connection installed there, also where it is suspended. */
  isInstalled(workspaceId: string, connectionId: string): Promise<boolean>
  /** @returns false when it stood on the list already. */
  addApproval(workspaceId: string, connectionId: string, by: string | null, now: Date): Promise<boolean>
}

export type AddApprovalNeeds = DeedNeeds & {
  transact<T>(work: (stores: AddApprovalStores) => Promise<T>): Promise<T>
}

/** An owner puts a connection that is installed in the workspace on its approved list. */
export function addApproval(needs: AddApprovalNeeds) {
  return (deed: Deed, connectionId: string): Promise<{ kind: 'added' | 'already' | 'unknown' } | Refusal> =>
    needs.transact(async stores => {
      const rules = await stores.holdPolicy(deed.workspaceId)
      const actor = await actorOf(stores, deed)
      if (!actor || !rules) return { kind: 'unknown' }
      const may = mayGovern(actor)
      if (may.kind === 'no') return refused(may.because)
      if (!(await stores.isInstalled(deed.workspaceId, connectionId))) return refused('not-installed-here')
      const isNew = await stores.addApproval(deed.workspaceId, connectionId, deed.actorId, needs.now())
      if (!isNew) return { kind: 'already' }
      const about = { connectionId, installationId: null }
      await stores.appendAll([eventOf(needs, deed, 'approval.added', about)])
      await settleRequests(
        needs,
        stores,
        deed,
        connectionId,
        policyInEffect(rules.plan, rules.policy).restrictInstalls,
      )
      return { kind: 'added' }
    })
}
