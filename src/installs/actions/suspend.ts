import { type ActionContext, type ActionParts, actorOf, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import type { HeldInstallation, InstallationScope } from '../installation.ts'
import { type Actor, maySuspend } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'

export type SuspendStores = {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  /** Locks existing installations with their authorizations. */
  holdToEnd(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]>
  /** Suspends them, and ends their unredeemed consents, which would set them active again. */
  suspendInstallations(workspaceId: string, ids: string[], now: Date): Promise<void>
  appendAll(events: InstallEvent[]): Promise<void>
}

export type Suspended = { kind: 'suspended'; count: number } | { kind: 'already' | 'unknown' }

/** Suspends installations: their tokens stay the same, and reach no page until an owner resumes them. */
export function suspend(needs: ActionParts<SuspendStores>) {
  return (context: ActionContext, scope: InstallationScope): Promise<Suspended | Refusal> =>
    needs.transact(async stores => {
      const actor = await actorOf(stores, context)
      if (!actor) return { kind: 'unknown' }
      const may = maySuspend(actor)
      if (may.kind === 'no') return refused(may.because)
      const held = await stores.holdToEnd(context.workspaceId, scope)
      if (held.length === 0) return { kind: 'unknown' }
      const active = held.filter(one => one.state === 'active')
      if (active.length === 0) return { kind: 'already' }
      const ids = active.map(one => one.id)
      await stores.suspendInstallations(context.workspaceId, ids, needs.now())
      await stores.appendAll(
        active.map(one =>
          newEvent(
            needs,
            context,
            'installation.suspended',
            { connectionId: one.connectionId, installationId: one.id },
            { reason: 'by-owner', installer_id: one.userId },
          ),
        ),
      )
      return { kind: 'suspended', count: active.length }
    })
}
