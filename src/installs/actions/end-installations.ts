import { type ActionContext, type ActionNeeds, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import type { HeldInstallation, InstallationScope, StateReason } from '../installation.ts'

/** What ending installations needs of the stores, in one transaction. */
export type EndStores = {
  /** Holds those that exist, and with them the authorizations that their tokens hang from. */
  holdToEnd(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]>
  /** Revokes them, deletes their authorizations with all codes and tokens, and revokes their standing tokens. */
  endInstallations(workspaceId: string, ids: string[], reason: StateReason, now: Date): Promise<void>
  appendAll(events: InstallEvent[]): Promise<void>
}

/** The last step of every disconnecting, whoever may do it: ends what is held, one event for each. */
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
