/** A workspace's pages, and the menu of each: which connections reach it, adding one, taking one off. */

import Router from '@koa/router'
import type { changePages } from '../../installs/actions/change-pages.ts'
import type { disconnect } from '../../installs/actions/disconnect.ts'
import { readUuid } from '../../installs/ids.ts'
import { mayAddConnections } from '../../installs/policy.ts'
import { confirmView } from '../frame/confirm.ts'
import type { Frame } from '../frame/frame.ts'
import type { Crumb } from '../frame/layout.ts'
import { readNotice, withNotice } from '../frame/notice.ts'
import { actionContextOf, actorIn, governs, param, type WorkspaceVisit } from '../frame/workspace-gate.ts'
import { mustBeSignedIn } from '../http/require-sign-in.ts'
import { seeOther } from '../http/see-other.ts'
import type { WebContext, WebState } from '../http/state.ts'
import { type PassedCursors, readPassedCursors } from '../kit/pagination.ts'
import type { CountLimits } from '../picker/readings.ts'
import { titleWords } from '../picker/words.ts'
import { urls } from '../urls.ts'
import { connectPage, connectView, inheritedPage, inheritedView, withdrawPage } from './connect-page.ts'
import { mayDisconnectHere, notices, pagePage, pageView } from './page-page.ts'
import type { PageConnection, PageReading, PagesReadings } from './readings.ts'
import { shortTitle } from './short-title.ts'
import { openLimit, treePage, treeView } from './tree-page.ts'

export type PagesNeeds = Frame & {
  readings: PagesReadings
  countLimits: CountLimits
  changePages: ReturnType<typeof changePages>
  disconnect: ReturnType<typeof disconnect>
}

/** No connection: the tree is shown without anybody's ticks. */
const noConnection = '00000000-0000-0000-0000-000000000000'

type OnPage = { place: WorkspaceVisit; reading: PageReading; trail: PassedCursors }

export function pages(needs: PagesNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/w/:workspace' })
  const { render, faults, gate, readings, countLimits } = needs
  router.use(mustBeSignedIn)

  router.get('/', async ctx => {
    const place = await gate.enter(ctx)
    if (!place) return
    const { workspace, user } = place
    const windows = readWindows(ctx.query)
    const question = { workspaceId: workspace.id, userId: user.id, connectionId: noConnection }
    const reading = await readings.tree({ ...question, ticked: [], lists: windows })
    const model = treePage({ workspace, reading, windows, rowLimit: countLimits.row })
    render.screen(ctx, treeView, model, gate.layout(place, { title: 'Pages', place: 'pages', crumbs: [] }))
  })

  /** The page that the address names, in a workspace of the person; null: answered with 404. */
  async function enterPage(ctx: WebContext): Promise<OnPage | null> {
    const place = await gate.enter(ctx)
    if (!place) return null
    const { workspace, user } = place
    const pageId = param(ctx, 'page')
    const after = readUuid(ctx.query.after)
    const everyones = governs(user, workspace)
    const installation = readUuid(ctx.params.installation)
    const question = { workspaceId: workspace.id, userId: user.id, everyones, after, installation }
    const reading = pageId && (await readings.page({ ...question, pageId }))
    if (reading) return { place, reading, trail: readPassedCursors(ctx.query, after) }
    faults.notFound(ctx)
    return null
  }

  function layoutOf({ place, reading }: OnPage, step: string | null) {
    const { workspace } = place
    const { page, above } = reading
    const link = (one: { id: string; title: string }): Crumb => ({
      label: shortTitle(one.title),
      href: urls.page(workspace.id, one.id),
    })
    const trail = step
      ? [link(page), { label: step, href: null }]
      : [{ label: shortTitle(page.title), href: null }]
    const [root] = above
    const parent = above.at(-1)
    // Of a long way only its ends: each of ten pages would have room for nothing but an ellipsis.
    const way =
      above.length > 2 && root && parent
        ? [link(root), { ...link(parent), label: `… / ${shortTitle(parent.title)}` }]
        : above.map(link)
    const crumbs: Crumb[] = [{ label: 'Pages', href: urls.workspace(workspace.id) }, ...way, ...trail]
    return gate.layout(place, { title: step ?? titleWords(page.title), place: 'pages', crumbs })
  }

  router.get('/p/:page', async ctx => {
    const on = await enterPage(ctx)
    if (!on) return
    const { place, reading, trail } = on
    const notice = readNotice(ctx, notices)
    const facts = { workspace: place.workspace, userId: place.user.id, reading, trail, notice }
    render.screen(ctx, pageView, pagePage({ ...facts, rowLimit: countLimits.row }), layoutOf(on, null))
  })

  router.get('/p/:page/connections', async ctx => {
    const on = await enterPage(ctx)
    if (!on) return
    const { workspace, user } = on.place
    const may = mayAddConnections(actorIn(on.place))
    if (may.kind === 'no') return faults.refuse(ctx, may.because)
    const { page } = on.reading
    const words = typeof ctx.query.q === 'string' ? ctx.query.q.replaceAll('\0', '').trim().slice(0, 100) : ''
    const found = await readings.search({
      workspaceId: workspace.id,
      userId: user.id,
      pageId: page.id,
      words,
    })
    render.screen(
      ctx,
      connectView,
      connectPage({ workspace, page, words, ...found }),
      layoutOf(on, 'Add connection'),
    )
  })

  router.post('/p/:page/connections', async ctx => {
    const on = await enterPage(ctx)
    const installationId = readUuid(ctx.state.form.get('installation'))
    if (!on) return
    if (!installationId) return faults.notFound(ctx)
    const { page } = on.reading
    const outcome = await needs.changePages(actionContextOf(ctx, on.place), {
      installationId,
      add: [page.id],
      withdraw: [],
    })
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    seeOther(ctx, withNotice(urls.page(on.place.workspace.id, page.id), outcome.kind))
  })

  /** What of the connections that reach the page is meant; null: none of them, and answered. */
  function connectionOn(ctx: WebContext, { place, reading }: OnPage): PageConnection | null {
    const id = param(ctx, 'installation')
    const one = reading.connections.find(({ installationId }) => installationId === id)
    if (!one) seeOther(ctx, withNotice(urls.page(place.workspace.id, reading.page.id), 'gone'))
    return one ?? null
  }

  router.get('/p/:page/connections/:installation/disconnect', async ctx => {
    const on = await enterPage(ctx)
    const one = on && connectionOn(ctx, on)
    if (!on || !one) return
    const { workspace } = on.place
    const { page } = on.reading
    const may = mayDisconnectHere(workspace, on.place.user.id, one)
    if (may.kind === 'no') return faults.refuse(ctx, may.because)
    const layout = layoutOf(on, `Disconnect ${one.connection.name}`)
    if (one.through.id !== page.id)
      return render.screen(ctx, inheritedView, inheritedPage(workspace, page, one), layout)
    render.screen(ctx, confirmView, withdrawPage(workspace, page, one, on.place.user.id), layout)
  })

  router.post('/p/:page/connections/:installation/disconnect', async ctx => {
    const on = await enterPage(ctx)
    const one = on && connectionOn(ctx, on)
    if (!on || !one) return
    const { page } = on.reading
    const here = urls.page(on.place.workspace.id, page.id)
    const again = urls.pageDisconnect(on.place.workspace.id, page.id, one.installationId)
    // What was shown is no longer so: the screen says how it is now, and asks again.
    if (one.through.id !== page.id) return seeOther(ctx, again)
    const context = actionContextOf(ctx, on.place)
    const change = { installationId: one.installationId, add: [], withdraw: [page.id] }
    const outcome = await needs.changePages(context, change)
    if (outcome.kind === 'refused' && outcome.code === 'no-pages') {
      if (ctx.state.form.get('altogether') !== 'yes') return seeOther(ctx, again)
      const ended = await needs.disconnect(context, one.installationId)
      if (ended.kind === 'refused') return faults.refuse(ctx, ended.code)
      return seeOther(ctx, withNotice(here, 'disconnected'))
    }
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    seeOther(ctx, withNotice(here, outcome.kind === 'changed' ? 'withdrawn' : 'gone'))
  })

  return router
}

/** `open`: a node, or a node and the child behind which its list goes on. What is no id is left out. */
function readWindows(query: WebContext['query']) {
  const open = [query.open ?? []]
    .flat()
    .slice(0, openLimit)
    .flatMap(text => {
      const [node, after] = text.split('.')
      const id = readUuid(node)
      return id ? [{ id, after: readUuid(after) }] : []
    })
  return { open, sharedAfter: readUuid(query.shared), privateAfter: readUuid(query.private) }
}
