/** For owners: installations of departed members are handed over or let go. */

import Router from '@koa/router'
import type { handOver } from '../../../installs/actions/hand-over.ts'
import type { letGo } from '../../../installs/actions/let-go.ts'
import type { withdrawHandOver } from '../../../installs/actions/withdraw-hand-over.ts'
import { readUuid } from '../../../installs/ids.ts'
import { confirmView } from '../../frame/confirm.ts'
import type { Frame } from '../../frame/frame.ts'
import type { Layout } from '../../frame/layout.ts'
import { readNotice, withNotice } from '../../frame/notice.ts'
import { actionContextOf, param, type WorkspaceVisit } from '../../frame/workspace-gate.ts'
import { mustBeSignedIn } from '../../http/require-sign-in.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { readPassedCursors } from '../../kit/pagination.ts'
import { urls } from '../../urls.ts'
import { searchWords } from '../approvals/form.ts'
import { leftBehindPage, leftBehindView, letGoPage, notices, receiversPage, receiversView } from './page.ts'
import type { HandOverReadings, LeftBehind, Receiver } from './readings.ts'

export type HandOverNeeds = Frame & {
  readings: HandOverReadings
  handOver: ReturnType<typeof handOver>
  withdrawHandOver: ReturnType<typeof withdrawHandOver>
  letGo: ReturnType<typeof letGo>
}

type LeftBehindVisit = {
  visit: WorkspaceVisit
  words: string
  found: { left: LeftBehind; receivers: Receiver[]; more: boolean }
}

export function handOvers(needs: HandOverNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/settings/:workspace' })
  router.get('/hand-over', mustBeSignedIn, ctx => showList(needs, ctx))
  router.get('/hand-over/:installation', mustBeSignedIn, ctx => showReceivers(needs, ctx))
  router.post('/hand-over/:installation', mustBeSignedIn, ctx => offer(needs, ctx))
  router.get('/hand-over/:installation/let-go', mustBeSignedIn, ctx => askLetGo(needs, ctx))
  router.post('/hand-over/:installation/let-go', mustBeSignedIn, ctx => letItGo(needs, ctx))
  router.post('/offers/:offer/withdraw', mustBeSignedIn, ctx => withdraw(needs, ctx))
  return router
}

/** null: answered already. */
async function enter(
  { faults, gate, readings }: HandOverNeeds,
  ctx: WebContext,
): Promise<LeftBehindVisit | null> {
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return null
  const installationId = param(ctx, 'installation')
  const words = searchWords(ctx.query.q)
  const question = { workspaceId: visit.workspace.id, words }
  const found = installationId && (await readings.receivers({ ...question, installationId }))
  if (found) return { visit, words, found }
  faults.notFound(ctx)
  return null
}

function layoutOf({ gate }: HandOverNeeds, { visit, found }: LeftBehindVisit, title: string): Layout {
  const crumbs = [
    { label: 'Left behind', href: urls.leftBehind(visit.workspace.id) },
    { label: found.left.connection.name, href: null },
  ]
  return gate.layout(visit, { title, navItem: 'hand-over', crumbs })
}

async function showList({ render, gate, readings, now }: HandOverNeeds, ctx: WebContext): Promise<void> {
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const { workspace } = visit
  const after = readUuid(ctx.query.after)
  const list = await readings.list({ workspaceId: workspace.id, after })
  const facts = { ...list, workspace, trail: readPassedCursors(ctx.query, after), now: now() }
  const model = leftBehindPage({ ...facts, notice: readNotice(ctx, notices) })
  const layout = gate.layout(visit, { title: 'Left behind', navItem: 'hand-over', crumbs: [] })
  render.screen(ctx, leftBehindView, model, layout)
}

async function showReceivers(needs: HandOverNeeds, ctx: WebContext): Promise<void> {
  const entered = await enter(needs, ctx)
  if (!entered) return
  const { visit, words, found } = entered
  const layout = layoutOf(needs, entered, `Hand over ${found.left.connection.name}`)
  needs.render.screen(ctx, receiversView, receiversPage(visit.workspace, words, found), layout)
}

async function offer(needs: HandOverNeeds, ctx: WebContext): Promise<void> {
  const { faults, gate } = needs
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const installationId = param(ctx, 'installation')
  const toUserId = readUuid(ctx.state.form.get('user_id'))
  if (!installationId) return faults.notFound(ctx)
  if (!toUserId) return faults.badForm(ctx, 'malformed')
  const outcome = await needs.handOver(actionContextOf(ctx, visit), { installationId, toUserId })
  if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return faults.notFound(ctx)
  const { id } = visit.workspace
  // Owners who chose themselves decide at once.
  if (outcome.kind === 'offered' && toUserId === visit.user.id)
    return seeOther(ctx, urls.handOver.show(id, outcome.id))
  seeOther(ctx, withNotice(urls.leftBehind(id), outcome.kind))
}

async function askLetGo(needs: HandOverNeeds, ctx: WebContext): Promise<void> {
  const entered = await enter(needs, ctx)
  if (!entered) return
  const { visit, found } = entered
  const layout = layoutOf(needs, entered, `Let go of ${found.left.connection.name}`)
  needs.render.screen(ctx, confirmView, letGoPage(visit.workspace, found.left), layout)
}

async function letItGo(needs: HandOverNeeds, ctx: WebContext): Promise<void> {
  const { faults, gate } = needs
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const installationId = param(ctx, 'installation')
  if (!installationId) return faults.notFound(ctx)
  const outcome = await needs.letGo(actionContextOf(ctx, visit), installationId)
  if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return faults.notFound(ctx)
  seeOther(ctx, withNotice(urls.leftBehind(visit.workspace.id), outcome.kind))
}

async function withdraw(needs: HandOverNeeds, ctx: WebContext): Promise<void> {
  const { faults, gate } = needs
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const offerId = param(ctx, 'offer')
  if (!offerId) return faults.notFound(ctx)
  const outcome = await needs.withdrawHandOver(actionContextOf(ctx, visit), offerId)
  if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return faults.notFound(ctx)
  seeOther(ctx, withNotice(urls.leftBehind(visit.workspace.id), outcome.kind))
}
