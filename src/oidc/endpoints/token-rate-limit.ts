/** The rate limit of a client per address, shared by all processes. */
import { clientNetwork } from '../../installs/client-network.ts'
import { prefetchedRateLimit } from '../../installs/prefetched-rate-limit.ts'
import type { TakingLimits } from '../../installs/rate-limits.ts'
import { tooManyRequests } from './oauth-refusal.ts'

/** Nearly twice the rate of a partner that refreshes 100,000 installations an hour from one address. */
const perMinute = 3_000
const rule = { share: 25, seconds: 60, maxKeys: 10_000 }

/** @throws OAuthRefusal 429 when this client has used up its allowance from this address. */
export type Throttle = (clientId: string, address: string) => void

/** Requests do not wait for the shared counter: a few above the limit may pass. */
export function throttle(limits: TakingLimits, now: () => Date): Throttle {
  const limiter = limits({ name: 'oauth-client', points: perMinute, seconds: rule.seconds })
  const limit = prefetchedRateLimit(limiter, rule, () => now().getTime())
  return (clientId, address) => {
    const seconds = limit.takeAhead(`${clientId}|${clientNetwork(address)}`)
    if (seconds > 0) throw tooManyRequests(seconds)
  }
}
