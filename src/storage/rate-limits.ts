import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Allowance, Limiter, LimiterRule, Limits } from '../installs/rate-limits.ts'
import type { RedisClient } from './redis/client.ts'

/**
 * Allowances on Redis, or in memory without Redis. While Redis is away each process counts for itself: a limit that
 * fails closed would lock everyone out, one that fails open would let everyone in.
 */
export function openLimits(redis: RedisClient | null): Limits {
  return rule => limiter(rule, redis)
}

function limiter(rule: LimiterRule, redis: RedisClient | null): Limiter {
  const options = {
    keyPrefix: `latchkey:limit:${rule.name}`,
    points: rule.points,
    duration: rule.seconds,
    blockDuration: rule.blockSeconds ?? 0,
  }
  const memory = new RateLimiterMemory(options)
  const counter = redis
    ? new RateLimiterRedis({
        ...options,
        storeClient: redis,
        insuranceLimiter: memory,
        rejectIfRedisNotReady: true,
      })
    : memory
  return {
    async take(key, points = 1) {
      try {
        await counter.consume(key, points)
        return { allowed: true }
      } catch (error) {
        return refusedFor(error)
      }
    },
    async peek(key) {
      const state = await counter.get(key)
      return state && state.consumedPoints >= rule.points ? refusedFor(state) : { allowed: true }
    },
    async giveBack(key) {
      await counter.reward(key, 1)
    },
    async reset(key) {
      await counter.delete(key)
    },
  }
}

function refusedFor(error: unknown): Allowance {
  if (!(error instanceof RateLimiterRes)) throw error
  return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1000)) }
}
