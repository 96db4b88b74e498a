import { type ActionContext, type ActionParts, actorOf, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import { type Actor, maySetPolicy } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import { type Plan, type Policy, samePolicy } from '../workspace.ts'

/** A workspace's policy with the plan that gives it effect; `setAt` is null where it was never set. */
export type KeptPolicy = { plan: Plan; policy: Policy; setAt: Date | null; setBy: string | null }

export type SetPolicyStores = {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  /** Holds it until the change is done; null when there is no such workspace. */
  holdPolicy(workspaceId: string): Promise<KeptPolicy | null>
  savePolicy(workspaceId: string, policy: Policy, by: string | null, now: Date): Promise<void>
  append(event: InstallEvent): Promise<void>
}

/** `overtaken`: somebody else set it after the caller read it; `unknown`: there is no such workspace. */
export type PolicySet = { kind: 'set' | 'unchanged' | 'unknown' } | { kind: 'overtaken'; by: string | null }

/**
 * An owner sets the workspace's policy. It applies from the next request on; existing installations are not ended.
 * @param seen when the policy that the owner looked at had been set; null: never.
 */
export function setPolicy(needs: ActionParts<SetPolicyStores>) {
  return (context: ActionContext, policy: Policy, seen: Date | null): Promise<PolicySet | Refusal> =>
    needs.transact(async stores => {
      const kept = await stores.holdPolicy(context.workspaceId)
      // Read after the wait for the lock: a member who is no longer an owner by then is refused.
      const actor = await actorOf(stores, context)
      if (!actor || !kept) return { kind: 'unknown' }
      const may = maySetPolicy(actor, kept.plan)
      if (may.kind === 'no') return refused(may.because)
      if (samePolicy(kept.policy, policy)) return { kind: 'unchanged' }
      if (kept.setAt?.getTime() !== seen?.getTime()) return { kind: 'overtaken', by: kept.setBy }
      await stores.savePolicy(context.workspaceId, policy, context.actorId, needs.now())
      const about = { connectionId: null, installationId: null }
      await stores.append(
        newEvent(needs, context, 'policy.changed', about, { before: kept.policy, after: policy }),
      )
      return { kind: 'set' }
    })
}
