import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Stores } from '../compose/stores.ts'
import { type Config, readConfig } from '../config.ts'
import { CliError, remark } from './command.ts'

/**
 * Opens the stores for one command and closes them after it. An embedded database is migrated first; any other must be up to
 * date.
 * @param nowhere the answer before a database exists, for commands that must not create one; called with DATA_DIR. Without it
 *   the database is created.
 * @throws CliError when the schema is behind, BadConfig, or the error of the work.
 */
export async function withStores<T>(
  work: (stores: Stores, config: Config) => Promise<T>,
  nowhere?: (folder: string) => T,
): Promise<T> {
  const config = readConfig()
  if (nowhere && !hasDatabase(config)) return nowhere(config.dataDir)
  const { openStores } = await import('../compose/stores.ts')
  const [{ followKeyRotation }, { poolOf }] = await Promise.all([
    import('../compose/key-rotation.ts'),
    import('../storage/postgres/pool.ts'),
  ])
  const stores = await openStores(config)
  tellWhereMade(stores, config)
  const interruption = endAtSignal(stores)
  try {
    if (!config.databaseUrl) await (await import('../storage/postgres/migrate.ts')).migrate(stores.database)
    else await requireSchema(stores)
    await followKeyRotation(poolOf(stores.database), stores.secretKeys)
    return await work(stores, config)
  } catch (error) {
    // An error caused by the shutdown of the database is not the command's own.
    await interruption.end()
    throw error
  } finally {
    interruption.settle()
    await stores.close()
  }
}

/** Is there a database: one that is configured, or an embedded one that was made before? */
export function hasDatabase({ databaseUrl, dataDir }: Config): boolean {
  return databaseUrl !== null || existsSync(path.join(dataDir, 'postgres', 'PG_VERSION'))
}

/** Points out a wrong working directory. */
export function tellWhereMade(stores: Stores, { dataDir }: Config): void {
  if (stores.databaseIsNew)
    remark(`There was no database in ${dataDir} (DATA_DIR): an empty one was made there.`)
}

/** The reason why an id is unknown where there is no database. */
export function noDatabase(folder: string): string {
  return `no database was made in ${folder}; run this where the server runs, or set DATA_DIR or DATABASE_URL`
}

/** @throws CliError when a migration is missing. */
export async function requireSchema(stores: Stores): Promise<void> {
  const { schemaIsCurrent } = await import('../storage/postgres/migrate.ts')
  if (!(await schemaIsCurrent(stores.database)))
    throw new CliError('The database schema is behind this version; run "latchkey migrate" first.')
}

const signals = ['SIGINT', 'SIGTERM'] as const

/** On Ctrl-C, rolls back uncommitted work and stops the embedded database. */
function endAtSignal(stores: Stores): { end(): Promise<void>; settle(): void } {
  let ending: Promise<void> | null = null
  const begin = () => {
    // Errors of cut connections may have no handler; the process exits anyway.
    process.on('uncaughtException', () => {})
    ending = stores
      .stopDatabase()
      .catch(() => {})
      .then(() => process.exit(130))
  }
  for (const signal of signals) process.once(signal, begin)
  return {
    /** Waits for a shutdown that is under way. */
    end: () => ending ?? Promise.resolve(),
    settle() {
      for (const signal of signals) process.removeListener(signal, begin)
    },
  }
}
