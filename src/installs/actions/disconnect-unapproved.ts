import { type ActionContext, type ActionParts, actorOf } from '../action-context.ts'
import { type HeldInstallation, isLive } from '../installation.ts'
import { type Actor, isAgainstPolicy, mayGovern } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import type { Role } from '../workspace.ts'
import { type EndStores, endInstallations } from './end-installations.ts'
import type { KeptPolicy } from './set-policy.ts'

/** The facts that decide whether today's policy would allow an installation. */
export type GovernedInstallation = {
  id: string
  connectionId: string
  userId: string | null
  /** null: the installer is no longer a member. */
  installerRole: Role | null
  connection: { firstParty: boolean; approved: boolean }
}

export type DisconnectUnapprovedStores = EndStores & {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  /** Locks the policy, so that it does not change during the action. */
  holdPolicy(workspaceId: string): Promise<KeptPolicy | null>
  /** All live installations of public connections, by connection. */
  governed(workspaceId: string): Promise<GovernedInstallation[]>
}

/** An owner ends all installations that the policy would not allow, in one transaction. */
export function disconnectUnapproved(needs: ActionParts<DisconnectUnapprovedStores>) {
  return (
    context: ActionContext,
  ): Promise<{ kind: 'disconnected'; count: number } | { kind: 'unknown' } | Refusal> =>
    needs.transact(async stores => {
      const rules = await stores.holdPolicy(context.workspaceId)
      const actor = await actorOf(stores, context)
      if (!actor || !rules) return { kind: 'unknown' }
      const may = mayGovern(actor)
      if (may.kind === 'no') return refused(may.because)
      const against = (await stores.governed(context.workspaceId)).filter(one =>
        isAgainstPolicy(rules, one, one.connection),
      )
      const ids = new Set(against.map(one => one.id))
      const held: HeldInstallation[] = []
      // In one order: two owners at once wait for each other instead of deadlocking.
      for (const connectionId of [...new Set(against.map(one => one.connectionId))].sort())
        held.push(...(await stores.holdToEnd(context.workspaceId, { connectionId, userId: null })))
      const ending = held.filter(one => ids.has(one.id) && isLive(one))
      if (ending.length > 0) await endInstallations(needs, stores, context, ending, 'not-approved')
      return { kind: 'disconnected', count: ending.length }
    })
}
