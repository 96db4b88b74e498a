import type { Taker } from './rate-limits.ts'

/** Each answers with the seconds until the key may go on; 0: it may now. */
export type PrefetchedRateLimit = {
  /** By the knowledge of this process, without taking. */
  refusedFor(key: string): number
  /** Takes one, and waits for the shared counter where this process has no share left. */
  take(key: string): Promise<number>
  /** Takes one and never waits: the next share is asked for meanwhile, and a handful too many may pass. */
  takeAhead(key: string): number
}

type Held = { left: number; until: number; refusedUntil: number; asking: Promise<void> | null }

/**
 * An allowance that all processes share. Each takes a share at a time and spends it without asking again: one round trip for
 * many requests, exact to within one share a process. While the counter does not answer, requests pass: a limit that fails
 * closed would lock everyone out.
 * @param rule `share`: points that are taken at once. `seconds`: the limiter's window, after which the rest of a share lapses.
 *   `maxKeys`: keys kept before all are dropped, which costs each of them one round trip.
 * @param now milliseconds.
 */
export function prefetchedRateLimit(
  limiter: Taker,
  rule: { share: number; seconds: number; maxKeys: number },
  now: () => number,
): PrefetchedRateLimit {
  const known = new Map<string, Held>()

  function heldOf(key: string): Held {
    const before = known.get(key)
    if (before && before.until > now()) return before
    if (known.size >= rule.maxKeys) known.clear()
    const held = { left: 0, until: now() + rule.seconds * 1000, refusedUntil: 0, asking: null }
    known.set(key, held)
    return held
  }

  async function fetchShare(key: string, held: Held): Promise<void> {
    try {
      const allowance = await limiter.take(key, rule.share)
      if (!allowance.allowed) {
        held.refusedUntil = now() + allowance.retryAfterSeconds * 1000
        held.until = Math.max(held.until, held.refusedUntil)
        return
      }
    } catch {
      // The counter does not answer.
    }
    held.left += rule.share
  }

  function askForShare(key: string, held: Held): Promise<void> {
    held.asking ??= fetchShare(key, held).finally(() => {
      held.asking = null
    })
    return held.asking
  }

  const secondsLeft = (held: Held) => Math.max(0, Math.ceil((held.refusedUntil - now()) / 1000))

  return {
    refusedFor(key) {
      const held = known.get(key)
      return held ? secondsLeft(held) : 0
    },
    async take(key) {
      const held = heldOf(key)
      while (held.left <= 0) {
        const seconds = secondsLeft(held)
        if (seconds > 0) return seconds
        await askForShare(key, held)
      }
      held.left--
      return 0
    },
    takeAhead(key) {
      const held = heldOf(key)
      const seconds = secondsLeft(held)
      if (seconds > 0) return seconds
      held.left--
      if (held.left < 1) void askForShare(key, held)
      return 0
    },
  }
}
