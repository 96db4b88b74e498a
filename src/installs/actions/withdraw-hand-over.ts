import { type ActionContext, type ActionParts, actorOf, newEvent } from '../action-context.ts'
import { type Actor, mayGovern } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import type { DeclineHandOverStores } from './decline-hand-over.ts'

export type WithdrawHandOverStores = DeclineHandOverStores & {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
}

/** `over`: the member decided before. */
export type HandOverWithdrawn = { kind: 'withdrawn' | 'over' | 'unknown' }

/** An owner withdraws an offer, so that it can be made to someone else. */
export function withdrawHandOver(needs: ActionParts<WithdrawHandOverStores>) {
  return (context: ActionContext, offerId: string): Promise<HandOverWithdrawn | Refusal> =>
    needs.transact(async stores => {
      const actor = await actorOf(stores, context)
      if (!actor) return { kind: 'unknown' }
      const may = mayGovern(actor)
      if (may.kind === 'no') return refused(may.because)
      const offer = await stores.holdOffer(context.workspaceId, offerId)
      if (!offer) return { kind: 'unknown' }
      if (offer.state !== 'offered') return { kind: 'over' }
      await stores.decideOffer(context.workspaceId, offerId, 'withdrawn', needs.now())
      const connectionId = await stores.connectionOf(context.workspaceId, offer.installationId)
      const about = { connectionId, installationId: offer.installationId }
      const data = { hand_over_id: offerId, from_id: offer.fromUserId, to_id: offer.toUserId }
      await stores.append(newEvent(needs, context, 'hand-over.withdrawn', about, data))
      return { kind: 'withdrawn' }
    })
}
