import { type ActionContext, type ActionParts, actorOf } from '../action-context.ts'
import { isEndable, isLive } from '../installation.ts'
import { type Actor, mayDisconnect, outlivesDisconnecting } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import { type EndStores, endInstallations } from './end-installations.ts'

export type DisconnectStores = EndStores & {
  /** null: there is no such workspace. */
  actor(workspaceId: string, userId: string): Promise<Actor | null>
}

/** `already`: it was disconnected before; `unknown`: there is no such installation in this workspace. */
export type Disconnected = { kind: 'disconnected'; connectionId: string } | { kind: 'already' | 'unknown' }

/** Ends one installation. When this returns all its tokens are dead, including those issued concurrently. */
export function disconnect(needs: ActionParts<DisconnectStores>) {
  return (context: ActionContext, installationId: string): Promise<Disconnected | Refusal> =>
    needs.transact(async stores => {
      const actor = await actorOf(stores, context)
      const [held] = await stores.holdToEnd(context.workspaceId, { installationId })
      if (!actor || !held) return { kind: 'unknown' }
      const may = mayDisconnect(actor, held)
      if (may.kind === 'no') return refused(may.because)
      const own = held.userId !== null && held.userId === context.actorId
      if (!(own ? isLive(held) : isEndable(held))) return { kind: 'already' }
      const reason = own ? 'by-member' : context.actorId === null ? 'by-operator' : 'by-owner'
      const stays = outlivesDisconnecting(actor, held)
      await endInstallations(needs, stores, context, [held], stays ? 'while-suspended' : reason)
      return { kind: 'disconnected', connectionId: held.connectionId }
    })
}
