/** The approved list: connections that members can install without asking. */
import Router from '@koa/router'
import type { addApproval } from '../../../installs/actions/add-approval.ts'
import { readUuid } from '../../../installs/ids.ts'
import { readNotice, withNotice } from '../../frame/notice.ts'
import { actionContextOf } from '../../frame/workspace-gate.ts'
import { mustBeSignedIn } from '../../http/require-sign-in.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { readPassedCursors } from '../../kit/pagination.ts'
import { urls } from '../../urls.ts'
import { addApprovedPage, addApprovedView } from './add-page.ts'
import { notices } from './confirm-pages.ts'
import { type ApprovedConnectionNeeds, connectionRoutes } from './connection-routes.ts'
import { searchWords } from './form.ts'
import { approvedPage, approvedView } from './page.ts'
import { type PublisherNeeds, publisherRoutes } from './publisher-routes.ts'

export type ApprovedNeeds = ApprovedConnectionNeeds &
  PublisherNeeds & { addApproval: ReturnType<typeof addApproval> }

export function approved(needs: ApprovedNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/settings/:workspace/approved' })
  router.use(mustBeSignedIn)
  router.get('/', ctx => showList(needs, ctx))
  router.get('/add', ctx => showCandidates(needs, ctx))
  router.post('/add', ctx => add(needs, ctx))
  router.use(publisherRoutes(needs).routes())
  router.use(connectionRoutes(needs).routes())
  return router
}

async function showList(
  { render, faults, gate, readings, now }: ApprovedNeeds,
  ctx: WebContext,
): Promise<void> {
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const after = readUuid(ctx.query.after)
  const [list, publishers] = await Promise.all([
    readings.list({ workspaceId: visit.workspace.id, after }),
    readings.publishers(visit.workspace.id),
  ])
  if (!list) return faults.notFound(ctx)
  const facts = { workspace: visit.workspace, trail: readPassedCursors(ctx.query, after), now: now() }
  const model = approvedPage({ ...facts, notice: readNotice(ctx, notices) }, list, publishers)
  const layout = gate.layout(visit, { title: 'Approved', navItem: 'approved', crumbs: [] })
  render.screen(ctx, approvedView, model, layout)
}

async function showCandidates({ render, gate, readings }: ApprovedNeeds, ctx: WebContext): Promise<void> {
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const { workspace } = visit
  const after = readUuid(ctx.query.after)
  const words = searchWords(ctx.query.q)
  const list = await readings.candidates({ workspaceId: workspace.id, words, after })
  const crumbs = [
    { label: 'Approved', href: urls.approved(workspace.id) },
    { label: 'Add', href: null },
  ]
  const layout = gate.layout(visit, { title: 'Add approved connection', navItem: 'approved', crumbs })
  const model = addApprovedPage({ workspace, trail: readPassedCursors(ctx.query, after) }, words, list)
  render.screen(ctx, addApprovedView, model, layout)
}

async function add(needs: ApprovedNeeds, ctx: WebContext): Promise<void> {
  const { faults, gate } = needs
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const connectionId = readUuid(ctx.state.form.get('connection_id'))
  if (!connectionId) return faults.badForm(ctx, 'malformed')
  const outcome = await needs.addApproval(actionContextOf(ctx, visit), connectionId)
  if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return faults.notFound(ctx)
  const notice = outcome.kind === 'added' ? 'added' : 'already-added'
  seeOther(ctx, withNotice(urls.approved(visit.workspace.id), notice))
}
