import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDatabase } from '../../src/storage/postgres/data-source.ts'
import { type EmbeddedPostgres, embeddedPostgres } from '../../src/storage/postgres/embedded/server.ts'
import { migrate } from '../../src/storage/postgres/migrate.ts'
import { type RedisServer, startRedis } from './redis-server.ts'

export type TestServers = { postgres: EmbeddedPostgres; redis: RedisServer; folder: string }

/** One PostgreSQL and one Redis for the whole run; each test file clones the migrated template (see database.ts). */
export default async function globalSetup(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'))
  const [postgres, redis] = await Promise.all([
    embeddedPostgres(folder, {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '300',
    }),
    startRedis(),
  ])
  const source = await openDatabase({ url: postgres.url, migrations: path.resolve('migrations') })
  await migrate(source)
  await source.destroy()

  process.env.TEST_DATABASE_URL = postgres.url
  process.env.TEST_REDIS_URL = redis.url
  ;(globalThis as { testServers?: TestServers }).testServers = { postgres, redis, folder }
}
