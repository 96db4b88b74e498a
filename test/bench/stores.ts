import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { openDatabase } from '../../src/storage/postgres/data-source.ts'
import { embeddedPostgres } from '../../src/storage/postgres/embedded/server.ts'
import { migrate } from '../../src/storage/postgres/migrate.ts'
import { startRedis } from '../support/redis-server.ts'

/** A PostgreSQL that keeps its promises (fsync and all) and a Redis, both for this run only. */
export async function startBenchStores() {
  const folder = await mkdtemp(path.join(tmpdir(), 'latchkey-bench-'))
  const [postgres, redis] = await Promise.all([
    embeddedPostgres(folder, { shared_buffers: '512MB', max_wal_size: '4GB' }),
    startRedis(),
  ])
  const session = new pg.Client({ connectionString: postgres.url })
  await session.connect()
  const backend = await session.query<{ pid: number }>('select pg_backend_pid() as pid')
  return {
    redisUrl: redis.url,
    databasePid: backend.rows[0]!.pid,
    postgresVersion: await query(postgres.url, 'show server_version'),
    redisVersion: await redisVersion(redis.url),
    async databaseUrl() {
      const name = `bench_${randomBytes(4).toString('hex')}`
      await query(postgres.url, `create database ${name}`)
      const url = new URL(postgres.url)
      url.pathname = `/${name}`
      const source = await openDatabase({ url: url.href, migrations: path.resolve('migrations') })
      await migrate(source)
      await source.destroy()
      return url.href
    },
    async stop() {
      await session.end()
      await Promise.all([postgres.stop(), redis.stop()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function query(url: string, text: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, string>>(text)
    return Object.values(rows[0] ?? {})[0] ?? ''
  } finally {
    await client.end()
  }
}

async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url)
  const info = await redis.info('server')
  redis.disconnect()
  return /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'
}
