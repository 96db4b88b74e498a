/** The directory import and the registration of connections, over the stores. */
import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { disconnect } from '../installs/actions/disconnect.ts'
import { type RegisterNeeds, registerConnection } from '../installs/actions/register-connection.ts'
import { uuidv7 } from '../installs/ids.ts'
import { seal } from '../installs/sealed.ts'
import { hashPassword, passwordMatches } from '../passwords.ts'
import type { ImportNeeds } from '../storage/postgres/directory/import.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { repositoriesOn } from '../storage/postgres/repositories.ts'
import { appendEvent, appendEvents } from '../storage/postgres/stores/events.ts'
import { installationStore } from '../storage/postgres/stores/installations.ts'
import { registrationStore } from '../storage/postgres/stores/registrations.ts'
import { transact } from '../storage/postgres/transaction.ts'

export function importNeeds(database: DataSource): ImportNeeds {
  return {
    pool: poolOf(database),
    hashPassword,
    passwordMatches,
    now: () => new Date(),
    newId: uuidv7,
  }
}

export function registrar(database: DataSource, secretKeys: Buffer[]) {
  const needs: RegisterNeeds = {
    transact: work =>
      transact(poolOf(database), client =>
        work({
          ...registrationStore(repositoriesOn(database, client)),
          append: event => appendEvent(client, event),
        }),
      ),
    now: () => new Date(),
    newId: uuidv7,
    random: randomBytes,
    seal: text => seal(secretKeys, 'internal-token', text),
  }
  return registerConnection(needs)
}

/** Ends an installation in the operator's name: its tokens are dead when this returns. */
export function disconnectByOperator(database: DataSource, workspaceId: string, installationId: string) {
  const act = disconnect({
    transact: work =>
      transact(poolOf(database), client =>
        work({ ...installationStore(client), appendAll: events => appendEvents(client, events) }),
      ),
    now: () => new Date(),
    newId: uuidv7,
  })
  return act({ workspaceId, actorId: null, address: null, requestId: null }, installationId)
}
