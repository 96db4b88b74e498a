import { type ActionContext, type ActionNeeds, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import type { HeldInstallation, InstallationScope, StateReason } from '../installation.ts'

/** The methods run in one transaction. */
export type EndStores = {
  /** Locks existing installations with their authorizations. */
  holdToEnd(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]>
  /** Revokes them and their internal tokens, and deletes their authorizations with all codes and tokens. */
  endInstallations(workspaceId: string, ids: string[], reason: StateReason, now: Date): Promise<void>
  appendAll(events: InstallEvent[]): Promise<void>
}

/** The last step of every disconnect: ends the locked installations, and records an event for each. */
export async function endInstallations(
  needs: ActionNeeds,
  stores: EndStores,
  context: ActionContext,
  installations: HeldInstallation[],
  reason: StateReason,
): Promise<void> {
  const ids = installations.map(one => one.id)
  await stores.endInstallations(context.workspaceId, ids, reason, needs.now())
  await stores.appendAll(
    installations.map(one =>
      newEvent(
        needs,
        context,
        'installation.disconnected',
        { connectionId: one.connectionId, installationId: one.id },
        { reason, installer_id: one.userId },
      ),
    ),
  )
}
