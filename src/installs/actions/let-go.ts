import { type ActionContext, type ActionParts, actorOf } from '../action-context.ts'
import { isLive } from '../installation.ts'
import { mayHandOver } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import type { Disconnected, DisconnectStores } from './disconnect.ts'
import { endInstallations } from './end-installations.ts'

/** An owner ends a departed member's installation for good. An open offer of it ends, too. */
export function letGo(needs: ActionParts<DisconnectStores>) {
  return (context: ActionContext, installationId: string): Promise<Disconnected | Refusal> =>
    needs.transact(async stores => {
      const actor = await actorOf(stores, context)
      if (!actor) return { kind: 'unknown' }
      const mayAny = mayHandOver(actor, { installerIsMember: false })
      if (mayAny.kind === 'no') return refused(mayAny.because)
      const [held] = await stores.holdToEnd(context.workspaceId, { installationId })
      if (!held || held.userId === null) return { kind: 'unknown' }
      if (!isLive(held)) return { kind: 'already' }
      const may = mayHandOver(actor, held)
      if (may.kind === 'no') return refused(may.because)
      await endInstallations(needs, stores, context, [held], 'let-go')
      return { kind: 'disconnected', connectionId: held.connectionId }
    })
}
