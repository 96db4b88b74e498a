import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { createInstallServer, type InstallServer } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { listen } from '../../src/server.ts'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { type Bounds, requestBounds } from '../../src/storage/postgres/pool.ts'
import { cloneDatabase } from './database.ts'

export type TestServer = {
  /** The public base address. */
  base: string
  config: Config
  metricsPort: number | null
  /** The database by the straight way. */
  databaseUrl: string
  server: InstallServer
  /** Runs SQL beside the server. */
  sql<T = Record<string, unknown>>(text: string, values?: unknown[]): Promise<T[]>
  emptyRedis(): Promise<void>
  /** Stops it and starts it again on the same stores and port. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** The whole product on a database and a Redis database of its own, listening on a free port. */
export async function startServer(
  env: Record<string, string> = {},
  bounds: Partial<Bounds> = {},
  /** Leads the server to its stores by other ways, such as a relay. */
  ways: { database?(url: string): string; redis?(url: string): string } = {},
): Promise<TestServer> {
  const [database, redisUrl, port, dataDir] = await Promise.all([
    cloneDatabase(),
    ownRedisUrl(),
    freePort(),
    mkdtemp(path.join(tmpdir(), 'latchkey-server-')),
  ])
  const config = readConfig({
    PORT: `${port}`,
    ISSUER: `http://localhost:${port}`,
    DATABASE_URL: ways.database?.(database.url) ?? database.url,
    REDIS_URL: ways.redis?.(redisUrl) ?? redisUrl,
    DATA_DIR: dataDir,
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    ...env,
  })
  const start = async () => {
    const server = await createInstallServer(config, { ...requestBounds, ...bounds })
    return {
      server,
      listening: await listen(server, {
        port: config.port,
        host: '127.0.0.1',
        metricsPort: config.metricsPort,
      }),
    }
  }
  let running = await start()
  return {
    base: config.issuer,
    config,
    databaseUrl: database.url,
    get metricsPort() {
      return running.listening.metricsPort
    },
    get server() {
      return running.server
    },
    sql: (text, values) => running.server.stores.database.query(text, values),
    async emptyRedis() {
      const redis = new Redis(redisUrl)
      await redis.flushdb()
      redis.disconnect()
    },
    async restart() {
      await running.listening.close()
      running = await start()
    },
    async close() {
      await running.listening.close()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Each server of a test run has a numbered Redis database to itself. */
export async function ownRedisUrl(): Promise<string> {
  const url = new URL(process.env.TEST_REDIS_URL!)
  const redis = new Redis(url.href)
  const number = 1 + ((await redis.incr('servers')) % 500)
  url.pathname = `/${number}`
  const own = new Redis(url.href)
  await own.flushdb()
  own.disconnect()
  redis.disconnect()
  return url.href
}
