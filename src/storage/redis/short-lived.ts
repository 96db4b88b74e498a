import type { Redis } from 'ioredis'
import type { ShortLived } from '../short-lived.ts'
import type { RedisClient } from './client.ts'

/** So many that a master of a cluster is hardly ever left out. */
const keysPerMaster = 8

/** Every key is below one prefix, so that a shared Redis shows whose it is. */
export function redisShortLived(redis: RedisClient, prefix = 'latchkey:'): ShortLived {
  return {
    read: key => redis.get(prefix + key),
    async write(key, value, seconds) {
      await redis.set(prefix + key, value, 'PX', milliseconds(seconds))
    },
    async writeNew(key, value, seconds) {
      return (await redis.set(prefix + key, value, 'PX', milliseconds(seconds), 'NX')) === 'OK'
    },
    async replace(key, value, seconds) {
      return (await redis.set(prefix + key, value, 'PX', milliseconds(seconds), 'XX')) === 'OK'
    },
    renew: (key, seconds) => redis.getex(prefix + key, 'PX', milliseconds(seconds)),
    take: key => redis.getdel(prefix + key),
    async remove(...keys) {
      // One by one: the keys of one call may live on different nodes of a cluster.
      await Promise.all(keys.map(key => redis.del(prefix + key)))
    },
    async ping() {
      // A replica and a full Redis answer PING as well: they take no writes.
      const masters = 'nodes' in redis ? Math.max(1, redis.nodes('master').length) : 1
      if (!('nodes' in redis)) await requireAlone(redis)
      await Promise.all(
        Array.from({ length: masters * keysPerMaster }, (_, key) =>
          redis.set(`${prefix}ready:${key}`, '', 'EX', 10),
        ),
      )
    },
    async close() {
      await redis.quit().catch(() => {})
      redis.disconnect()
    },
  }
}

/** @throws for one node of a cluster, which takes some keys and not others. */
async function requireAlone(redis: Redis): Promise<void> {
  if (/redis_mode:cluster/.test(await redis.info('server')))
    throw new Error('MOVED REDIS_URL names one node of a cluster as if it were alone')
}

function milliseconds(seconds: number): number {
  return Math.max(1, Math.ceil(seconds * 1000))
}
