import { hash } from 'node:crypto'
import { clientNetwork } from '../../installs/client-network.ts'
import type { Limiter, Limits } from '../../installs/rate-limits.ts'

export type SignInRateLimit = {
  /**
   * Counts an attempt before its password is checked, so that many at once count as many.
   * @param device of this account (see known-device.ts); null for one that never signed in to it.
   */
  attempt(email: string, address: string, device: string | null): Promise<CountedAttempt>
}
export type CountedAttempt =
  | { kind: 'allowed'; succeeded(): Promise<void> }
  | { kind: 'refused'; waitSeconds: number }

type Counted = { limiter: Limiter; key: string }

/**
 * Only wrong passwords count. A device that was used for the account before has a limit of its own, so that attempts from
 * elsewhere cannot lock its user out. Other devices have three limits, checked in order: for a network and an account, for a network,
 * and for an account. A refused attempt does not count against the later ones.
 */
export function signInRateLimit(limits: Limits): SignInRateLimit {
  const devices = limits({ name: 'sign-in-device', points: 10, seconds: 900 })
  const pairs = limits({ name: 'sign-in-pair', points: 5, seconds: 1_800 })
  const networks = limits({ name: 'sign-in-network', points: 100, seconds: 900 })
  const accounts = limits({ name: 'sign-in-account', points: 40, seconds: 3_600 })
  return {
    async attempt(email, address, device) {
      const account = accountKey(email)
      const network = clientNetwork(address)
      const rules: Counted[] = device
        ? [{ limiter: devices, key: `${account}:${device}` }]
        : [
            { limiter: pairs, key: `${account}:${network}` },
            { limiter: networks, key: network },
            { limiter: accounts, key: account },
          ]
      for (const { limiter, key } of rules) {
        const allowance = await limiter.take(key)
        if (!allowance.allowed) return { kind: 'refused', waitSeconds: allowance.retryAfterSeconds }
      }
      return {
        kind: 'allowed',
        succeeded: async () => {
          await Promise.all(rules.map(({ limiter, key }) => limiter.giveBack(key)))
        },
      }
    },
  }
}

export function accountKey(email: string): string {
  return hash('sha256', email.toLowerCase(), 'base64url')
}
