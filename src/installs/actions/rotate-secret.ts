import { createHash } from 'node:crypto'
import type { ActionParts } from '../action-context.ts'
import {
  connectionEvent,
  type DeveloperContext,
  hold,
  type ManagedStores,
  type Unknown,
} from '../managed-connection.ts'
import { type Refusal, refused } from '../refusal.ts'
import { newTokenValue } from '../token-value.ts'
import type { SecretRow } from './register-connection.ts'

/** Enough for a rotation without a pause: the new one is put in place while the old one still works. */
export const maxLiveSecrets = 2

export type RotateStores = ManagedStores & {
  countSecrets(connectionId: string): Promise<number>
  insertSecret(row: SecretRow): Promise<void>
}

export type Rotated = { kind: 'rotated'; secret: string } | Refusal | Unknown

/** Makes another client secret, which comes back once; the one in use goes on until it is revoked. */
export function rotateSecret(
  needs: ActionParts<RotateStores> & {
    random(bytes: number): Buffer
  },
) {
  return (context: DeveloperContext): Promise<Rotated> =>
    needs.transact(async stores => {
      const found = await hold(stores, context)
      if (!found) return { kind: 'unknown' }
      const { connection } = found
      if (connection.kind === 'internal' || connection.clientType === 'public') return refused('no-secrets')
      if ((await stores.countSecrets(connection.id)) >= maxLiveSecrets) return refused('two-secrets')
      const secret = newTokenValue('lks_', needs.random)
      const id = needs.newId()
      await stores.insertSecret({
        id,
        connectionId: connection.id,
        hash: createHash('sha256').update(secret).digest(),
        hint: secret.slice(-4),
        createdBy: context.userId,
        createdAt: needs.now(),
      })
      await stores.append(connectionEvent(needs, context, connection, 'secret.rotated', { secret_id: id }))
      return { kind: 'rotated', secret }
    })
}
