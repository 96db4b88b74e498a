import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { WebContext } from '../http/state.ts'
import { accountKey } from './rate-limit.ts'

/** Browsers keep no cookie for longer. */
const keptMs = 400 * 86_400_000
const maxAccounts = 5

export type KnownDevices = {
  /** The id of this browser for the account; null for an account never used here. */
  find(ctx: WebContext, email: string): string | null
  /** Call after a sign-in. The cookie grants no access: it only selects a separate rate limit. */
  remember(ctx: WebContext, email: string): void
}

/**
 * A cookie lists the accounts that were used at this browser: for each an id, and a signature of id and account. It contains no
 * e-mail and cannot be forged (OWASP calls this a device cookie).
 * @param keys the first signs, all verify.
 */
export function knownDevices(keys: readonly Buffer[], secure: boolean): KnownDevices {
  const cookie = secure ? '__Host-latchkey-device' : 'latchkey-device'
  const sign = (key: Buffer, email: string, id: string) =>
    createHmac('sha256', key)
      .update(`known device ${accountKey(email)} ${id}`)
      .digest('base64url')

  const read = (ctx: WebContext) =>
    (ctx.cookies.get(cookie) ?? '').split('~').filter(one => /^[\w-]{22}\.[\w-]{43}$/.test(one))

  function idOf(entry: string, email: string): string | null {
    const [id, signature] = entry.split('.') as [string, string]
    const matches = keys.some(key =>
      timingSafeEqual(Buffer.from(sign(key, email, id)), Buffer.from(signature)),
    )
    return matches ? id : null
  }

  return {
    find: (ctx, email) =>
      read(ctx)
        .map(entry => idOf(entry, email))
        .find(id => id !== null) ?? null,

    remember(ctx, email) {
      const entries = read(ctx)
      const others = entries.filter(entry => idOf(entry, email) === null)
      const id = this.find(ctx, email) ?? randomBytes(16).toString('base64url')
      const value = [`${id}.${sign(keys[0]!, email, id)}`, ...others].slice(0, maxAccounts).join('~')
      ctx.cookies.set(cookie, value, { httpOnly: true, sameSite: 'lax', secure, path: '/', maxAge: keptMs })
    },
  }
}
