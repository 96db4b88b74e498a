/** What a member asked for: where it stands, and how it goes on. */

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
  /** Where the partner learns that access is denied; null: its registration does not allow to send anyone there any more. */
  denialOf(parameters: Readonly<Record<string, string>>): Promise<string | null>
}

/** A member before one of his requests. */
type FlowState = { place: WorkspaceVisit; request: MyRequest }

export function myRequests(needs: MyRequestsNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/settings/:workspace/my-requests' })
  router.use(mustBeSignedIn)
  router.get('/', ctx => showList(needs, ctx))
  router.get('/:request', async ctx => {
    const facing = await face(needs, ctx)
    if (facing) await show(needs, ctx, facing, readNotice(ctx, notices))
  })
  router.post('/:request/continue', ctx => goOn(needs, ctx))
  router.post('/:request/withdraw', ctx => withdraw(needs, ctx))
  router.post('/:request/close', ctx => close(needs, ctx))
  return router
}

/** null: answered already. */
async function face({ faults, gate, readings }: MyRequestsNeeds, ctx: WebContext): Promise<FlowState | null> {
  const place = await gate.enter(ctx)
  if (!place) return null
  const id = param(ctx, 'request')
  const request = id && (await readings.one(place.workspace.id, place.user.id, id))
  if (request) return { place, request }
  faults.notFound(ctx)
  return null
}

async function showList({ render, gate, readings, now }: MyRequestsNeeds, ctx: WebContext): Promise<void> {
  const place = await gate.enter(ctx)
  if (!place) return
  const { workspace, user } = place
  const after = readUuid(ctx.query.after)
  const [list, offers] = await Promise.all([
    readings.list({ workspaceId: workspace.id, userId: user.id, after }),
    readings.offers(workspace.id, user.id),
  ])
  const facts = { ...list, offers, workspace, notice: readNotice(ctx, notices), now: now() }
  const model = myRequestsPage({ ...facts, trail: readPassedCursors(ctx.query, after) })
  const layout = gate.layout(place, { title: 'My requests', place: 'my-requests', crumbs: [] })
  render.screen(ctx, myRequestsView, model, layout)
}

async function show(
  { render, readings, now }: MyRequestsNeeds,
  ctx: WebContext,
  { place, request }: FlowState,
  notice: Notice | null,
): Promise<void> {
  const owners = await readings.owners(place.workspace.id)
  const model = myRequestPage({ workspace: place.workspace, request, owners, notice, now: now() })
  const frame = { frame: 'flow', title: model.heading, switcher: null } as const
  render.screen(ctx, myRequestView, model, frame)
}

async function goOn(needs: MyRequestsNeeds, ctx: WebContext): Promise<void> {
  const facing = await face(needs, ctx)
  if (!facing) return
  const { place, request } = facing
  const asked = { workspaceId: place.workspace.id, userId: place.user.id }
  const outcome = await needs.resumeRequest(asked, request.id)
  if (outcome.kind === 'resumed') return seeOther(ctx, urls.authorize(outcome.parameters))
  if (outcome.kind === 'unknown') return needs.faults.notFound(ctx)
  ctx.status = outcome.kind === 'over' ? 409 : 403
  await show(needs, ctx, facing, cannotGoOn)
}

async function withdraw(needs: MyRequestsNeeds, ctx: WebContext): Promise<void> {
  const facing = await face(needs, ctx)
  if (!facing) return
  const { place, request } = facing
  const outcome = await needs.withdrawRequest(actionContextOf(ctx, place), request.id)
  if (outcome.kind === 'unknown') return needs.faults.notFound(ctx)
  const back = urls.myRequest.show(place.workspace.id, request.id)
  seeOther(ctx, outcome.kind === 'withdrawn' ? back : withNotice(back, 'decided-before'))
}

async function close(needs: MyRequestsNeeds, ctx: WebContext): Promise<void> {
  const { faults } = needs
  const facing = await face(needs, ctx)
  if (!facing) return
  const { place, request } = facing
  const outcome = await needs.closeRequest(actionContextOf(ctx, place), request.id)
  if (outcome.kind === 'unknown') return faults.notFound(ctx)
  const back = urls.myRequest.show(place.workspace.id, request.id)
  if (outcome.kind !== 'closed')
    return seeOther(ctx, withNotice(back, outcome.kind === 'waits' ? 'waits' : 'told'))
  const partner = await needs.denialOf(outcome.parameters)
  if (partner) return seeOther(ctx, partner)
  faults.show(ctx, unreachable, { label: 'Back to my requests', href: urls.myRequests(place.workspace.id) })
}

const cannotGoOn: Notice = {
  kind: 'warning',
  sentence: 'It cannot go on. What stands below is how it is now.',
}

const notices: Notices = {
  'decided-before': () => ({ kind: 'info', sentence: 'It was decided before you took it back.' }),
  waits: () => ({ kind: 'info', sentence: 'An owner may still decide. Take the request back first.' }),
  told: () => ({ kind: 'info', sentence: 'The application has its answer already.' }),
  declined: () => ({ kind: 'good', sentence: 'You have declined it. The owners see that.' }),
}

const unreachable: Words = {
  status: 409,
  title: 'The application cannot be told',
  sentence:
    'The address that it asked to be answered at is no longer registered for it, so that nobody is sent there.',
  next: 'Nothing more has to be done: it reaches nothing of yours by this request.',
}
