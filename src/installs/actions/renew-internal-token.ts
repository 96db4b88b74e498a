import { createHash } from 'node:crypto'
import type { ActionParts } from '../action-context.ts'
import type { InstallationState } from '../installation.ts'
import {
  connectionEvent,
  type DeveloperContext,
  hold,
  type ManagedStores,
  type Unknown,
} from '../managed-connection.ts'
import { mayGovern, mayHandleInternalToken } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import { newTokenValue } from '../token-value.ts'
import type { InternalTokenRow } from './register-connection.ts'

/** How long the old token may work on beside the new one. */
const maxOverlapSeconds = 7 * 24 * 60 * 60

export type InternalTokenStores = ManagedStores & {
  /** The installation of an internal connection, locked; null without one. */
  holdInternal(
    connectionId: string,
  ): Promise<{ workspaceId: string; installationId: string; state: InstallationState } | null>
  /** Tokens in force end at `at`, or when they would have ended before. @returns how many were in force. */
  endInternalTokens(installationId: string, at: Date, now: Date): Promise<number>
  insertInternalToken(row: InternalTokenRow): Promise<void>
  /** Reactivates a disconnected installation. */
  reviveInternal(installationId: string, now: Date): Promise<void>
}

export type RenewTokenNeeds = ActionParts<InternalTokenStores> & {
  random(bytes: number): Buffer
  seal(text: string): string
}

export type TokenRenewed = { kind: 'renewed'; token: string } | Refusal | Unknown

/**
 * Issues a new internal token, which is returned once; the old one ends at once or after `overlapSeconds`, seven days at most.
 * A connection that was disconnected for the whole workspace can be renewed by owners alone.
 */
export function renewInternalToken(needs: RenewTokenNeeds) {
  return (context: DeveloperContext, overlapSeconds: number): Promise<TokenRenewed> =>
    needs.transact(async stores => {
      const found = await hold(stores, context)
      const held = found && (await stores.holdInternal(found.connection.id))
      if (!found || !held) return { kind: 'unknown' }
      const may = mayHandleInternalToken(found.actor, found.connection)
      if (may.kind === 'no') return refused(may.because)
      if (held.state === 'revoked') {
        const mayRevive = mayGovern(found.actor)
        if (mayRevive.kind === 'no') return refused(mayRevive.because)
        await stores.reviveInternal(held.installationId, needs.now())
      }
      const now = needs.now()
      const overlap = Math.min(Math.max(0, overlapSeconds), maxOverlapSeconds)
      const before = await stores.endInternalTokens(
        held.installationId,
        new Date(now.getTime() + overlap * 1000),
        now,
      )
      const token = newTokenValue('lki_', needs.random)
      const id = needs.newId()
      await stores.insertInternalToken({
        id,
        workspaceId: held.workspaceId,
        installationId: held.installationId,
        hash: createHash('sha256').update(token).digest(),
        sealed: needs.seal(token),
        createdBy: context.userId,
        createdAt: now,
      })
      const data = { token_id: id, replaced: before, overlap_seconds: overlap }
      await stores.append(connectionEvent(needs, context, found.connection, 'internal-token.renewed', data))
      return { kind: 'renewed', token }
    })
}

export type TokenRevoked = { kind: 'revoked' | 'already' } | Refusal | Unknown

/** Ends every internal token of the connection at once. */
export function revokeInternalToken(needs: RenewTokenNeeds) {
  return (context: DeveloperContext): Promise<TokenRevoked> =>
    needs.transact(async stores => {
      const found = await hold(stores, context)
      const held = found && (await stores.holdInternal(found.connection.id))
      if (!found || !held) return { kind: 'unknown' }
      const may = mayHandleInternalToken(found.actor, found.connection)
      if (may.kind === 'no') return refused(may.because)
      const now = needs.now()
      const ended = await stores.endInternalTokens(held.installationId, now, now)
      if (ended === 0) return { kind: 'already' }
      await stores.append(
        connectionEvent(needs, context, found.connection, 'internal-token.revoked', { ended }),
      )
      return { kind: 'revoked' }
    })
}
