/** The rate limit of a client per address, shared by all processes. */
import { clientNetwork } from '../../installs/client-network.ts'
import type { Limiter, Limits } from '../clients/client-authentication.ts'
import { tooManyRequests } from './oauth-refusal.ts'

/** Nearly twice what a partner needs that refreshes 100,000 installations an hour from one address. */
const perMinute = 3_000
/** Points taken from the shared counter at a time. */
const block = 25
const maxKeys = 10_000

/** @throws OAuthRefusal 429 when this client has used up its allowance from this address. */
export type Throttle = (clientId: string, address: string) => void

type Allowed = { left: number; until: number; refusedUntil: number; asking: boolean }

/**
 * Requests do not wait for the shared counter: each process spends points that it took earlier and takes more in the background.
 * A few requests above the limit may pass meanwhile.
 */
export function throttle(limits: Limits, now: () => Date): Throttle {
  const shared: Limiter = limits({ name: 'oauth-client', points: perMinute, seconds: 60 })
  const known = new Map<string, Allowed>()

  async function askForMore(key: string, allowed: Allowed): Promise<void> {
    allowed.asking = true
    try {
      const allowance = await shared.take(key, block)
      const at = now().getTime()
      if (!allowance.allowed) allowed.refusedUntil = at + allowance.retryAfterSeconds * 1000
      else Object.assign(allowed, { left: allowed.left + block, until: at + 60_000 })
    } catch {
      // Fails open: without the counter, a limit that failed closed would refuse every client.
      allowed.left += block
    } finally {
      allowed.asking = false
    }
  }

  function allowedFor(key: string, at: number): Allowed {
    const before = known.get(key)
    if (before && before.until > at) return before
    if (known.size >= maxKeys) known.clear()
    const fresh = { left: 0, until: at + 60_000, refusedUntil: 0, asking: false }
    known.set(key, fresh)
    return fresh
  }

  return (clientId, address) => {
    const key = `${clientId}|${clientNetwork(address)}`
    const at = now().getTime()
    const allowed = allowedFor(key, at)
    if (allowed.refusedUntil > at) throw tooManyRequests(Math.ceil((allowed.refusedUntil - at) / 1000))
    allowed.left--
    if (allowed.left < 1 && !allowed.asking) void askForMore(key, allowed)
  }
}
