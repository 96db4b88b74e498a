import type { ActionParts } from '../action-context.ts'
import { type DeveloperContext, hold, type Unknown } from '../managed-connection.ts'
import { type SwitchStores, tellEveryone } from './disable-connection.ts'

export type DeleteStores = SwitchStores & {
  /** Marks it deleted, revokes its secrets, and ends every installation with all codes and tokens. */
  deleteConnection(connectionId: string, now: Date): Promise<void>
}

/** Deletes the connection for good: its tokens fail from the next request on. Its history is kept. */
export function deleteConnection(needs: ActionParts<DeleteStores>) {
  return (context: DeveloperContext): Promise<{ kind: 'deleted'; name: string } | Unknown> =>
    needs.transact(async stores => {
      const found = await hold(stores, context)
      if (!found) return { kind: 'unknown' }
      // Before the installations end: afterwards the workspaces where it was in force are no longer known.
      await tellEveryone(needs, stores, context, found.connection, 'connection.deleted')
      await stores.deleteConnection(found.connection.id, needs.now())
      return { kind: 'deleted', name: found.connection.name }
    })
}
