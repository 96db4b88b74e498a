import { type ActionContext, type ActionParts, actorOf } from '../action-context.ts'
import { isEndable } from '../installation.ts'
import { mayGovern } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import type { DisconnectStores } from './disconnect.ts'
import { endInstallations } from './end-installations.ts'

export type EveryoneDisconnected = { kind: 'disconnected'; count: number } | { kind: 'already' | 'unknown' }

/** An owner ends every installation of a connection in the workspace, in one transaction. */
export function disconnectEveryone(needs: ActionParts<DisconnectStores>) {
  return (context: ActionContext, connectionId: string): Promise<EveryoneDisconnected | Refusal> =>
    needs.transact(async stores => {
      const actor = await actorOf(stores, context)
      if (!actor) return { kind: 'unknown' }
      const may = mayGovern(actor)
      if (may.kind === 'no') return refused(may.because)
      const held = await stores.holdToEnd(context.workspaceId, { connectionId, userId: null })
      if (held.length === 0) return { kind: 'unknown' }
      const endable = held.filter(isEndable)
      if (endable.length === 0) return { kind: 'already' }
      await endInstallations(
        needs,
        stores,
        context,
        endable,
        context.actorId === null ? 'by-operator' : 'by-owner',
      )
      return { kind: 'disconnected', count: endable.length }
    })
}
