import { type ActionContext, type ActionParts, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import type { HandOver, HandOverState } from '../hand-over.ts'

export type DeclineHandOverStores = {
  holdOffer(workspaceId: string, id: string): Promise<HandOver | null>
  decideOffer(workspaceId: string, id: string, state: HandOverState, now: Date): Promise<void>
  connectionOf(workspaceId: string, installationId: string): Promise<string | null>
  append(event: InstallEvent): Promise<void>
}

/** `over`: it was decided or withdrawn before. `unknown`: it is another member's offer. */
export type HandOverDeclined = { kind: 'declined' | 'over' | 'unknown' }

/** The named member declines; the installation stays suspended, for owners to decide. */
export function declineHandOver(needs: ActionParts<DeclineHandOverStores>) {
  return (context: ActionContext & { actorId: string }, offerId: string): Promise<HandOverDeclined> =>
    needs.transact(async stores => {
      const offer = await stores.holdOffer(context.workspaceId, offerId)
      if (offer?.toUserId !== context.actorId) return { kind: 'unknown' }
      if (offer.state !== 'offered') return { kind: 'over' }
      await stores.decideOffer(context.workspaceId, offerId, 'declined', needs.now())
      const connectionId = await stores.connectionOf(context.workspaceId, offer.installationId)
      const about = { connectionId, installationId: offer.installationId }
      const data = { hand_over_id: offerId, from_id: offer.fromUserId, to_id: offer.toUserId }
      await stores.append(newEvent(needs, context, 'hand-over.declined', about, data))
      return { kind: 'declined' }
    })
}
