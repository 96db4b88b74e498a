import Router from '@koa/router'
import type { Render } from '../frame/render.ts'
import { seeOther } from '../http/see-other.ts'
import type { WebState } from '../http/state.ts'
import { urls } from '../urls.ts'
import { landingView, nowhereView } from './page.ts'

/** The start page redirects the signed-in to their first workspace, and introduces Latchkey to others. */
export function home(needs: {
  render: Render
  workspacesOf(userId: string): Promise<{ id: string }[]>
  demo(): Promise<boolean>
}): Router<WebState> {
  const router = new Router<WebState>()
  router.get(urls.home, async ctx => {
    const { user } = ctx.state
    const frame = { frame: 'flow', title: 'Connections', switcher: null } as const
    if (!user) return needs.render.screen(ctx, landingView, { demo: await needs.demo() }, frame)
    const [first] = await needs.workspacesOf(user.id)
    if (first) return seeOther(ctx, urls.myConnections(first.id))
    needs.render.screen(ctx, nowhereView, { name: user.name, email: user.email }, frame)
  })
  return router
}
