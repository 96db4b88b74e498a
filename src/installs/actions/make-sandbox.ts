import { type DeedNeeds, eventOf } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import { draftSandbox, type SandboxDraft } from '../sandbox.ts'

/** A developer, at his own sandbox. */
export type SandboxDeed = { userId: string; address: string | null; requestId: string | null }

export type MakeSandboxNeeds = DeedNeeds & {
  transact<T>(work: (stores: MakeSandboxStores) => Promise<T>): Promise<T>
}
export type MakeSandboxStores = {
  /** false: this developer has one already. */
  saveSandbox(draft: SandboxDraft, now: Date): Promise<boolean>
  append(event: InstallEvent): Promise<void>
}

/** One for each developer: a second press finds the first one's. */
export function makeSandbox(needs: MakeSandboxNeeds) {
  return (deed: SandboxDeed): Promise<{ kind: 'made' | 'there-already' }> =>
    needs.transact(async stores => {
      const draft = draftSandbox(deed.userId, needs.newId)
      if (!(await stores.saveSandbox(draft, needs.now()))) return { kind: 'there-already' }
      const about = { connectionId: null, installationId: null }
      const whole = { ...deed, workspaceId: draft.id, actorId: deed.userId }
      await stores.append(eventOf(needs, whole, 'sandbox.created', about, { pages: draft.pages.length }))
      return { kind: 'made' }
    })
}
