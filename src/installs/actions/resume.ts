import { type ActionContext, type ActionParts, actorOf, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import { type HeldInstallation, type InstallationScope, isBarred } from '../installation.ts'
import { type Actor, mayResume } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'

export type ResumeStores = {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  holdInstallations(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]>
  resumeInstallations(workspaceId: string, ids: string[], now: Date): Promise<void>
  /** Lifts suspensions of disconnected installations: they stay disconnected, and may be installed again. */
  liftSuspensions(workspaceId: string, ids: string[], now: Date): Promise<void>
  appendAll(events: InstallEvent[]): Promise<void>
}

/**
 * `lifted`: how many had been disconnected while suspended, and may now be installed again. `left`: how many stay suspended
 * because their installers have left.
 */
export type Resumed =
  | { kind: 'resumed'; count: number; lifted: number; left: number }
  | { kind: 'already' | 'unknown' }

/** Resumes suspended installations. A single one whose installer has left is refused. */
export function resume(needs: ActionParts<ResumeStores>) {
  return (context: ActionContext, scope: InstallationScope): Promise<Resumed | Refusal> =>
    needs.transact(async stores => {
      const actor = await actorOf(stores, context)
      if (!actor) return { kind: 'unknown' }
      // Refused before anything is read: the refusal must not reveal which installations exist.
      const mayAny = mayResume(actor, { installerIsMember: true })
      if (mayAny.kind === 'no') return refused(mayAny.because)
      const held = await stores.holdInstallations(context.workspaceId, scope)
      if (held.length === 0) return { kind: 'unknown' }
      const suspended = held.filter(one => one.state === 'suspended' || isBarred(one))
      if (suspended.length === 0) return { kind: 'already' }
      const resumable = suspended.filter(one => mayResume(actor, one).kind === 'yes')
      if (resumable.length === 0) return refused('installer-left')
      const barred = resumable.filter(isBarred)
      const stopped = resumable.filter(one => !isBarred(one))
      await stores.resumeInstallations(context.workspaceId, idsOf(stopped), needs.now())
      await stores.liftSuspensions(context.workspaceId, idsOf(barred), needs.now())
      await stores.appendAll(
        resumable.map(one =>
          newEvent(
            needs,
            context,
            'installation.resumed',
            { connectionId: one.connectionId, installationId: one.id },
            { installer_id: one.userId, disconnected: isBarred(one) },
          ),
        ),
      )
      const left = suspended.length - resumable.length
      return { kind: 'resumed', count: stopped.length, lifted: barred.length, left }
    })
}

const idsOf = (installations: HeldInstallation[]) => installations.map(one => one.id)
