import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { WebContext, WebMiddleware } from './state.ts'

export type CsrfNeeds = {
  /** The first signs, all verify. */
  secretKeys: readonly Buffer[]
  secure: boolean
  /** Answers a form that is not this browser's own. */
  refuse(ctx: WebContext): void
}

/**
 * Each form carries a token that only this browser's session can have: signed with our key over the session's id, or, before
 * sign-in, over a random cookie. A page elsewhere can send a form to us, but cannot know the token.
 */
export function csrf(needs: CsrfNeeds): { check: WebMiddleware } {
  const cookie = needs.secure ? '__Host-latchkey-form' : 'latchkey-form'

  function binding(ctx: WebContext): string {
    if (ctx.state.session) return `session ${ctx.state.session.id}`
    const known = ctx.cookies.get(cookie)
    if (known && /^[\w-]{43}$/.test(known)) return `form ${known}`
    const fresh = randomBytes(32).toString('base64url')
    ctx.cookies.set(cookie, fresh, { httpOnly: true, sameSite: 'lax', secure: needs.secure, path: '/' })
    return `form ${fresh}`
  }

  return {
    /** Sets `ctx.state.csrf`, and lets a changing request through only with the right token. */
    async check(ctx, next) {
      const bound = binding(ctx)
      ctx.state.csrf = sign(needs.secretKeys[0]!, bound)
      if (ctx.method === 'GET' || ctx.method === 'HEAD') return next()
      const sent = ctx.state.form.get('csrf') ?? ''
      const genuine = needs.secretKeys.some(key => same(sent, sign(key, bound)))
      return genuine ? next() : needs.refuse(ctx)
    },
  }
}

function sign(key: Buffer, bound: string): string {
  return createHmac('sha256', key).update(`csrf ${bound}`).digest('base64url')
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
