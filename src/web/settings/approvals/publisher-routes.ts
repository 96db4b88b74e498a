/** Owners approve a whole publisher: everything that a host publishes about itself. */
import Router from '@koa/router'
import {
  type addPublisher,
  publisherHost,
  type removePublisher,
} from '../../../installs/actions/approve-publisher.ts'
import { confirmView } from '../../frame/confirm.ts'
import type { Frame } from '../../frame/frame.ts'
import { withNotice } from '../../frame/notice.ts'
import { actionContextOf, type WorkspaceVisit } from '../../frame/workspace-gate.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import { publisherPage, publisherView, removePublisherPage } from './publisher-page.ts'

export type PublisherNeeds = Frame & {
  addPublisher: ReturnType<typeof addPublisher>
  removePublisher: ReturnType<typeof removePublisher>
}

export function publisherRoutes(needs: PublisherNeeds): Router<WebState> {
  const { gate, faults, render } = needs
  const router = new Router<WebState>()
  const layoutOf = (visit: WorkspaceVisit, title: string) =>
    gate.layout(visit, {
      title,
      navItem: 'approved',
      crumbs: [
        { label: 'Approved', href: urls.approved(visit.workspace.id) },
        { label: title, href: null },
      ],
    })
  const show = (ctx: WebContext, visit: WorkspaceVisit, value: string, problem: string | null) =>
    render.screen(
      ctx,
      publisherView,
      publisherPage(visit.workspace, value, problem),
      layoutOf(visit, 'Add publisher'),
    )

  router.get('/publishers/add', async ctx => {
    const visit = await gate.enterAsOwner(ctx)
    if (visit) show(ctx, visit, '', null)
  })

  router.post('/publishers/add', async ctx => {
    const visit = await gate.enterAsOwner(ctx)
    if (!visit) return
    const typed = (ctx.state.form.get('host') ?? '').trim().slice(0, 2_000)
    const host = publisherHost(typed)
    if (host === null) {
      ctx.status = 400
      return show(ctx, visit, typed, 'This is no host name. Enter one such as agent.example.com.')
    }
    const outcome = await needs.addPublisher(actionContextOf(ctx, visit), host)
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    const notice = outcome.kind === 'added' ? 'publisher-added' : 'publisher-already'
    seeOther(ctx, withNotice(urls.approved(visit.workspace.id), notice))
  })

  router.get('/publishers/remove', async ctx => {
    const visit = await gate.enterAsOwner(ctx)
    if (!visit) return
    const host = typeof ctx.query.host === 'string' ? publisherHost(ctx.query.host) : null
    if (host === null) return faults.notFound(ctx)
    const page = removePublisherPage(visit.workspace, host)
    render.screen(ctx, confirmView, page, layoutOf(visit, 'Remove publisher'))
  })

  router.post('/publishers/remove', async ctx => {
    const visit = await gate.enterAsOwner(ctx)
    if (!visit) return
    const host = publisherHost(ctx.state.form.get('host') ?? '')
    if (host === null) return faults.badForm(ctx, 'malformed')
    const outcome = await needs.removePublisher(actionContextOf(ctx, visit), host)
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    const notice = outcome.kind === 'removed' ? 'publisher-removed' : 'publisher-gone'
    seeOther(ctx, withNotice(urls.approved(visit.workspace.id), notice))
  })
  return router
}
