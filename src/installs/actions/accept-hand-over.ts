import { type ActionContext, type ActionNeeds, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import type { HandOver, HandOverState } from '../hand-over.ts'
import { type HeldInstallation, type InstallationScope, isLive } from '../installation.ts'
import { type Actor, mayTakeOver, type Placement } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import { whyNotTo } from './hand-over.ts'

export type AcceptHandOverStores = {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  placement(userId: string, workspaceId: string, connectionId: string): Promise<Placement | null>
  /** Reads it, and holds nothing. */
  offer(workspaceId: string, id: string): Promise<HandOver | null>
  /** Holds the offer until it is decided. */
  holdOffer(workspaceId: string, id: string): Promise<HandOver | null>
  holdInstallations(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]>
  /** Holds those that exist, and with them the authorizations that their tokens hang from. */
  holdToEnd(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]>
  /** Nobody removes this member, and no code of his is redeemed, until the action is done. */
  holdMember(workspaceId: string, userId: string): Promise<void>
  decideOffer(workspaceId: string, id: string, state: HandOverState, now: Date): Promise<void>
  /**
   * The member's own installation of the connection, disconnected before, is forgotten; the one taken over becomes his, active,
   * with all that its tokens hang from. Of its pages those remain that he reaches, granted by him.
   */
  takeOver(
    workspaceId: string,
    taken: { installationId: string; connectionId: string; toUserId: string },
    now: Date,
  ): Promise<{ kept: number; dropped: number }>
  append(event: InstallEvent): Promise<void>
}

export type AcceptHandOverNeeds = ActionNeeds & {
  transact<T>(work: (stores: AcceptHandOverStores) => Promise<T>): Promise<T>
}

/** `over`: it was decided or taken back before, or there is nothing left to take. `unknown`: it is offered to somebody else. */
export type HandOverAccepted =
  | { kind: 'accepted'; connectionId: string; kept: number; dropped: number }
  | { kind: 'over' | 'unknown' }

/** The member whom the owner named takes over; the partner's tokens work again, and reach what he reaches. */
export function acceptHandOver(needs: AcceptHandOverNeeds) {
  return (
    context: ActionContext & { actorId: string },
    offerId: string,
  ): Promise<HandOverAccepted | Refusal> =>
    needs.transact(async stores => {
      const { workspaceId } = context
      const seen = await stores.offer(workspaceId, offerId)
      if (seen?.toUserId !== context.actorId) return { kind: 'unknown' }
      // The installation before the offer, as whoever ends it does: else each would wait for what the other holds.
      const [held] = await stores.holdToEnd(workspaceId, { installationId: seen.installationId })
      const offer = await stores.holdOffer(workspaceId, offerId)
      if (offer?.state !== 'offered') return { kind: 'over' }
      if (!held || held.userId !== offer.fromUserId || !isLive(held)) return { kind: 'over' }
      if (held.installerIsMember) return refused('installer-present')
      await stores.holdMember(workspaceId, context.actorId)
      const refusal = await whyNot(stores, context, offer, held)
      if (refusal) return refusal
      const { connectionId } = held
      const taken = { installationId: held.id, connectionId, toUserId: context.actorId }
      const { kept, dropped } = await stores.takeOver(workspaceId, taken, needs.now())
      await stores.decideOffer(workspaceId, offerId, 'accepted', needs.now())
      const data = { hand_over_id: offerId, from_id: offer.fromUserId, to_id: offer.toUserId, kept, dropped }
      const about = { connectionId, installationId: held.id, installerId: offer.fromUserId }
      await stores.append(newEvent(needs, context, 'hand-over.accepted', about, data))
      return { kind: 'accepted', connectionId, kept, dropped }
    })
}

async function whyNot(
  stores: AcceptHandOverStores,
  context: ActionContext & { actorId: string },
  offer: HandOver,
  held: HeldInstallation,
): Promise<Refusal | null> {
  const { workspaceId, actorId } = context
  const actor = await stores.actor(workspaceId, actorId)
  const placement = await stores.placement(actorId, workspaceId, held.connectionId)
  if (!actor || !placement) return refused('not-a-member')
  const may = mayTakeOver(placement, offer, actor)
  return may.kind === 'no' ? refused(may.because) : whyNotTo(stores, workspaceId, held, actorId)
}
