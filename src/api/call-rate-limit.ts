import { prefetchedRateLimit } from '../installs/prefetched-rate-limit.ts'
import type { TakingLimits } from '../installs/rate-limits.ts'
import { tooManyCalls } from './refusals.ts'

const seconds = 60
/** Of a token's allowance, the part that a process takes at once. */
const sharesPerWindow = 60
const maxTokens = 50_000

export type CallRateLimit = {
  /** Makes no look-up. @throws ApiRefusal `rate_limited` when this token is known to be over its allowance. */
  refuseKnown(key: string): void
  /** Takes one call. @throws ApiRefusal `rate_limited`. */
  take(key: string): Promise<void>
}

/** Limits the calls of each token per minute. */
export function openCallRateLimit(
  limits: TakingLimits,
  callsPerMinute: number,
  now: () => number,
): CallRateLimit {
  const limit = prefetchedRateLimit(
    limits({ name: 'api-token', points: callsPerMinute, seconds }),
    { share: Math.max(1, Math.floor(callsPerMinute / sharesPerWindow)), seconds, maxKeys: maxTokens },
    now,
  )
  function refuseFor(wait: number): void {
    if (wait > 0) throw tooManyCalls('This token has made too many calls.', wait)
  }
  return {
    refuseKnown: key => refuseFor(limit.refusedFor(key)),
    take: async key => refuseFor(await limit.take(key)),
  }
}
