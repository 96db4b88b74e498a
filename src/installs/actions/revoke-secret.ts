import type { ActionParts } from '../action-context.ts'
import {
  connectionEvent,
  type DeveloperContext,
  hold,
  type ManagedStores,
  type Unknown,
} from '../managed-connection.ts'

export type RevokeSecretStores = ManagedStores & {
  /** @returns whether it was live until now. */
  revokeSecret(connectionId: string, secretId: string, now: Date): Promise<boolean>
}

/** `already`: it is no live secret of this connection. */
export type SecretRevoked = { kind: 'revoked' } | { kind: 'already' } | Unknown

/** Clients cannot authenticate with the secret from the next request on. Tokens issued with it stay valid. */
export function revokeSecret(needs: ActionParts<RevokeSecretStores>) {
  return (context: DeveloperContext, secretId: string): Promise<SecretRevoked> =>
    needs.transact(async stores => {
      const found = await hold(stores, context)
      if (!found) return { kind: 'unknown' }
      if (!(await stores.revokeSecret(found.connection.id, secretId, needs.now()))) return { kind: 'already' }
      await stores.append(
        connectionEvent(needs, context, found.connection, 'secret.revoked', { secret_id: secretId }),
      )
      return { kind: 'revoked' }
    })
}
