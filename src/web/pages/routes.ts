/** The page tree of a workspace, and each page with the connections that reach it: adding one, disconnecting one. */
import Router from '@koa/router'
import type { changePages } from '../../installs/actions/change-pages.ts'
import type { disconnect } from '../../installs/actions/disconnect.ts'
import { readUuid } from '../../installs/ids.ts'
import { mayAddConnections } from '../../installs/policy.ts'
import { confirmView } from '../frame/confirm.ts'
import type { Frame } from '../frame/frame.ts'
import type { SettingsLayout } from '../frame/layout.ts'
import { readNotice, withNotice } from '../frame/notice.ts'
import { actionContextOf, actorIn, governs, param, type WorkspaceVisit } from '../frame/workspace-gate.ts'
import { mustBeSignedIn } from '../http/require-sign-in.ts'
import { seeOther } from '../http/see-other.ts'
import type { WebContext, WebState } from '../http/state.ts'
import { type PassedCursors, readPassedCursors } from '../kit/pagination.ts'
import type { CountLimits } from '../picker/readings.ts'
import { titleWords } from '../picker/words.ts'
import { urls } from '../urls.ts'
import { connectPage, connectView } from './connect-page.ts'
import { crumbsOf } from './crumbs.ts'
import { inheritedPage, inheritedView, withdrawPage } from './disconnect-page.ts'
import { readWindows } from './form.ts'
import { mayDisconnectHere, notices, pagePage, pageView } from './page-page.ts'
import type { PageConnection, PageReading, PagesReadings } from './readings.ts'
import { treePage, treeView } from './tree-page.ts'

export type PagesNeeds = Frame & {
  readings: PagesReadings
  countLimits: CountLimits
  changePages: ReturnType<typeof changePages>
  disconnect: ReturnType<typeof disconnect>
}

/** A page that the address names, in a workspace of the person. */
type PageVisit = { visit: WorkspaceVisit; reading: PageReading; trail: PassedCursors }

/** A connection that reaches it. */
type ConnectionVisit = PageVisit & { connection: PageConnection }

export function pages(needs: PagesNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/w/:workspace' })
  router.use(mustBeSignedIn)
  router.get('/', ctx => showTree(needs, ctx))
  router.get('/p/:page', ctx => showPage(needs, ctx))
  router.get('/p/:page/connections', ctx => showConnections(needs, ctx))
  router.post('/p/:page/connections', ctx => add(needs, ctx))
  router.get('/p/:page/connections/:installation/disconnect', ctx => askDisconnect(needs, ctx))
  router.post('/p/:page/connections/:installation/disconnect', ctx => disconnectHere(needs, ctx))
  return router
}

/** The tree belongs to no connection, so its pages are unticked. */
const noConnection = '00000000-0000-0000-0000-000000000000'

async function showTree({ gate, readings, render, countLimits }: PagesNeeds, ctx: WebContext): Promise<void> {
  const visit = await gate.enter(ctx)
  if (!visit) return
  const { workspace, user } = visit
  const windows = readWindows(ctx.query)
  const context = { workspaceId: workspace.id, userId: user.id, connectionId: noConnection }
  const reading = await readings.tree({ ...context, ticked: [], lists: windows })
  const model = treePage({ workspace, reading, windows, rowLimit: countLimits.row })
  render.screen(ctx, treeView, model, gate.layout(visit, { title: 'Pages', navItem: 'pages', crumbs: [] }))
}

/** null: answered with 404. */
async function enterPage({ gate, readings, faults }: PagesNeeds, ctx: WebContext): Promise<PageVisit | null> {
  const visit = await gate.enter(ctx)
  if (!visit) return null
  const { workspace, user } = visit
  const pageId = param(ctx, 'page')
  const after = readUuid(ctx.query.after)
  const reading =
    pageId &&
    (await readings.page({
      workspaceId: workspace.id,
      userId: user.id,
      pageId,
      everyones: governs(user, workspace),
      after,
      installation: param(ctx, 'installation'),
    }))
  if (reading) return { visit, reading, trail: readPassedCursors(ctx.query, after) }
  faults.notFound(ctx)
  return null
}

/** null: answered already. Where the connection does not reach the page any more, the page says so. */
async function enterConnection(needs: PagesNeeds, ctx: WebContext): Promise<ConnectionVisit | null> {
  const found = await enterPage(needs, ctx)
  if (!found) return null
  const id = param(ctx, 'installation')
  const connection = found.reading.connections.find(({ installationId }) => installationId === id)
  if (connection) return { ...found, connection }
  seeOther(ctx, withNotice(urls.page(found.visit.workspace.id, found.reading.page.id), 'gone'))
  return null
}

function layoutOf({ gate }: PagesNeeds, { visit, reading }: PageVisit, step: string | null): SettingsLayout {
  const title = step ?? titleWords(reading.page.title)
  return gate.layout(visit, { title, navItem: 'pages', crumbs: crumbsOf(visit.workspace.id, reading, step) })
}

async function showPage(needs: PagesNeeds, ctx: WebContext): Promise<void> {
  const found = await enterPage(needs, ctx)
  if (!found) return
  const { visit, reading, trail } = found
  const facts = { workspace: visit.workspace, userId: visit.user.id, reading, trail }
  const model = pagePage({ ...facts, notice: readNotice(ctx, notices), rowLimit: needs.countLimits.row })
  needs.render.screen(ctx, pageView, model, layoutOf(needs, found, null))
}

async function showConnections(needs: PagesNeeds, ctx: WebContext): Promise<void> {
  const found = await enterPage(needs, ctx)
  if (!found) return
  const { workspace, user } = found.visit
  const may = mayAddConnections(actorIn(found.visit))
  if (may.kind === 'no') return needs.faults.refuse(ctx, may.because)
  const { page } = found.reading
  const words = typeof ctx.query.q === 'string' ? ctx.query.q.replaceAll('\0', '').trim().slice(0, 100) : ''
  const question = { workspaceId: workspace.id, userId: user.id, pageId: page.id, words }
  const model = connectPage({ workspace, page, words, ...(await needs.readings.search(question)) })
  needs.render.screen(ctx, connectView, model, layoutOf(needs, found, 'Add connection'))
}

async function add(needs: PagesNeeds, ctx: WebContext): Promise<void> {
  const { faults } = needs
  const found = await enterPage(needs, ctx)
  const installationId = readUuid(ctx.state.form.get('installation'))
  if (!found) return
  if (!installationId) return faults.notFound(ctx)
  const { visit, reading } = found
  const change = { installationId, add: [reading.page.id], withdraw: [] }
  const outcome = await needs.changePages(actionContextOf(ctx, visit), change)
  if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return faults.notFound(ctx)
  seeOther(ctx, withNotice(urls.page(visit.workspace.id, reading.page.id), outcome.kind))
}

async function askDisconnect(needs: PagesNeeds, ctx: WebContext): Promise<void> {
  const found = await enterConnection(needs, ctx)
  if (!found) return
  const { visit, reading, connection } = found
  const { workspace, user } = visit
  const may = mayDisconnectHere(actorIn(visit), connection)
  if (may.kind === 'no') return needs.faults.refuse(ctx, may.because)
  const layout = layoutOf(needs, found, `Disconnect ${connection.connection.name}`)
  if (connection.through.id !== reading.page.id)
    return needs.render.screen(ctx, inheritedView, inheritedPage(workspace, reading.page, connection), layout)
  needs.render.screen(ctx, confirmView, withdrawPage(workspace, reading.page, connection, user.id), layout)
}

async function disconnectHere(needs: PagesNeeds, ctx: WebContext): Promise<void> {
  const found = await enterConnection(needs, ctx)
  if (!found) return
  const { visit, reading, connection } = found
  const { installationId } = connection
  const { page } = reading
  const here = urls.page(visit.workspace.id, page.id)
  const again = urls.pageDisconnect(visit.workspace.id, page.id, installationId)
  // The grant has moved since the question was asked: ask again about the present one.
  if (connection.through.id !== page.id) return seeOther(ctx, again)
  const context = actionContextOf(ctx, visit)
  const outcome = await needs.changePages(context, { installationId, add: [], withdraw: [page.id] })
  if (outcome.kind === 'refused' && outcome.code === 'no-pages') {
    if (ctx.state.form.get('altogether') !== 'yes') return seeOther(ctx, again)
    const ended = await needs.disconnect(context, installationId)
    if (ended.kind === 'refused') return needs.faults.refuse(ctx, ended.code)
    return seeOther(ctx, withNotice(here, 'disconnected'))
  }
  if (outcome.kind === 'refused') return needs.faults.refuse(ctx, outcome.code)
  seeOther(ctx, withNotice(here, outcome.kind === 'changed' ? 'withdrawn' : 'gone'))
}
