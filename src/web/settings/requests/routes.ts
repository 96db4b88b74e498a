/** Members' requests for approval, decided by owners. */

import Router from '@koa/router'
import type { decideApproval } from '../../../installs/actions/decide-approval.ts'
import { sentenceLimit, statusOf } from '../../../installs/approval.ts'
import { readUuid } from '../../../installs/ids.ts'
import type { Frame } from '../../frame/frame.ts'
import { type Notice, readNotice, withNotice } from '../../frame/notice.ts'
import { type SelectableList, selection } from '../../frame/selection.ts'
import { actionContextOf, param, type WorkspaceVisit } from '../../frame/workspace-gate.ts'
import { mustBeSignedIn } from '../../http/require-sign-in.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { readPassedCursors } from '../../kit/pagination.ts'
import { urls } from '../../urls.ts'
import { notices, requestsPage, requestsView, selectedName, tooLateWords, type Unsent } from './page.ts'
import type { RequestsReadings } from './readings.ts'
import { requestActions } from './selected.ts'

export type RequestsNeeds = Frame & {
  readings: RequestsReadings
  decideApproval: ReturnType<typeof decideApproval>
}

type Told = { notice: Notice | null; unsent: Unsent | null }

export function requests(needs: RequestsNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/settings/:workspace/requests' })
  router.use(mustBeSignedIn)
  router.get('/', async ctx => {
    const visit = await needs.gate.enterAsOwner(ctx)
    if (visit) await show(needs, ctx, visit, { notice: readNotice(ctx, notices), unsent: null })
  })
  selection(router, '/selected', needs, {
    actions: requestActions(needs.decideApproval),
    enter: ctx => enterList(needs, ctx),
  })
  router.post('/:request', ctx => decide(needs, ctx))
  return router
}

async function enterList({ gate, readings, now }: RequestsNeeds, ctx: WebContext) {
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return null
  const of: SelectableList = {
    list: urls.requests(visit.workspace.id),
    title: 'Requests',
    navItem: 'requests',
    crumbs: [],
    async read(id) {
      const row = await readings.one(visit.workspace.id, id)
      return row && statusOf(row, now()) === 'pending' ? { id, name: selectedName(row), note: null } : null
    },
  }
  return { visit, of }
}

async function show(
  { render, gate, readings, now }: RequestsNeeds,
  ctx: WebContext,
  visit: WorkspaceVisit,
  told: Told,
): Promise<void> {
  const show = ctx.query.show === 'decided' ? 'decided' : 'waiting'
  const after = readUuid(ctx.query.after)
  const list = await readings.list({ workspaceId: visit.workspace.id, show, after })
  const facts = { ...list, ...told, workspace: visit.workspace, show, now: now() } as const
  const model = requestsPage({ ...facts, trail: readPassedCursors(ctx.query, after) })
  const layout = gate.layout(visit, { title: 'Requests', navItem: 'requests', crumbs: [] })
  render.screen(ctx, requestsView, model, layout)
}

async function decide(needs: RequestsNeeds, ctx: WebContext): Promise<void> {
  const { faults, gate, readings } = needs
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const { workspace } = visit
  const requestId = param(ctx, 'request')
  const decision = ctx.state.form.get('decision')
  const answer = ctx.state.form.get('answer') ?? ''
  if (!requestId) return faults.notFound(ctx)
  if (decision !== 'approve' && decision !== 'decline') return faults.badForm(ctx, 'malformed')
  const outcome = await needs.decideApproval(actionContextOf(ctx, visit), { requestId, decision, answer })
  switch (outcome.kind) {
    case 'approved':
    case 'declined':
      return seeOther(ctx, withNotice(urls.requests(workspace.id), outcome.kind))
    case 'refused':
      return faults.refuse(ctx, outcome.code)
    case 'unknown':
      return faults.notFound(ctx)
    case 'too-late': {
      const row = await readings.one(workspace.id, requestId)
      if (!row) return faults.notFound(ctx)
      ctx.status = 409
      return show(needs, ctx, visit, { notice: tooLateWords(row, outcome.status), unsent: null })
    }
    default: {
      ctx.status = 400
      const unsent = { requestId, answer, problem: problems[outcome.kind] }
      return show(needs, ctx, visit, { notice: null, unsent })
    }
  }
}

const problems = {
  'answer-missing': 'Say in a sentence why you decline.',
  'answer-too-long': `Shorten this to ${sentenceLimit} characters.`,
}
