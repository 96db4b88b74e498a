import type { EntityManager } from 'typeorm'
import type {
  InternalInstallation,
  InternalTokenRow,
  SecretRow,
} from '../../../installs/actions/register-connection.ts'
import type { Connection } from '../../../installs/connection.ts'
import { connectionSecrets, connections, installations, internalTokens } from '../tables.ts'

/** The rows that a new connection consists of. Each method runs in its action's transaction. */
export function registrationStore(manager: EntityManager) {
  return {
    async insertConnection(
      connection: Connection & { registrationTokenHash?: Buffer; documentUrl?: string },
      now: Date,
    ): Promise<void> {
      await manager.getRepository(connections).insert({ ...connection, createdAt: now, updatedAt: now })
    },

    async insertSecret(row: SecretRow): Promise<void> {
      await manager.getRepository(connectionSecrets).insert(row)
    },

    async insertInternalInstallation(row: InternalInstallation): Promise<void> {
      await manager
        .getRepository(installations)
        .insert({ ...row, userId: null, state: 'active', updatedAt: row.createdAt })
    },

    async insertInternalToken(row: InternalTokenRow): Promise<void> {
      await manager.getRepository(internalTokens).insert(row)
    },
  }
}
