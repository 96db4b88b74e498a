/** The models of a bare oidc-provider in Redis: a key each, and for each grant a set of its keys, so that it can be ended. */
import { Redis } from 'ioredis'

type Stored = { grantId?: string; consumed?: number; [member: string]: unknown }

const ofGrant = (grantId: string) => `grant:${grantId}`

export function redisAdapter(url: string) {
  const redis = new Redis(url)
  return class RedisAdapter {
    model: string
    constructor(model: string) {
      this.model = model
    }
    key(id: string) {
      return `${this.model}:${id}`
    }
    async upsert(id: string, payload: Stored, seconds: number) {
      const key = this.key(id)
      const write = redis.multi().set(key, JSON.stringify(payload), 'EX', seconds)
      if (payload.grantId) write.sadd(ofGrant(payload.grantId), key)
      await write.exec()
    }
    async find(id: string): Promise<Stored | undefined> {
      const stored = await redis.get(this.key(id))
      return stored ? (JSON.parse(stored) as Stored) : undefined
    }
    async consume(id: string) {
      const stored = await this.find(id)
      if (!stored) return
      stored.consumed = Math.floor(Date.now() / 1000)
      await redis.set(this.key(id), JSON.stringify(stored), 'KEEPTTL')
    }
    async destroy(id: string) {
      await redis.del(this.key(id))
    }
    async revokeByGrantId(grantId: string) {
      const keys = await redis.smembers(ofGrant(grantId))
      await redis.del(ofGrant(grantId), ...keys)
    }
    async findByUid() {}
    async findByUserCode() {}
  }
}
