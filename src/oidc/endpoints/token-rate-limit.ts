/** How often a client may ask from one address, counted for all processes together. */
import type { Limiter, Limits } from '../clients/client-authentication.ts'
import { tooManyRequests } from './oauth-refusal.ts'

/** Far above what a partner needs that refreshes a hundred thousand installations every hour from one address. */
const perMinute = 3_000
/** Taken from the shared counter at a time, so that a busy client costs it one step in so many requests. */
const block = 25
const maxKeys = 10_000

/** Throws OAuthRefusal 429 when the allowance of this client from this address is used up. */
export type Throttle = (clientId: string, address: string) => void

type Allowed = { left: number; until: number; refusedUntil: number; asking: boolean }

/**
 * Nobody waits for the shared counter: each process lets requests through on what it has taken before, and asks for more beside
 * them. What passes too many while it asks is a handful.
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
      // The counter does not answer: a limit that fails closed would lock everyone out.
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
    const key = `${clientId}|${address}`
    const at = now().getTime()
    const allowed = allowedFor(key, at)
    if (allowed.refusedUntil > at) throw tooManyRequests(Math.ceil((allowed.refusedUntil - at) / 1000))
    allowed.left--
    if (allowed.left < 1 && !allowed.asking) void askForMore(key, allowed)
  }
}
