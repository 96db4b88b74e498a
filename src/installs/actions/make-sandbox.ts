import { type ActionParts, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import { draftSandbox, type SandboxDraft } from '../sandbox.ts'

/** A developer and their own sandbox. */
export type SandboxContext = { userId: string; address: string | null; requestId: string | null }

export type MakeSandboxStores = {
  /** false: this developer has one already. */
  saveSandbox(draft: SandboxDraft, now: Date): Promise<boolean>
  append(event: InstallEvent): Promise<void>
}

/** One for each developer: a second press finds the first one's. */
export function makeSandbox(needs: ActionParts<MakeSandboxStores>) {
  return (context: SandboxContext): Promise<{ kind: 'made' | 'there-already' }> =>
    needs.transact(async stores => {
      const draft = draftSandbox(context.userId, needs.newId)
      if (!(await stores.saveSandbox(draft, needs.now()))) return { kind: 'there-already' }
      const about = { connectionId: null, installationId: null }
      const whole = { ...context, workspaceId: draft.id, actorId: context.userId }
      await stores.append(newEvent(needs, whole, 'sandbox.created', about, { pages: draft.pages.length }))
      return { kind: 'made' }
    })
}
