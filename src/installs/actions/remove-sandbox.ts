import { type DeedNeeds, eventOf } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import type { SandboxDeed } from './make-sandbox.ts'

export type RemoveSandboxNeeds = DeedNeeds & {
  transact<T>(work: (stores: RemoveSandboxStores) => Promise<T>): Promise<T>
}
export type RemoveSandboxStores = {
  /** With its people, pages and installations. @returns its id; null: there was none. */
  deleteSandbox(ownerId: string): Promise<string | null>
  append(event: InstallEvent): Promise<void>
}

/** Tokens that reach into it are dead from the next request on. */
export function removeSandbox(needs: RemoveSandboxNeeds) {
  return (deed: SandboxDeed): Promise<{ kind: 'removed' | 'gone-already' }> =>
    needs.transact(async stores => {
      const id = await stores.deleteSandbox(deed.userId)
      if (id === null) return { kind: 'gone-already' }
      const about = { connectionId: null, installationId: null }
      const whole = { ...deed, workspaceId: id, actorId: deed.userId }
      await stores.append(eventOf(needs, whole, 'sandbox.removed', about))
      return { kind: 'removed' }
    })
}
