import type { ClientBase } from 'pg'
import type { DataSource, EntityManager } from 'typeorm'
import type { InstallEvent } from '../installs/events.ts'
import { uuidv7 } from '../installs/ids.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { repositoriesOn } from '../storage/postgres/repositories.ts'
import { appendEvent, appendEvents } from '../storage/postgres/stores/events.ts'
import { transact } from '../storage/postgres/transaction.ts'

/** The clock of the process. Domain code takes it as an argument. */
export const now = () => new Date()

/**
 * The parts of a domain action: a transaction over the stores that it names and the event log, the
 * clock, and new ids.
 * @param storesOf builds those stores over the client of one transaction, and over TypeORM's repositories on that client.
 */
export function actionParts<Stores>(
  database: DataSource,
  storesOf: (client: ClientBase, repositories: EntityManager) => Stores,
) {
  const all = (client: ClientBase) => ({
    ...storesOf(client, repositoriesOn(database, client)),
    append: (event: InstallEvent) => appendEvent(client, event),
    appendAll: (events: InstallEvent[]) => appendEvents(client, events),
  })
  return {
    transact: <T>(work: (stores: ReturnType<typeof all>) => Promise<T>) =>
      transact(poolOf(database), client => work(all(client))),
    now,
    newId: uuidv7,
  }
}
