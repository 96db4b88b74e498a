import type { WebContext } from '../http/state.ts'
import { localPath } from '../urls.ts'

/**
 * Addresses that the window of a flow can show: the authorization endpoint, the flow's steps, and a request for approval
 * that waits. Routes match without regard to case, so this does too.
 */
const flowPath = /^\/(?:v1\/oauth\/authorize|install|settings\/[^/]+\/my-requests)(?:\/|$)/i

/**
 * Is this a page of a flow, error pages included? Partners open the flow in a window and wait for it as its opener, so these
 * pages leave that tie alone; and their forms may end in a redirect to the partner (see `flowPolicy`).
 */
export function isInFlow(ctx: WebContext): boolean {
  if (!/^\/sign-in\/?$/i.test(ctx.path)) return flowPath.test(ctx.path)
  const returnTo = ctx.query.return
  return flowPath.test(localPath(Array.isArray(returnTo) ? returnTo[0] : returnTo).split('?')[0]!)
}
