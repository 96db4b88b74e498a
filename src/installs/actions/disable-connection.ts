import type { ActionNeeds, ActionParts } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import {
  connectionEvent,
  type DeveloperContext,
  hold,
  type ManagedStores,
  type Unknown,
} from '../managed-connection.ts'
import { mayEnableConnection } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'

export type SwitchStores = ManagedStores & {
  disable(connectionId: string, by: string | null, now: Date): Promise<boolean>
  enable(connectionId: string, now: Date): Promise<boolean>
  /** Where it is installed and in force, without the workspace that it belongs to. */
  workspacesWith(connectionId: string): Promise<string[]>
  appendAll(events: InstallEvent[]): Promise<void>
}

/** Stops every token, secret and flow of the connection from the next request on, and deletes none of them. */
export function disableConnection(needs: ActionParts<SwitchStores>) {
  return (context: DeveloperContext): Promise<{ kind: 'disabled' | 'already' } | Unknown> =>
    needs.transact(async stores => {
      const found = await hold(stores, context)
      if (!found) return { kind: 'unknown' }
      if (!(await stores.disable(found.connection.id, context.userId, needs.now())))
        return { kind: 'already' }
      await tellEveryone(needs, stores, context, found.connection, 'connection.disabled')
      return { kind: 'disabled' }
    })
}

/** Everything goes on where it stopped; tokens that ran out meanwhile are refreshed as ever. */
export function enableConnection(needs: ActionParts<SwitchStores>) {
  return (context: DeveloperContext): Promise<{ kind: 'enabled' | 'already' } | Refusal | Unknown> =>
    needs.transact(async stores => {
      const found = await hold(stores, context)
      if (!found) return { kind: 'unknown' }
      if (found.disabledBy === null) return { kind: 'already' }
      const may = mayEnableConnection(context.userId === null ? 'operator' : 'developer', found.disabledBy)
      if (may.kind === 'no') return refused(may.because)
      await stores.enable(found.connection.id, needs.now())
      await tellEveryone(needs, stores, context, found.connection, 'connection.enabled')
      return { kind: 'enabled' }
    })
}

/**
 * The event itself, and one for each workspace that it concerns, so that owners find it in their history. There it names no
 * person: who works for the developer is not the workspace's to know.
 */
export async function tellEveryone(
  needs: ActionNeeds,
  stores: SwitchStores,
  context: DeveloperContext,
  connection: { id: string; workspaceId: string | null },
  kind: 'connection.disabled' | 'connection.enabled' | 'connection.deleted',
): Promise<void> {
  const by = context.userId === null ? 'operator' : 'developer'
  await stores.append(connectionEvent(needs, context, connection, kind, { by }))
  const nameless = { ...context, userId: null, address: null }
  const workspaces = await stores.workspacesWith(connection.id)
  await stores.appendAll(
    workspaces.map(workspaceId =>
      connectionEvent(needs, nameless, { id: connection.id, workspaceId }, kind, { by }),
    ),
  )
}
