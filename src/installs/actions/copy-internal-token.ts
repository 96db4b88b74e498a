import { type ActionContext, type ActionParts, actorOf, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import { type Actor, mayHandleInternalToken } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'

/** The kept token of an internal connection. */
export type KeptInternalToken = {
  installationId: string
  tokenId: string
  /** Sealed with the secret keys. */
  sealed: string
}

export type CopyTokenStores = {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  /** Null: not an internal connection of this workspace. `token`: its newest live token, if any. */
  internalToken(
    workspaceId: string,
    connectionId: string,
    now: Date,
  ): Promise<{ createdBy: string | null; token: KeptInternalToken | null } | null>
  append(event: InstallEvent): Promise<void>
}

/** `none`: it was disconnected, or no configured key opens the token. */
export type TokenCopied = { kind: 'copied'; token: string } | { kind: 'none' } | { kind: 'unknown' }

/** Shows the token again. The copy is recorded with its actor before the token is returned. */
export function copyInternalToken(
  needs: ActionParts<CopyTokenStores> & {
    /** The text; null: no key fits. */
    unseal(sealed: string): string | null
  },
) {
  return (context: ActionContext, connectionId: string): Promise<TokenCopied | Refusal> =>
    needs.transact(async stores => {
      const actor = await actorOf(stores, context)
      const kept = await stores.internalToken(context.workspaceId, connectionId, needs.now())
      if (!actor || !kept) return { kind: 'unknown' }
      const may = mayHandleInternalToken(actor, kept)
      if (may.kind === 'no') return refused(may.because)
      const token = kept.token && needs.unseal(kept.token.sealed)
      if (!kept.token || token === null) return { kind: 'none' }
      const { installationId, tokenId } = kept.token
      await stores.append(
        newEvent(
          needs,
          context,
          'internal-token.copied',
          { connectionId, installationId },
          { token_id: tokenId },
        ),
      )
      return { kind: 'copied', token }
    })
}
