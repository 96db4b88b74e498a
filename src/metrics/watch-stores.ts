import type { Cluster, Command, Redis } from 'ioredis'
import type { Pool, PoolClient } from 'pg'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Redis is null where short-lived state is kept in memory. */
export type WatchedStores = { pool: Pool; redis: Redis | Cluster | null }

const waitBuckets = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2]

/** Measures the pool's connections and the waits for one, and counts the stores' errors. */
export function watchStores(registry: Registry, { pool, redis }: WatchedStores): void {
  const errors = new Counter({
    name: 'latchkey_store_errors_total',
    help: 'Statements and commands that failed, connections that were refused or cut, by store.',
    labelNames: ['store'] as const,
    registers: [registry],
  })
  for (const store of redis ? ['database', 'redis'] : ['database']) errors.inc({ store }, 0)
  watchPool(registry, pool, () => errors.inc({ store: 'database' }))
  if (redis) watchRedis(registry, redis, () => errors.inc({ store: 'redis' }))
}

function watchPool(registry: Registry, pool: Pool, failed: () => void): void {
  new Gauge({
    name: 'latchkey_database_connections',
    help: 'Connections of the pool that are busy or idle, and requests that wait for one.',
    labelNames: ['state'] as const,
    registers: [registry],
    collect() {
      this.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
      this.set({ state: 'idle' }, pool.idleCount)
      this.set({ state: 'waiting' }, pool.waitingCount)
    },
  })
  const waits = new Histogram({
    name: 'latchkey_database_wait_seconds',
    help: 'How long a request waited for a connection of the pool.',
    buckets: waitBuckets,
    registers: [registry],
  })
  type Connected = (error?: Error, client?: PoolClient, done?: (release?: Error | boolean) => void) => void
  const connect = pool.connect.bind(pool) as (callback: Connected) => void
  const measured: Connected extends infer C ? (callback: C) => void : never = callback => {
    const begun = performance.now()
    connect((error, client, done) => {
      waits.observe((performance.now() - begun) / 1000)
      if (error) failed()
      callback(error, client, done)
    })
  }
  // The pool has no event for a wait that ends; its own query() comes by here as well.
  pool.connect = ((callback?: Connected) =>
    callback
      ? measured(callback)
      : new Promise<PoolClient>((resolve, reject) =>
          measured((error, client) => (error ? reject(error) : resolve(client!))),
        )) as Pool['connect']
  pool.on('release', error => {
    if (error instanceof Error) failed()
  })
  pool.on('error', failed)
}

function watchRedis(registry: Registry, redis: Redis | Cluster, failed: () => void): void {
  new Gauge({
    name: 'latchkey_redis_connected',
    help: 'Whether Redis can be asked (1) or not (0).',
    registers: [registry],
    collect() {
      this.set(redis.status === 'ready' ? 1 : 0)
    },
  })
  redis.on('error', failed)
  const send = redis.sendCommand.bind(redis)
  redis.sendCommand = (command: Command, ...rest: []) => {
    command.promise.catch(failed)
    return send(command, ...rest)
  }
}
