import { randomBytes } from 'node:crypto'
import { registerConnection } from '../installs/actions/register-connection.ts'
import { settingsOf } from '../installs/registration.ts'
import type { Registrations } from '../oidc/endpoints/register.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { managedConnectionStore } from '../storage/postgres/stores/managed-connections.ts'
import { readSelfRegistered } from '../storage/postgres/stores/self-registrations.ts'
import { actionParts } from './action-parts.ts'
import { developerActions } from './developers.ts'
import type { Stores } from './stores.ts'

/** Connections that register themselves. They belong to no workspace and have no developer here. */
export function registrations(stores: Stores): Registrations {
  const pool = poolOf(stores.database)
  const parts = actionParts(stores.database, managedConnectionStore)
  const { update, remove } = developerActions(stores)
  const register = registerConnection({
    ...parts,
    nativeSchemes: stores.nativeSchemes,
    random: randomBytes,
    seal() {
      throw new Error('a connection that registers itself has no internal token')
    },
  })
  return {
    async register(settings, registrationTokenHash, from) {
      const outcome = await register(
        {
          ...settings,
          registrationTokenHash,
          origin: 'self-registered',
          kind: 'public',
          workspaceId: null,
          createdBy: null,
          firstParty: false,
          verified: false,
        },
        from,
      )
      if (outcome.kind === 'invalid') throw new Error('the settings were not checked')
      return { id: outcome.connection.id, secret: outcome.secret, at: parts.now() }
    },
    async find(id, managementHash) {
      const found = await readSelfRegistered(pool, id, managementHash)
      return found && { settings: settingsOf(found.connection), createdAt: found.createdAt }
    },
    async update(connectionId, settings, from) {
      await update({ connectionId, userId: null, ...from }, settings, null)
    },
    async remove(connectionId, from) {
      await remove({ connectionId, userId: null, ...from })
    },
  }
}
