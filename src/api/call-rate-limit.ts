import type { Limits } from './ports.ts'
import { tooManyCalls } from './refusals.ts'

/** A process takes its share of a token's allowance at once: fewer round trips, exact to within one share a process. */
const sharesPerWindow = 60
const windowSeconds = 60
/** The number of tokens kept before all are dropped, which costs each of them one round trip. */
const remembered = 50_000

/** `asking`: the request for a share that is under way; calls meanwhile wait for the same one. */
type Held = { left: number; refusedUntil: number; asking: Promise<void> | null }

export type CallRateLimit = {
  /** Makes no look-up. @throws ApiRefusal `rate_limited` when this token is known to be over its allowance. */
  refuseKnown(key: string): void
  /** Takes one call. @throws ApiRefusal `rate_limited`. */
  take(key: string): Promise<void>
}

/**
 * Limits the calls of each token per minute. The shared limiter hands out the allowance in shares: a process spends its share
 * without asking again.
 */
export function openCallRateLimit(limits: Limits, callsPerMinute: number, now: () => number): CallRateLimit {
  const limiter = limits({ name: 'api-token', points: callsPerMinute, seconds: windowSeconds })
  const share = Math.max(1, Math.floor(callsPerMinute / sharesPerWindow))
  const held = new Map<string, Held>()

  function refuseWhile(mine: Held): void {
    const seconds = Math.ceil((mine.refusedUntil - now()) / 1000)
    if (seconds <= 0) return
    throw tooManyCalls('This token has made too many calls.', seconds)
  }

  function heldOf(key: string): Held {
    const mine = held.get(key)
    if (mine) return mine
    if (held.size >= remembered) held.clear()
    const fresh = { left: 0, refusedUntil: 0, asking: null }
    held.set(key, fresh)
    return fresh
  }

  async function askForShare(key: string, mine: Held): Promise<void> {
    const allowance = await limiter.take(key, share)
    if (allowance.allowed) mine.left += share
    else mine.refusedUntil = now() + allowance.retryAfterSeconds * 1000
  }

  return {
    refuseKnown(key) {
      const mine = held.get(key)
      if (mine) refuseWhile(mine)
    },
    async take(key) {
      const mine = heldOf(key)
      while (mine.left === 0) {
        refuseWhile(mine)
        mine.asking ??= askForShare(key, mine).finally(() => {
          mine.asking = null
        })
        await mine.asking
      }
      mine.left--
    },
  }
}
