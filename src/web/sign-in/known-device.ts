import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { WebContext } from '../http/state.ts'
import { accountKey } from './rate-limit.ts'

/** Browsers keep no cookie for longer. */
const keptMs = 400 * 86_400_000
const maxAccounts = 5

export type KnownDevices = {
  /** The id of this browser for the account, if somebody signed in to it here before. */
  find(ctx: WebContext, email: string): string | null
  /** After a sign-in. Grants nothing: it is an allowance of wrong passwords that nobody else can use up. */
  remember(ctx: WebContext, email: string): void
}

/**
 * A cookie says to which accounts somebody signed in at this browser: for each an id and a signature of both, so that it shows
 * no address and nobody can make one up.
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
