/** How often a client may ask from one address, counted for all processes together. */
import type { Limiter, Limits } from './client-authentication.ts'
import { tooManyRequests } from './oauth-refusal.ts'

/** Far above what a partner needs that refreshes a hundred thousand installations every hour from one address. */
const perMinute = 3_000
/** Taken from the shared counter at a time, so that a busy client costs it one step in so many requests. */
const block = 25
const mostKeys = 10_000

export type Throttle = (clientId: string, address: string) => Promise<void>

/** @returns a function that throws OAuthRefusal 429 when the allowance of this client from this address is used up. */
export function throttle(limits: Limits, now: () => Date): Throttle {
  const shared: Limiter = limits({ name: 'oauth-client', points: perMinute, seconds: 60 })
  const reserved = new Map<string, { left: number; until: number }>()

  return async (clientId, address) => {
    const key = `${clientId.slice(0, 64)}|${address}`
    const at = now().getTime()
    const own = reserved.get(key)
    if (own && own.left > 0 && own.until > at) {
      own.left--
      return
    }
    const allowance = await shared.take(key, block)
    if (!allowance.allowed) throw tooManyRequests(allowance.retryAfterSeconds)
    if (reserved.size >= mostKeys) reserved.clear()
    reserved.set(key, { left: block - 1, until: at + 60_000 })
  }
}
