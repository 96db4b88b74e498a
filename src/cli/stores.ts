import { type Config, readConfig } from '../config.ts'
import type { Stores } from '../stores.ts'
import { Fault } from './command.ts'

/**
 * Opens the stores for one command and closes them after it. The embedded database is brought up to date; another one must
 * be already.
 * @throws Fault when the schema is behind, BadConfig, or what the work throws.
 */
export async function withStores<T>(work: (stores: Stores, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig()
  const { openStores } = await import('../stores.ts')
  const stores = await openStores(config)
  try {
    await readySchema(stores, config)
    return await work(stores, config)
  } finally {
    await stores.close()
  }
}

async function readySchema(stores: Stores, config: Config): Promise<void> {
  const { migrate, schemaIsCurrent } = await import('../storage/postgres/migrate.ts')
  if (!config.databaseUrl) await migrate(stores.database)
  else if (!(await schemaIsCurrent(stores.database)))
    throw new Fault('The database schema is behind this version; run "latchkey migrate" first.')
}
