import { type ActionContext, type ActionParts, actorOf } from '../action-context.ts'
import { isEndable } from '../installation.ts'
import { mayGovern } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import type { DisconnectStores } from './disconnect.ts'
import { endInstallations } from './end-installations.ts'

/** An owner ends one person's access through a connection; everyone else keeps theirs. */
export function revokeMember(needs: ActionParts<DisconnectStores>) {
  return (
    context: ActionContext,
    asked: { connectionId: string; userId: string },
  ): Promise<{ kind: 'revoked' | 'already' | 'unknown' } | Refusal> =>
    needs.transact(async stores => {
      const actor = await actorOf(stores, context)
      if (!actor) return { kind: 'unknown' }
      const may = mayGovern(actor)
      if (may.kind === 'no') return refused(may.because)
      const [held] = await stores.holdToEnd(context.workspaceId, asked)
      if (!held) return { kind: 'unknown' }
      if (!isEndable(held)) return { kind: 'already' }
      await endInstallations(
        needs,
        stores,
        context,
        [held],
        context.actorId === null ? 'by-operator' : 'by-owner',
      )
      return { kind: 'revoked' }
    })
}
