import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type BrowserServer, chromium } from 'playwright-core'
import { openDatabase } from '../../src/storage/postgres/data-source.ts'
import { type EmbeddedPostgres, embeddedPostgres } from '../../src/storage/postgres/embedded/server.ts'
import { migrate } from '../../src/storage/postgres/migrate.ts'
import { browserOptions } from './browser-options.ts'
import { type RedisServer, startRedis } from './redis-server.ts'

export type TestServers = {
  postgres: EmbeddedPostgres
  redis: RedisServer
  /** null where single files are run: those that want a browser start one. */
  browser: BrowserServer | null
  folder: string
}

/**
 * One PostgreSQL, one Redis and one Chromium for the whole run; each test file clones the migrated template (see database.ts)
 * and has browser profiles of its own.
 */
export default async function globalSetup(run: { testPathPatterns: { patterns: string[] } }): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'))
  const isWholeRun = run.testPathPatterns.patterns.length === 0
  const [postgres, redis, browser] = await Promise.all([
    embeddedPostgres(folder, {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '300',
    }),
    startRedis(),
    isWholeRun ? chromium.launchServer(browserOptions()) : null,
  ])
  const source = await openDatabase({ url: postgres.url, migrations: path.resolve('migrations') })
  await migrate(source)
  await source.destroy()

  process.env.TEST_DATABASE_URL = postgres.url
  process.env.TEST_REDIS_URL = redis.url
  if (browser) process.env.TEST_BROWSER = browser.wsEndpoint()
  ;(globalThis as { testServers?: TestServers }).testServers = { postgres, redis, browser, folder }
}
