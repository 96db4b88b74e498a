import { type AccessEnd, accessEndAfter, mostAccessDays, withinLimit } from '../access-end.ts'
import { type ActionContext, type ActionParts, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import type { HeldInstallation, InstallationScope } from '../installation.ts'
import { mayInstall, type Placement } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'

export type RenewAccessStores = {
  placement(userId: string, workspaceId: string, connectionId: string): Promise<Placement | null>
  holdInstallations(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]>
  /** null: it has no end. */
  accessEnd(workspaceId: string, installationId: string): Promise<AccessEnd>
  setAccessEnd(workspaceId: string, installationId: string, end: AccessEnd, now: Date): Promise<void>
  append(event: InstallEvent): Promise<void>
}

/** `endless`: it has no end to renew; `over`: it is suspended or disconnected. */
export type AccessRenewed = { kind: 'renewed'; at: Date } | { kind: 'endless' | 'over' | 'unknown' }

/**
 * A member allows the access of their own installation for as many days again, from now, also after it ended. Its pages, levels and
 * tokens stay as they are.
 */
export function renewAccess(needs: ActionParts<RenewAccessStores>) {
  return (
    context: ActionContext & { actorId: string },
    installationId: string,
  ): Promise<AccessRenewed | Refusal> =>
    needs.transact(async stores => {
      const { workspaceId, actorId } = context
      const [held] = await stores.holdInstallations(workspaceId, { installationId })
      if (held?.userId !== actorId) return { kind: 'unknown' }
      if (held.state !== 'active') return { kind: 'over' }
      const placement = await stores.placement(actorId, workspaceId, held.connectionId)
      if (!placement) return { kind: 'unknown' }
      const may = mayInstall(placement)
      if (may.kind === 'no') return refused(may.because)
      const before = await stores.accessEnd(workspaceId, installationId)
      if (before === null) return { kind: 'endless' }
      const now = needs.now()
      const end = accessEndAfter(withinLimit(before.days, mostAccessDays(placement)), now)!
      await stores.setAccessEnd(workspaceId, installationId, end, now)
      const about = { connectionId: held.connectionId, installationId }
      const data = { before: before.at, access_ends_at: end.at }
      await stores.append(newEvent(needs, context, 'installation.renewed', about, data))
      return { kind: 'renewed', at: end.at }
    })
}
