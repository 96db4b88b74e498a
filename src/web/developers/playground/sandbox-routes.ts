/** The developer's sandbox: making it, removing it, and acting as its personas. */
import Router from '@koa/router'
import { readUuid } from '../../../installs/ids.ts'
import { confirmView } from '../../frame/confirm.ts'
import { withNotice } from '../../frame/notice.ts'
import { userOf } from '../../http/require-sign-in.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import { connectionLayout, developersLayout } from '../frame/head.ts'
import { enter, type Parts } from './entrance.ts'
import { removeSandboxPage } from './sandbox-page.ts'

export function sandboxRoutes(needs: Parts): Router<WebState> {
  const base = '/developers/connections/:connection/playground'
  const router = new Router<WebState>()
  const { playground, sessions, faults } = needs

  router.post(`${base}/sandbox`, async ctx => {
    const visit = await enter(needs, ctx)
    if (!visit || (await needs.rateLimit(ctx, visit.user.id))) return
    await playground.makeSandbox(actionContextOf(ctx))
    seeOther(ctx, withNotice(urls.playground(visit.connection.id), 'made'))
  })

  router.get(`${base}/sandbox/remove`, async ctx => {
    const visit = await enter(needs, ctx)
    if (!visit) return
    const sandbox = await playground.readSandbox(visit.user.id)
    if (!sandbox) return faults.notFound(ctx)
    const { id } = visit.connection
    const frame = connectionLayout(visit, 'Remove the sandbox', 'Playground')
    const [action, back] = [urls.playground(id, 'sandbox/remove'), urls.playground(id)]
    needs.render.screen(ctx, confirmView, removeSandboxPage(action, back, sandbox), frame)
  })

  router.post(`${base}/sandbox/remove`, async ctx => {
    const visit = await enter(needs, ctx)
    if (!visit) return
    await playground.removeSandbox(actionContextOf(ctx))
    await sessions.actAs(ctx, null)
    seeOther(ctx, withNotice(urls.playground(visit.connection.id), 'removed'))
  })

  router.post(`${base}/act`, async ctx => {
    const visit = await enter(needs, ctx)
    if (!visit) return
    const sandbox = await playground.readSandbox(visit.user.id)
    const asked = readUuid(ctx.state.form.get('as'))
    const persona = sandbox?.personas.find(one => one.id === asked)
    if (!sandbox || !persona) return faults.notFound(ctx)
    await sessions.actAs(ctx, persona.id)
    seeOther(ctx, urls.myConnections(sandbox.id))
  })

  // From the list of all connections: a sandbox outlives the connection in whose playground it was made.
  router.get(urls.sandboxRemove, async ctx => {
    const sandbox = await playground.readSandbox(userOf(ctx).id)
    if (!sandbox) return faults.notFound(ctx)
    const model = removeSandboxPage(urls.sandboxRemove, urls.developers, sandbox)
    const frame = developersLayout('Remove the sandbox', [{ label: 'Sandbox', href: null }])
    needs.render.screen(ctx, confirmView, model, frame)
  })

  router.post(urls.sandboxRemove, async ctx => {
    await playground.removeSandbox(actionContextOf(ctx))
    await sessions.actAs(ctx, null)
    seeOther(ctx, withNotice(urls.developers, 'removed'))
  })

  /** Every screen of a persona has this button. */
  router.post(urls.sandboxMyself, async ctx => {
    await sessions.actAs(ctx, null)
    seeOther(ctx, urls.developers)
  })
  return router
}

function actionContextOf(ctx: WebContext) {
  return { userId: userOf(ctx).id, address: ctx.ip || null, requestId: ctx.state.requestId }
}
