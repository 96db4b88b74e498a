import type { Limits } from './needs.ts'
import { ApiRefusal } from './refusals.ts'

/** Shares that a process takes of a token's allowance at once: fewer round trips, exact to within one share a process. */
const sharesPerWindow = 60
const windowSeconds = 60
/** Tokens remembered before all are forgotten, which costs each one round trip. */
const remembered = 50_000

type Held = { left: number; refusedUntil: number }

export type CallLimit = {
  /** @throws ApiRefusal `rate_limited` when this token is known to be over its allowance; looks nothing up. */
  refuseKnown(key: string): void
  /** Takes one call. @throws ApiRefusal `rate_limited`. */
  take(key: string): Promise<void>
}

/**
 * Calls per token and minute, counted by the shared limiter in shares: the process takes a share of the allowance and
 * spends it without asking again.
 */
export function openCallLimit(limits: Limits, callsPerMinute: number, now: () => number): CallLimit {
  const limiter = limits({ name: 'api-token', points: callsPerMinute, seconds: windowSeconds })
  const share = Math.max(1, Math.floor(callsPerMinute / sharesPerWindow))
  const held = new Map<string, Held>()

  function refuseKnown(key: string): void {
    const until = held.get(key)?.refusedUntil ?? 0
    const seconds = Math.ceil((until - now()) / 1000)
    if (seconds <= 0) return
    throw new ApiRefusal('rate_limited', `This token has made too many calls. Please wait ${seconds} s.`, {
      retryAfterSeconds: seconds,
    })
  }

  return {
    refuseKnown,
    async take(key) {
      const mine = held.get(key)
      if (mine && mine.left > 0) {
        mine.left--
        return
      }
      const allowance = await limiter.take(key, share)
      if (held.size >= remembered) held.clear()
      if (allowance.allowed) held.set(key, { left: share - 1, refusedUntil: 0 })
      else held.set(key, { left: 0, refusedUntil: now() + allowance.retryAfterSeconds * 1000 })
      refuseKnown(key)
    },
  }
}
