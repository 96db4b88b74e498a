import { actorOf, type Deed, type DeedNeeds, eventOf } from '../deed.ts'
import type { InstallEvent } from '../events.ts'
import type { HeldInstallation, InstallationScope } from '../installation.ts'
import { type Actor, mayResume } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'

export type ResumeStores = {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  holdInstallations(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]>
  resumeInstallations(workspaceId: string, ids: string[], now: Date): Promise<void>
  appendAll(events: InstallEvent[]): Promise<void>
}

export type ResumeNeeds = DeedNeeds & {
  transact<T>(work: (stores: ResumeStores) => Promise<T>): Promise<T>
}

/** `left`: how many stay suspended because whoever installed them has left. */
export type Resumed = { kind: 'resumed'; count: number; left: number } | { kind: 'already' | 'unknown' }

/** Takes suspended installations into use again. Where there is only one and its installer left, that is refused. */
export function resume(needs: ResumeNeeds) {
  return (deed: Deed, scope: InstallationScope): Promise<Resumed | Refusal> =>
    needs.transact(async stores => {
      const actor = await actorOf(stores, deed)
      if (!actor) return { kind: 'unknown' }
      // Who may resume nothing at all learns nothing of what exists.
      const mayAny = mayResume(actor, { installerIsMember: true })
      if (mayAny.kind === 'no') return refused(mayAny.because)
      const held = await stores.holdInstallations(deed.workspaceId, scope)
      if (held.length === 0) return { kind: 'unknown' }
      const suspended = held.filter(one => one.state === 'suspended')
      if (suspended.length === 0) return { kind: 'already' }
      const resumable = suspended.filter(one => mayResume(actor, one).kind === 'yes')
      if (resumable.length === 0) return refused('installer-left')
      await stores.resumeInstallations(
        deed.workspaceId,
        resumable.map(one => one.id),
        needs.now(),
      )
      await stores.appendAll(
        resumable.map(one =>
          eventOf(
            needs,
            deed,
            'installation.resumed',
            { connectionId: one.connectionId, installationId: one.id },
            { installer_id: one.userId },
          ),
        ),
      )
      return { kind: 'resumed', count: resumable.length, left: suspended.length - resumable.length }
    })
}
