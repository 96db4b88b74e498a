import { type ActionContext, type ActionParts, actorOf, newEvent } from '../action-context.ts'
import { mayResumeOwn, type Placement } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import type { ResumeStores } from './resume.ts'

export type ResumeOwnStores = Pick<
  ResumeStores,
  'actor' | 'holdInstallations' | 'resumeInstallations' | 'appendAll'
> & {
  placement(userId: string, workspaceId: string, connectionId: string): Promise<Placement | null>
}

/** `already`: it is not suspended; `unknown`: this person has no such installation in this workspace. */
export type OwnResumed = { kind: 'resumed' | 'already' | 'unknown' }

/** A member who is back resumes an installation that was suspended when they left. Its tokens stay the same. */
export function resumeOwn(needs: ActionParts<ResumeOwnStores>) {
  return (
    context: ActionContext & { actorId: string },
    installationId: string,
  ): Promise<OwnResumed | Refusal> =>
    needs.transact(async stores => {
      const { workspaceId, actorId } = context
      const [held] = await stores.holdInstallations(workspaceId, { installationId })
      const actor = await actorOf(stores, context)
      if (!actor || !held || held.userId !== actorId) return { kind: 'unknown' }
      if (held.state !== 'suspended') return { kind: 'already' }
      const { connectionId } = held
      const placement = await stores.placement(actorId, workspaceId, connectionId)
      if (!placement) return { kind: 'unknown' }
      const may = mayResumeOwn(placement, actor, held)
      if (may.kind === 'no') return refused(may.because)
      await stores.resumeInstallations(workspaceId, [held.id], needs.now())
      const about = { connectionId, installationId: held.id }
      await stores.appendAll([
        newEvent(needs, context, 'installation.resumed', about, { installer_id: actorId }),
      ])
      return { kind: 'resumed' }
    })
}
