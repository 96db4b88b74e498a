import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { findRedisServer } from './programs.ts'

export type RedisServer = { url: string; stop(): Promise<void> }

/** A Redis of our own on a free port, without persistence; or the one that REDIS_URL names. */
export async function startRedis(): Promise<RedisServer> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop: async () => {} }
  const port = await freePort()
  const dir = await mkdtemp(path.join(tmpdir(), 'latchkey-redis-'))
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir]
  const server = spawn(findRedisServer()!, [...args, '--databases', '512'], { stdio: 'ignore' })
  const gone = new Promise<void>(resolve => server.once('exit', () => resolve()))
  const url = `redis://127.0.0.1:${port}`
  const redis = new Redis(url, { retryStrategy: times => (times > 100 ? null : 50) })
  redis.on('error', () => {})
  await redis.ping()
  redis.disconnect()
  return {
    url,
    async stop() {
      server.kill('SIGTERM')
      await gone
      await rm(dir, { recursive: true, force: true })
    },
  }
}
