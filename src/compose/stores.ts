import path from 'node:path'
import type { DataSource } from 'typeorm'
import type { Config } from '../config.ts'
import type { Limits } from '../installs/rate-limits.ts'
import { root } from '../root.ts'
import { loadSecretKeys } from '../secret-keys.ts'
import { memoryShortLived } from '../storage/memory/short-lived.ts'
import { openDatabase } from '../storage/postgres/data-source.ts'
import { embeddedPostgres } from '../storage/postgres/embedded/server.ts'
import type { Bounds } from '../storage/postgres/pool.ts'
import { openLimits } from '../storage/rate-limits.ts'
import { openRedis, type RedisClient, settled } from '../storage/redis/client.ts'
import { redisShortLived } from '../storage/redis/short-lived.ts'
import type { ShortLived } from '../storage/short-lived.ts'

export type Stores = {
  database: DataSource
  /**
   * Runs work that may wait without a bound, such as a migration or an import, on connections of its own.
   * @throws Error in one sentence behind a pooler without such connections.
   */
  unhurried<T>(work: (database: DataSource) => Promise<T>): Promise<T>
  /** The database is embedded and was created by this start. */
  databaseIsNew: boolean
  /** null: short-lived state is kept in memory. */
  redis: RedisClient | null
  shortLived: ShortLived
  limits: Limits
  secretKeys: Buffer[]
  /** Private schemes without a dot that the operator allows in redirect URIs. */
  nativeSchemes: readonly string[]
  close(): Promise<void>
  /** Stops the embedded database at once, unless another process uses it too. */
  stopDatabase(): Promise<void>
}

const noSession =
  'An import needs connections of its own, which a pooler in transaction mode does not give: set DIRECT_DATABASE_URL to PostgreSQL itself.'

/**
 * Opens the configured stores, or the embedded defaults.
 * @param bounds how long a request may wait for the database; left out, as for a command, it waits as long as it must.
 */
export async function openStores(config: Config, bounds?: Bounds): Promise<Stores> {
  const secretKeys = await loadSecretKeys(config)
  const embedded = config.databaseUrl ? null : await embeddedPostgres(config.dataDir)
  const migrations = path.join(root, 'migrations')
  const url = config.databaseUrl ?? embedded!.url
  const shared = { url, migrations, pooler: config.pooler === 'transaction' }
  const unshared = config.directDatabaseUrl ? { url: config.directDatabaseUrl, migrations } : shared
  const database = await openDatabase(bounds ? { ...shared, bounds } : unshared).catch(async error => {
    await embedded?.stop()
    throw error
  })
  const redis = config.redisUrl ? openRedis(config.redisUrl) : null
  if (redis) await settled(redis)
  const shortLived = redis ? redisShortLived(redis) : memoryShortLived()
  return {
    database,
    databaseIsNew: embedded?.created ?? false,
    redis,
    shortLived,
    limits: openLimits(redis),
    secretKeys,
    nativeSchemes: config.nativeSchemes,
    async unhurried(work) {
      if ('pooler' in unshared && unshared.pooler) throw new Error(noSession)
      const own = await openDatabase(unshared)
      return work(own).finally(() => own.destroy())
    },
    async close() {
      await shortLived.close()
      await database.destroy()
      await embedded?.stop()
    },
    async stopDatabase() {
      await embedded?.stop()
    },
  }
}
