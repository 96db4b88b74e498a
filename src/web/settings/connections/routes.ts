/** Owners: every connection of the workspace, and who has access through each. */
import Router from '@koa/router'
import { readUuid } from '../../../installs/ids.ts'
import { readNotice } from '../../frame/notice.ts'
import { selection } from '../../frame/selection.ts'
import { governs, param } from '../../frame/workspace-gate.ts'
import { mustBeSignedIn } from '../../http/require-sign-in.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { readPassedCursors } from '../../kit/pagination.ts'
import { urls } from '../../urls.ts'
import { type ChangeNeeds, changes } from './change-routes.ts'
import { notices } from './confirm-pages.ts'
import type { OwnersNeeds } from './enter.ts'
import { readFilters } from './form.ts'
import { connectionsPage, connectionsView } from './page.ts'
import { peoplePage, peopleView } from './people-page.ts'
import { connectionsActions, peopleActions } from './selected.ts'
import { enterList, enterPeople, installerOf } from './selected-entrance.ts'
import { type TokenNeeds, token } from './token-routes.ts'

export type ConnectionsNeeds = OwnersNeeds & ChangeNeeds & TokenNeeds

export function connections(needs: ConnectionsNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/settings/:workspace/connections' })
  router.use(mustBeSignedIn)
  router.get('/', ctx => showList(needs, ctx))
  selection(router, '/selected', needs, {
    actions: connectionsActions(needs.actions),
    enter: ctx => enterList(needs, ctx),
  })
  selection(router, '/:connection/selected', needs, {
    actions: peopleActions(needs.actions, (context, id) => installerOf(needs, context.workspaceId, id)),
    enter: ctx => enterPeople(needs, ctx),
  })
  router.get('/:connection', ctx => showPeople(needs, ctx))
  changes(router, needs)
  token(router, needs)
  return router
}

/** Members who follow the plain address are sent to their own connections. */
async function showList({ gate, readings, render, now }: ConnectionsNeeds, ctx: WebContext): Promise<void> {
  const visit = await gate.enter(ctx)
  if (!visit) return
  const { workspace, user } = visit
  if (!governs(user, workspace)) return seeOther(ctx, urls.myConnections(workspace.id))
  const filters = readFilters(ctx.query)
  const after = readUuid(ctx.query.after)
  const list = await readings.list({ workspaceId: workspace.id, ...filters, after })
  const model = connectionsPage({
    ...list,
    workspace,
    filters,
    trail: readPassedCursors(ctx.query, after),
    notice: readNotice(ctx, notices),
    now: now(),
  })
  const layout = gate.layout(visit, { title: 'Connections', navItem: 'connections', crumbs: [] })
  render.screen(ctx, connectionsView, model, layout)
}

async function showPeople(needs: ConnectionsNeeds, ctx: WebContext): Promise<void> {
  const { gate, readings, render, faults, now } = needs
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const { workspace } = visit
  const connectionId = param(ctx, 'connection')
  const after = readUuid(ctx.query.after)
  const { state, person } = readFilters(ctx.query)
  const question = { workspaceId: workspace.id, state, person, after }
  const reading = connectionId && (await readings.one({ ...question, connectionId }))
  if (!reading) return faults.notFound(ctx)
  const notice = readNotice(ctx, notices)
  const trail = readPassedCursors(ctx.query, after)
  const model = peoplePage({
    workspace,
    reading,
    filters: { state, person },
    trail,
    notice,
    now: now(),
  })
  const { name } = reading.connection
  const crumbs = [
    { label: 'Connections', href: urls.connections(workspace.id) },
    { label: name, href: null },
  ]
  render.screen(ctx, peopleView, model, gate.layout(visit, { title: name, navItem: 'connections', crumbs }))
}
