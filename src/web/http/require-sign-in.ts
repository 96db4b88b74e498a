import { localPath, urls } from '../urls.ts'
import { seeOther } from './see-other.ts'
import type { SignedIn, WebMiddleware } from './state.ts'

/**
 * Lets only the signed-in through; others sign in first and return to the screen that they asked for. A fragment is part of a
 * screen, so a fragment request redirects the whole screen to the sign-in.
 */
export const mustBeSignedIn: WebMiddleware = (ctx, next) => {
  if (ctx.state.user) return next()
  if (ctx.get('HX-Request') === 'true') {
    const shown = ctx.get('HX-Current-URL')
    const { pathname, search } = new URL(URL.canParse(shown) ? shown : 'http://ours.invalid/')
    ctx.set('HX-Redirect', urls.signIn(localPath(pathname + search)))
    ctx.status = 204
    return
  }
  seeOther(ctx, urls.signIn(ctx.method === 'GET' || ctx.method === 'HEAD' ? localPath(ctx.url) : urls.home))
}

/** The user, on routes behind `mustBeSignedIn`. */
export function userOf(ctx: { state: { user: SignedIn | null } }): SignedIn {
  if (!ctx.state.user) throw new Error('a screen for the signed-in was reached without a sign-in')
  return ctx.state.user
}
