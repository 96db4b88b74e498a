import { type ActionParts, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import type { SandboxContext } from './make-sandbox.ts'

export type RemoveSandboxStores = {
  /** With its people, pages and installations. @returns its id; null for a developer without one. */
  deleteSandbox(ownerId: string): Promise<string | null>
  append(event: InstallEvent): Promise<void>
}

/** Tokens that reach into it are dead from the next request on. */
export function removeSandbox(needs: ActionParts<RemoveSandboxStores>) {
  return (context: SandboxContext): Promise<{ kind: 'removed' | 'gone-already' }> =>
    needs.transact(async stores => {
      const id = await stores.deleteSandbox(context.userId)
      if (id === null) return { kind: 'gone-already' }
      const about = { connectionId: null, installationId: null }
      const whole = { ...context, workspaceId: id, actorId: context.userId }
      await stores.append(newEvent(needs, whole, 'sandbox.removed', about))
      return { kind: 'removed' }
    })
}
