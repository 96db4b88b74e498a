import type { ShortLived } from '../short-lived.ts'
import type { RedisClient } from './client.ts'

/** So many that a master of a cluster is hardly ever left out. */
const keysPerMaster = 8

/** Every key is below one prefix, so that a shared Redis shows whose it is. */
export function redisShortLived(redis: RedisClient, prefix = 'latchkey:'): ShortLived {
  return {
    read: key => redis.get(prefix + key),
    async write(key, value, seconds) {
      await redis.set(prefix + key, value, 'EX', Math.max(1, Math.ceil(seconds)))
    },
    async writeNew(key, value, seconds) {
      return (await redis.set(prefix + key, value, 'EX', Math.max(1, Math.ceil(seconds)), 'NX')) === 'OK'
    },
    async replace(key, value, seconds) {
      return (await redis.set(prefix + key, value, 'EX', Math.max(1, Math.ceil(seconds)), 'XX')) === 'OK'
    },
    renew: (key, seconds) => redis.getex(prefix + key, 'EX', Math.max(1, Math.ceil(seconds))),
    take: key => redis.getdel(prefix + key),
    async remove(...keys) {
      // One by one: the keys of one call may live on different nodes of a cluster.
      await Promise.all(keys.map(key => redis.del(prefix + key)))
    },
    async ping() {
      // A replica and a full Redis answer PING as well: they take no writes.
      const masters = 'nodes' in redis ? redis.nodes('master').length : 1
      const keys = 'nodes' in redis ? masters * keysPerMaster : 1
      await Promise.all(
        Array.from({ length: keys }, (_, key) => redis.set(`${prefix}ready:${key}`, '', 'EX', 10)),
      )
    },
    async close() {
      await redis.quit().catch(() => redis.disconnect())
    },
  }
}
