import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { cloneDatabase } from './database.ts'
import { type ProviderServer, type ProviderSettings, startProvider } from './provider-server.ts'
import { ownRedisUrl } from './server.ts'

export type OpenProvider = ProviderServer & {
  settings: ProviderSettings
  sql<T = Record<string, unknown>>(text: string, values?: unknown[]): Promise<T[]>
  emptyRedis(): Promise<void>
  /** Another server of the same stores, in this process. */
  beside(more?: Partial<ProviderSettings>): Promise<ProviderServer>
}

/** The provider on a database and a Redis database of its own. */
export async function openProvider(more: Partial<ProviderSettings> = {}): Promise<OpenProvider> {
  const [database, redisUrl, port, dataDir] = await Promise.all([
    cloneDatabase(),
    ownRedisUrl(),
    freePort(),
    mkdtemp(path.join(tmpdir(), 'latchkey-provider-')),
  ])
  const settings: ProviderSettings = { port, databaseUrl: database.url, redisUrl, dataDir, ...more }
  const server = await startProvider(settings)
  const others: ProviderServer[] = []
  return {
    ...server,
    settings,
    sql: async (text, values) => (await server.pool.query(text, values)).rows,
    async emptyRedis() {
      const redis = new Redis(redisUrl)
      await redis.flushdb()
      redis.disconnect()
    },
    async beside(extra = {}) {
      const other = await startProvider({
        ...settings,
        port: await freePort(),
        issuer: server.base,
        ...extra,
      })
      others.push(other)
      return other
    },
    async close() {
      await Promise.all(others.map(other => other.close()))
      await server.close()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
