import { hash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { Limits } from '../../installs/rate-limits.ts'

export type SignInRateLimit = {
  /** Counts an attempt. @returns the seconds to wait when there were too many, else null. */
  attempt(email: string, address: string): Promise<number | null>
  succeeded(email: string): Promise<void>
}

/**
 * Ten attempts a quarter of an hour for one account, from all addresses together and whether or not it exists; a hundred for
 * one address, against trying one password on many accounts.
 */
export function signInRateLimit(limits: Limits): SignInRateLimit {
  const accounts = limits({ name: 'sign-in-account', points: 10, seconds: 900 })
  const addresses = limits({ name: 'sign-in-address', points: 100, seconds: 900 })
  return {
    async attempt(email, address) {
      const answers = await Promise.all([accounts.take(accountKey(email)), addresses.take(network(address))])
      const waits = answers.flatMap(answer => (answer.allowed ? [] : [answer.retryAfterSeconds]))
      return waits.length === 0 ? null : Math.max(...waits)
    },
    succeeded: email => accounts.reset(accountKey(email)),
  }
}

function accountKey(email: string): string {
  return hash('sha256', email.toLowerCase(), 'base64url')
}

/** One household or server commands a whole /64 of IPv6 addresses: it counts as one. */
function network(address: string): string {
  // A socket that takes both versions writes IPv4 addresses as ::ffff:192.0.2.1.
  const version4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (version4 || !isIPv6(address)) return version4 ?? address
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail?.split(':').filter(Boolean) ?? []
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  return [...left, ...Array(gap).fill('0'), ...right].slice(0, 4).join(':')
}
