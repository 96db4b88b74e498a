import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import type { FormOrigin, WebContext, WebMiddleware } from './state.ts'

/**
 * Each form carries a token of three parts: a signature of the session's id (before sign-in: of a random cookie of this
 * browser), the account, and a signature of that cookie and the account. A page of another site can post a form to us, but
 * does not know the token.
 *
 * The first part alone lets a form through. If it fails because somebody has signed in or out since, the last part proves in
 * which browser and for which account the form was made: the same account may send it again after a look at it.
 */
export function csrf(needs: {
  /** The first signs, all verify. */
  secretKeys: readonly Buffer[]
  secure: boolean
  /** Whether the route itself decides about forms older than the session (`ctx.state.formOrigin`). */
  takesOlderForms(ctx: WebContext): boolean
  /** Shows a form from an earlier session of the same account again, filled in, to be sent once more. */
  sendAgain(ctx: WebContext): void
  /** Answers a form that this browser was never given. */
  refuse(ctx: WebContext): void
}): { check: WebMiddleware } {
  const secretKeys = needs.secretKeys.map(key => createSecretKey(key))
  const cookie = needs.secure ? '__Host-latchkey-form' : 'latchkey-form'

  function browserOf(ctx: WebContext): string {
    const known = ctx.cookies.get(cookie)
    if (known && /^[\w-]{43}$/.test(known)) return known
    const fresh = randomBytes(32).toString('base64url')
    ctx.cookies.set(cookie, fresh, { httpOnly: true, sameSite: 'lax', secure: needs.secure, path: '/' })
    return fresh
  }

  function originOf(sent: string, bindings: { session: string; browser: string; account: string }) {
    const [first = '', account = '', last = ''] = sent.split('.')
    const isSigned = (signature: string, text: string) =>
      secretKeys.some(key => same(signature, sign(key, text)))
    if (isSigned(first, bindings.session)) return 'this-session'
    if (!isSigned(last, madeFor(bindings.browser, account))) return null
    return account === bindings.account ? 'earlier-session' : 'other-account'
  }

  return {
    /** Sets `ctx.state.csrf`, and lets a changing request through only with the right token. */
    async check(ctx, next) {
      const browser = browserOf(ctx)
      const account = ctx.state.acting?.developerId ?? ctx.state.user?.id ?? nobody
      const session = ctx.state.session ? `session ${ctx.state.session.id}` : `form ${browser}`
      const key = secretKeys[0]!
      ctx.state.csrf = [sign(key, session), account, sign(key, madeFor(browser, account))].join('.')
      ctx.state.formOrigin = 'this-session'
      if (ctx.method === 'GET' || ctx.method === 'HEAD') return next()
      const sent = ctx.state.form.get('csrf') ?? ''
      const origin: FormOrigin | null = originOf(sent, { session, browser, account })
      if (origin === null) return needs.refuse(ctx)
      ctx.state.formOrigin = origin
      if (origin === 'this-session' || needs.takesOlderForms(ctx)) return next()
      return origin === 'earlier-session' ? needs.sendAgain(ctx) : needs.refuse(ctx)
    },
  }
}

/** The account of a form made before sign-in. */
const nobody = '-'
const madeFor = (browser: string, account: string) => `browser ${browser} ${account}`

function sign(key: KeyObject, bound: string): string {
  return createHmac('sha256', key).update(`csrf ${bound}`).digest('base64url')
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
