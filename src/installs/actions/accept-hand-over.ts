import { type ActionContext, type ActionParts, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import type { HandOver, HandOverState } from '../hand-over.ts'
import { type HeldInstallation, type InstallationScope, isLive } from '../installation.ts'
import { type Actor, mayTakeOver, type Placement } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import { whyNotTo } from './hand-over.ts'

export type AcceptHandOverStores = {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  placement(userId: string, workspaceId: string, connectionId: string): Promise<Placement | null>
  /** Without a lock. */
  offer(workspaceId: string, id: string): Promise<HandOver | null>
  /** Locks the offer. */
  holdOffer(workspaceId: string, id: string): Promise<HandOver | null>
  holdInstallations(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]>
  /** Locks existing installations with their authorizations. */
  holdToEnd(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]>
  /** Locks the membership: until the end of the action it cannot be removed, and the member's codes cannot be redeemed. */
  holdMember(workspaceId: string, userId: string): Promise<void>
  decideOffer(workspaceId: string, id: string, state: HandOverState, now: Date): Promise<void>
  /**
   * Deletes the member's own disconnected installation of the connection. The one taken over becomes theirs and active, with
   * its authorizations. It keeps the granted pages that they reach, now granted by them.
   */
  takeOver(
    workspaceId: string,
    taken: { installationId: string; connectionId: string; toUserId: string },
    now: Date,
  ): Promise<{ kept: number; dropped: number }>
  append(event: InstallEvent): Promise<void>
}

/** `over`: it was decided or withdrawn before, or the installation has ended. `unknown`: it is another member's offer. */
export type HandOverAccepted =
  | { kind: 'accepted'; connectionId: string; kept: number; dropped: number }
  | { kind: 'over' | 'unknown' }

/** The named member takes the installation over: the partner's tokens work again, on granted pages that the member reaches. */
export function acceptHandOver(needs: ActionParts<AcceptHandOverStores>) {
  return (
    context: ActionContext & { actorId: string },
    offerId: string,
  ): Promise<HandOverAccepted | Refusal> =>
    needs.transact(async stores => {
      const { workspaceId } = context
      const seen = await stores.offer(workspaceId, offerId)
      if (seen?.toUserId !== context.actorId) return { kind: 'unknown' }
      // Locks the installation before the offer, as every ending does: the other order could deadlock.
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
