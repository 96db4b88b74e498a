import { hash, randomBytes } from 'node:crypto'
import type { WebContext } from '../http/state.ts'

export type BrowserMark = {
  /** What to keep of this browser, so that it is known when it comes back. */
  mark(ctx: WebContext): string
  isMarked(ctx: WebContext, mark: string): boolean
}

/** A cookie that says only that it is the same browser: logins elsewhere end in the one in which they began. */
export function browserMark(secure: boolean): BrowserMark {
  const cookie = secure ? '__Host-latchkey-login' : 'latchkey-login'
  const known = (ctx: WebContext) => /^[\w-]{43}$/.exec(ctx.cookies.get(cookie) ?? '')?.[0] ?? null
  const markOf = (id: string) => hash('sha256', id, 'base64url')
  return {
    mark(ctx) {
      const id = known(ctx) ?? randomBytes(32).toString('base64url')
      ctx.cookies.set(cookie, id, { httpOnly: true, sameSite: 'lax', secure, path: '/' })
      return markOf(id)
    },
    isMarked(ctx, mark) {
      const id = known(ctx)
      return id !== null && markOf(id) === mark
    },
  }
}
