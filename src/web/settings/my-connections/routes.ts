/** A member's own installations: the list, disconnecting, and resuming after a return. manage-pages.ts chooses their pages. */

import Router from '@koa/router'
import type { disconnect } from '../../../installs/actions/disconnect.ts'
import type { renewAccess } from '../../../installs/actions/renew-access.ts'
import type { resumeOwn } from '../../../installs/actions/resume-own.ts'
import { readUuid } from '../../../installs/ids.ts'
import { isLive } from '../../../installs/installation.ts'
import { outlivesDisconnecting } from '../../../installs/policy.ts'
import { confirmView } from '../../frame/confirm.ts'
import { readNotice, withNotice } from '../../frame/notice.ts'
import { actionContextOf, actorIn, param } from '../../frame/workspace-gate.ts'
import { mustBeSignedIn } from '../../http/require-sign-in.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { readPassedCursors } from '../../kit/pagination.ts'
import { urls } from '../../urls.ts'
import { type AddLevelsNeeds, askAboutLevels, doAddLevels, type OwnInstallation } from './add-levels.ts'
import { disconnectPage, myConnectionsPage, myConnectionsView, notices } from './page.ts'
import type { MyConnectionsReadings } from './readings.ts'

export type MyConnectionsNeeds = AddLevelsNeeds & {
  readings: MyConnectionsReadings
  disconnect: ReturnType<typeof disconnect>
  resumeOwn: ReturnType<typeof resumeOwn>
  renewAccess: ReturnType<typeof renewAccess>
}

export function myConnections(needs: MyConnectionsNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/settings/:workspace/my-connections' })
  router.use(mustBeSignedIn)
  router.get('/', ctx => showList(needs, ctx))
  router.get('/:installation/disconnect', ctx => askAboutDisconnecting(needs, ctx))
  router.post('/:installation/disconnect', ctx => doDisconnect(needs, ctx))
  router.post('/:installation/resume', ctx => doResume(needs, ctx))
  router.post('/:installation/renew', ctx => doRenew(needs, ctx))
  router.get('/:installation/levels', ctx => withOwn(needs, ctx, own => askAboutLevels(needs, ctx, own)))
  router.post('/:installation/levels', ctx => withOwn(needs, ctx, own => doAddLevels(needs, ctx, own)))
  return router
}

async function showList({ gate, readings, render, now }: MyConnectionsNeeds, ctx: WebContext): Promise<void> {
  const visit = await gate.enter(ctx)
  if (!visit) return
  const { workspace, user } = visit
  const after = readUuid(ctx.query.after)
  const at = now()
  const [list, offers, ended] = await Promise.all([
    readings.list({ workspaceId: workspace.id, userId: user.id, after }),
    readings.offers(workspace.id, user.id),
    readings.ended(workspace.id, user.id, at),
  ])
  const notice = readNotice(ctx, notices)
  const trail = readPassedCursors(ctx.query, after)
  // Offers and endings are shown beside the first window only.
  const beside = after ? { offers: [], ended: [] } : { offers, ended }
  const model = myConnectionsPage({ ...list, ...beside, workspace, user, notice, trail, now: at })
  const screen = { title: 'My connections', navItem: 'my-connections' as const, crumbs: [] }
  render.screen(ctx, myConnectionsView, model, gate.layout(visit, screen))
}

/** The member's own installation; null: answered with 404, also where it is another person's. */
async function ownInstallation(
  { gate, readings, faults }: MyConnectionsNeeds,
  ctx: WebContext,
): Promise<OwnInstallation | null> {
  const visit = await gate.enter(ctx)
  if (!visit) return null
  const id = param(ctx, 'installation')
  const installation = id && (await readings.one(visit.workspace.id, id))
  if (installation && installation.person?.id === visit.user.id) return { visit, installation }
  faults.notFound(ctx)
  return null
}

async function withOwn(
  needs: MyConnectionsNeeds,
  ctx: WebContext,
  answer: (own: OwnInstallation) => void | Promise<void>,
): Promise<void> {
  const own = await ownInstallation(needs, ctx)
  if (own) await answer(own)
}

async function askAboutDisconnecting(needs: MyConnectionsNeeds, ctx: WebContext): Promise<void> {
  const own = await ownInstallation(needs, ctx)
  if (!own) return
  const { visit, installation } = own
  const list = urls.myConnections(visit.workspace.id)
  if (!isLive(installation)) return seeOther(ctx, withNotice(list, 'already'))
  const title = `Disconnect ${installation.connection.name}`
  const crumbs = [
    { label: 'My connections', href: list },
    { label: title, href: null },
  ]
  const stays = outlivesDisconnecting(actorIn(visit), installation)
  const layout = needs.gate.layout(visit, { title, navItem: 'my-connections', crumbs })
  needs.render.screen(ctx, confirmView, disconnectPage(visit.workspace, installation, stays), layout)
}

async function doDisconnect(needs: MyConnectionsNeeds, ctx: WebContext): Promise<void> {
  const own = await ownInstallation(needs, ctx)
  if (!own) return
  const { visit, installation } = own
  const outcome = await needs.disconnect(actionContextOf(ctx, visit), installation.id)
  if (outcome.kind === 'refused') return needs.faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return needs.faults.notFound(ctx)
  seeOther(ctx, withNotice(urls.myConnections(visit.workspace.id), outcome.kind))
}

async function doResume(needs: MyConnectionsNeeds, ctx: WebContext): Promise<void> {
  const own = await ownInstallation(needs, ctx)
  if (!own) return
  const { visit, installation } = own
  const outcome = await needs.resumeOwn(actionContextOf(ctx, visit), installation.id)
  if (outcome.kind === 'refused') return needs.faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return needs.faults.notFound(ctx)
  const notice = outcome.kind === 'already' ? 'resumed-already' : 'resumed'
  seeOther(ctx, withNotice(urls.myConnections(visit.workspace.id), notice))
}

async function doRenew(needs: MyConnectionsNeeds, ctx: WebContext): Promise<void> {
  const own = await ownInstallation(needs, ctx)
  if (!own) return
  const { visit, installation } = own
  const outcome = await needs.renewAccess(actionContextOf(ctx, visit), installation.id)
  if (outcome.kind === 'refused') return needs.faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return needs.faults.notFound(ctx)
  const notice = outcome.kind === 'renewed' ? 'renewed' : 'renewed-not'
  seeOther(ctx, withNotice(urls.myConnections(visit.workspace.id), notice))
}
