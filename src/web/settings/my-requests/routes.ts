/** A member's own requests for approval: their status, and continuing, withdrawing or closing one. */

import Router from '@koa/router'
import type { closeRequest } from '../../../installs/actions/close-request.ts'
import type { resumeRequest } from '../../../installs/actions/resume-request.ts'
import type { withdrawRequest } from '../../../installs/actions/withdraw-request.ts'
import { readUuid } from '../../../installs/ids.ts'
import type { Frame } from '../../frame/frame.ts'
import { type Notice, type Notices, readNotice, withNotice } from '../../frame/notice.ts'
import type { Words } from '../../frame/refusals.ts'
import { actionContextOf, param, type WorkspaceVisit } from '../../frame/workspace-gate.ts'
import { mustBeSignedIn } from '../../http/require-sign-in.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { readPassedCursors } from '../../kit/pagination.ts'
import { urls } from '../../urls.ts'
import { myRequestPage, myRequestsPage, myRequestsView, myRequestView } from './page.ts'
import type { MyRequest, MyRequestsReadings } from './readings.ts'

export type MyRequestsNeeds = Frame & {
  readings: MyRequestsReadings
  resumeRequest: ReturnType<typeof resumeRequest>
  withdrawRequest: ReturnType<typeof withdrawRequest>
  closeRequest: ReturnType<typeof closeRequest>
  /** The partner's address with its denial; null: that address is no longer registered. */
  denialOf(parameters: Readonly<Record<string, string>>): Promise<string | null>
  /** The address at which the partner's request begins once more. */
  flowOf(parameters: Readonly<Record<string, string>>): Promise<string>
}

type RequestVisit = { visit: WorkspaceVisit; request: MyRequest }

export function myRequests(needs: MyRequestsNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/settings/:workspace/my-requests' })
  router.use(mustBeSignedIn)
  router.get('/', ctx => showList(needs, ctx))
  router.get('/:request', async ctx => {
    const entered = await enter(needs, ctx)
    if (entered) await show(needs, ctx, entered, readNotice(ctx, notices))
  })
  router.post('/:request/continue', ctx => goOn(needs, ctx))
  router.post('/:request/withdraw', ctx => withdraw(needs, ctx))
  router.post('/:request/close', ctx => close(needs, ctx))
  return router
}

/** null: answered already. */
async function enter(
  { faults, gate, readings }: MyRequestsNeeds,
  ctx: WebContext,
): Promise<RequestVisit | null> {
  const visit = await gate.enter(ctx)
  if (!visit) return null
  const id = param(ctx, 'request')
  const request = id && (await readings.one(visit.workspace.id, visit.user.id, id))
  if (request) return { visit, request }
  faults.notFound(ctx)
  return null
}

async function showList({ render, gate, readings, now }: MyRequestsNeeds, ctx: WebContext): Promise<void> {
  const visit = await gate.enter(ctx)
  if (!visit) return
  const { workspace, user } = visit
  const after = readUuid(ctx.query.after)
  const [list, offers] = await Promise.all([
    readings.list({ workspaceId: workspace.id, userId: user.id, after }),
    readings.offers(workspace.id, user.id),
  ])
  const facts = { ...list, offers, workspace, notice: readNotice(ctx, notices), now: now() }
  const model = myRequestsPage({ ...facts, trail: readPassedCursors(ctx.query, after) })
  const layout = gate.layout(visit, { title: 'My requests', navItem: 'my-requests', crumbs: [] })
  render.screen(ctx, myRequestsView, model, layout)
}

async function show(
  { render, readings, now }: MyRequestsNeeds,
  ctx: WebContext,
  { visit, request }: RequestVisit,
  notice: Notice | null,
): Promise<void> {
  const owners = await readings.owners(visit.workspace.id)
  const model = myRequestPage({ workspace: visit.workspace, request, owners, notice, now: now() })
  const frame = { frame: 'flow', title: model.heading, switcher: null } as const
  render.screen(ctx, myRequestView, model, frame)
}

async function goOn(needs: MyRequestsNeeds, ctx: WebContext): Promise<void> {
  const entered = await enter(needs, ctx)
  if (!entered) return
  const { visit, request } = entered
  const asked = { workspaceId: visit.workspace.id, userId: visit.user.id }
  const outcome = await needs.resumeRequest(asked, request.id)
  if (outcome.kind === 'resumed') return seeOther(ctx, await needs.flowOf(outcome.parameters))
  if (outcome.kind === 'unknown') return needs.faults.notFound(ctx)
  ctx.status = outcome.kind === 'over' ? 409 : 403
  await show(needs, ctx, entered, cannotGoOn)
}

async function withdraw(needs: MyRequestsNeeds, ctx: WebContext): Promise<void> {
  const entered = await enter(needs, ctx)
  if (!entered) return
  const { visit, request } = entered
  const outcome = await needs.withdrawRequest(actionContextOf(ctx, visit), request.id)
  if (outcome.kind === 'unknown') return needs.faults.notFound(ctx)
  const back = urls.myRequest.show(visit.workspace.id, request.id)
  seeOther(ctx, outcome.kind === 'withdrawn' ? back : withNotice(back, 'decided-before'))
}

async function close(needs: MyRequestsNeeds, ctx: WebContext): Promise<void> {
  const { faults } = needs
  const entered = await enter(needs, ctx)
  if (!entered) return
  const { visit, request } = entered
  const outcome = await needs.closeRequest(actionContextOf(ctx, visit), request.id)
  if (outcome.kind === 'unknown') return faults.notFound(ctx)
  const back = urls.myRequest.show(visit.workspace.id, request.id)
  if (outcome.kind !== 'closed')
    return seeOther(ctx, withNotice(back, outcome.kind === 'waits' ? 'waits' : 'told'))
  const partner = await needs.denialOf(outcome.parameters)
  if (partner) return seeOther(ctx, partner)
  faults.show(ctx, unreachable, { label: 'Back to my requests', href: urls.myRequests(visit.workspace.id) })
}

const cannotGoOn: Notice = {
  kind: 'warning',
  sentence: 'You cannot continue now. The present status is below.',
}

const notices: Notices = {
  'decided-before': () => ({ kind: 'info', sentence: 'It was decided before you took it back.' }),
  waits: () => ({ kind: 'info', sentence: 'An owner may still decide. Take the request back first.' }),
  told: () => ({ kind: 'info', sentence: 'The application has its answer already.' }),
  declined: () => ({ kind: 'good', sentence: 'You have declined it. Owners can see that.' }),
}

const unreachable: Words = {
  status: 409,
  title: 'The application cannot be reached',
  sentence: 'The address at which it expects an answer is no longer registered.',
  next: 'You do not have to do anything: it gets no access by this request.',
}
