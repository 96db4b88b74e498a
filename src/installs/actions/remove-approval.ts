import { type ActionContext, type ActionParts, actorOf, newEvent } from '../action-context.ts'
import { isLive } from '../installation.ts'
import { type Actor, mayGovern } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import { type EndStores, endInstallations } from './end-installations.ts'
import type { KeptPolicy } from './set-policy.ts'

export type RemoveApprovalStores = EndStores & {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  /** Locks the policy, as every approval does, so that no request is approved during the removal. */
  holdPolicy(workspaceId: string): Promise<KeptPolicy | null>
  /** Also withdraws approved requests that let their members in. @returns false: it was not on the list. */
  removeApproval(workspaceId: string, connectionId: string): Promise<boolean>
}

/** `ended`: the number of installations that were disconnected. */
export type ApprovalRemoved = { kind: 'removed'; ended: number } | { kind: 'already' | 'unknown' }

/** An owner removes a connection from the approved list. Installations stay, or end in the same transaction. */
export function removeApproval(needs: ActionParts<RemoveApprovalStores>) {
  return (
    context: ActionContext,
    asked: { connectionId: string; installed: 'keep' | 'disconnect' },
  ): Promise<ApprovalRemoved | Refusal> =>
    needs.transact(async stores => {
      await stores.holdPolicy(context.workspaceId)
      const actor = await actorOf(stores, context)
      if (!actor) return { kind: 'unknown' }
      const may = mayGovern(actor)
      if (may.kind === 'no') return refused(may.because)
      const { connectionId, installed } = asked
      const held =
        installed === 'disconnect'
          ? (await stores.holdToEnd(context.workspaceId, { connectionId, userId: null })).filter(isLive)
          : []
      if (!(await stores.removeApproval(context.workspaceId, connectionId))) return { kind: 'already' }
      const about = { connectionId, installationId: null }
      await stores.appendAll([newEvent(needs, context, 'approval.removed', about, { installed })])
      const reason = context.actorId === null ? 'by-operator' : 'by-owner'
      if (held.length > 0) await endInstallations(needs, stores, context, held, reason)
      return { kind: 'removed', ended: held.length }
    })
}
