import { type ActionContext, type ActionParts, actorOf, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import type { HandOver } from '../hand-over.ts'
import { type HeldInstallation, type InstallationScope, isLive } from '../installation.ts'
import { type Actor, mayHandOver, mayInstall, type Placement } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'

export type HandOverStores = {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  placement(userId: string, workspaceId: string, connectionId: string): Promise<Placement | null>
  holdInstallations(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]>
  /** The open offer of this installation, if any. */
  openOffer(workspaceId: string, installationId: string): Promise<HandOver | null>
  saveOffer(offer: HandOver): Promise<void>
  append(event: InstallEvent): Promise<void>
}

/** `offered-already`: another offer of it is open. `unknown`: no installation of this id whose installer has left. */
export type HandOverOffered =
  | { kind: 'offered'; id: string }
  | { kind: 'offered-already'; toUserId: string }
  | { kind: 'unknown' }

/**
 * An owner offers a departed member's installation to another member. It stays suspended until that member accepts. The member
 * must be allowed to install the connection, and must not have it installed: a person has it once in a workspace.
 */
export function handOver(needs: ActionParts<HandOverStores>) {
  return (
    context: ActionContext,
    asked: { installationId: string; toUserId: string },
  ): Promise<HandOverOffered | Refusal> =>
    needs.transact(async stores => {
      const { workspaceId } = context
      const actor = await actorOf(stores, context)
      if (!actor) return { kind: 'unknown' }
      const mayAny = mayHandOver(actor, { installerIsMember: false })
      if (mayAny.kind === 'no') return refused(mayAny.because)
      const [held] = await stores.holdInstallations(workspaceId, { installationId: asked.installationId })
      if (!held || held.userId === null || !isLive(held)) return { kind: 'unknown' }
      const may = mayHandOver(actor, held)
      if (may.kind === 'no') return refused(may.because)
      const open = await stores.openOffer(workspaceId, held.id)
      if (open) return { kind: 'offered-already', toUserId: open.toUserId }
      const refusal = await whyNotTo(stores, workspaceId, held, asked.toUserId)
      if (refusal) return refusal
      const offer: HandOver = {
        workspaceId,
        id: needs.newId(),
        installationId: held.id,
        fromUserId: held.userId,
        toUserId: asked.toUserId,
        offeredBy: context.actorId,
        offeredAt: needs.now(),
        state: 'offered',
      }
      await stores.saveOffer(offer)
      const data = { hand_over_id: offer.id, from_id: offer.fromUserId, to_id: offer.toUserId }
      const about = { connectionId: held.connectionId, installationId: held.id }
      await stores.append(newEvent(needs, context, 'hand-over.offered', about, data))
      return { kind: 'offered', id: offer.id }
    })
}

/** The reason why this member cannot take it over; null: they can. */
export async function whyNotTo(
  stores: Pick<HandOverStores, 'placement' | 'holdInstallations'>,
  workspaceId: string,
  { connectionId }: { connectionId: string },
  userId: string,
): Promise<Refusal | null> {
  const placement = await stores.placement(userId, workspaceId, connectionId)
  const may = placement && mayInstall(placement)
  if (may?.kind !== 'yes') return refused(may?.because ?? 'not-a-member')
  const [own] = await stores.holdInstallations(workspaceId, { connectionId, userId })
  return own && isLive(own) ? refused('installed-already') : null
}
