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
import { openRedis } from '../storage/redis/client.ts'
import { redisShortLived } from '../storage/redis/short-lived.ts'
import type { ShortLived } from '../storage/short-lived.ts'

export type Stores = {
  database: DataSource
  /** Does what may wait for others as long as it must, on connections of its own: a migration, an import. */
  unhurried<T>(work: (database: DataSource) => Promise<T>): Promise<T>
  /** The database is embedded and was created by this start. */
  databaseIsNew: boolean
  shortLived: ShortLived
  limits: Limits
  secretKeys: Buffer[]
  close(): Promise<void>
  /** Stops the embedded database under whatever still runs on it, unless another process uses it too. */
  stopDatabase(): Promise<void>
}

/**
 * Opens what the configuration names, the embedded defaults where it names nothing.
 * @param bounds how long a request may wait for the database; left out, as for a command, it waits as long as it must.
 */
export async function openStores(config: Config, bounds?: Bounds): Promise<Stores> {
  const secretKeys = await loadSecretKeys(config)
  const embedded = config.databaseUrl ? null : await embeddedPostgres(config.dataDir)
  const place = { url: config.databaseUrl ?? embedded!.url, migrations: path.join(root, 'migrations') }
  const database = await openDatabase({ ...place, bounds }).catch(async error => {
    await embedded?.stop()
    throw error
  })
  const redis = config.redisUrl ? openRedis(config.redisUrl) : null
  const shortLived = redis ? redisShortLived(redis) : memoryShortLived()
  return {
    database,
    databaseIsNew: embedded?.created ?? false,
    shortLived,
    limits: openLimits(redis),
    secretKeys,
    async unhurried(work) {
      const own = await openDatabase(place)
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
