/**
 * Step two: choosing pages. Each control is a form that carries all ticks. Without the script the browser is sent back to the
 * screen, which is drawn from the draft; with it the part that changes is answered alone.
 */
import Router from '@koa/router'
import type { Faults } from '../faults.ts'
import type { Render } from '../render.ts'
import type { WebContext, WebState } from '../state.ts'
import { urls } from '../urls.ts'
import { closed, type Drafts, opened, type Picks, picksOf, withPicks } from './draft.ts'
import { type Arrival, type Facing, type Flow, isFragment } from './flow.ts'
import { countIn, idIn, searchWords } from './form.ts'
import { pagesPage, pagesView } from './pages-page.ts'
import { listsView, nodeView, painter, resultLists, resultRows, rowsView, treeLists } from './picker.ts'
import { switcherOf } from './place.ts'
import type { CountLimits, InstallReadings, Placed, Windows } from './readings.ts'
import { sumOf, sumView } from './sum.ts'

export type PickerNeeds = {
  render: Render
  faults: Faults
  readings: InstallReadings
  countLimits: CountLimits
  flow: Flow
  drafts: Drafts
}

/** A control that was pressed; the ticks that came with it are in the draft already. */
type Pressed = Arrival & { placed: Placed; picks: Picks }

export type Picker = {
  router: Router<WebState>
  show(ctx: WebContext, facing: Facing, problem: string | null): Promise<void>
}

export function picker(needs: PickerNeeds): Picker {
  const router = new Router<WebState>()
  const { render, readings, countLimits: limits, flow, drafts } = needs
  const beginnings: Windows = { sharedAfter: null, privateAfter: null, open: [] }

  /** Tree or results, as the draft has it. */
  async function readLists(uid: string, workspace: string, placed: Placed, picks: Picks) {
    const { search, ticked } = picks
    const [reading, results] = await Promise.all([
      readings.picker({ ...placed, ticked, lists: search ? null : picks }),
      search ? readings.search({ ...placed, ...search }) : null,
    ])
    const model =
      search && results
        ? resultLists({ uid, limits, ...search, results, ticked: reading.ticked })
        : treeLists({ uid, limits, workspace, reading, picks })
    return { model, reading }
  }

  async function show(ctx: WebContext, facing: Facing, problem: string | null): Promise<void> {
    const { request, choices, place, draft } = facing
    if (place?.may.kind !== 'yes') return void flow.lead(ctx, urls.flow(request.uid))
    const { workspace } = place
    const picks = picksOf(draft, workspace.id)
    const placed = placedIn(facing, workspace.id)
    const { model, reading } = await readLists(request.uid, workspace.name, placed, picks)
    const sum = sumOf(request.uid, reading, limits)
    render.screen(ctx, pagesView, pagesPage({ facing, place, lists: model, reading, sum, picks, problem }), {
      frame: 'flow',
      title: `Select pages for ${choices.connection.name}`,
      switcher: switcherOf(choices, workspace, {
        formId: 'flow',
        action: urls.flowWorkspace(request.uid),
        enter: urls.flowSearch(request.uid),
      }),
      formsMayLeave: true,
    })
  }

  /** Keeps the ticks, and what else `change` says. null: answered already. */
  async function press(ctx: WebContext, change: (picks: Picks) => Partial<Picks>): Promise<Pressed | null> {
    const arrival = await flow.arrive(ctx)
    const form = arrival && flow.form(ctx)
    if (!arrival || !form) return null
    const { request, user, draft } = arrival
    const { workspaceId, ticked } = form
    if (draft.workspaceId !== workspaceId) return flow.elsewhere(ctx)
    const kept = withPicks(draft, workspaceId, { ticked, ...change(picksOf(draft, workspaceId)) })
    await drafts.write(request, user.id, kept)
    return {
      ...arrival,
      draft: kept,
      placed: placedIn(arrival, workspaceId),
      picks: picksOf(kept, workspaceId),
    }
  }

  const back = (ctx: WebContext, { request }: Pressed, anchor = '') =>
    void flow.lead(ctx, urls.flowPages(request.uid) + anchor)

  // From step one: the workspace that stood there is the one that is chosen.
  router.post('/install/:uid/pages', async ctx => {
    const facing = await flow.face(ctx)
    const form = facing && flow.form(ctx)
    if (!facing || !form) return
    const { request, user, draft, place } = facing
    const { workspaceId } = form
    if (place?.workspace.id !== workspaceId) return void flow.elsewhere(ctx)
    await drafts.write(request, user.id, { ...draft, workspaceId })
    flow.lead(ctx, urls.flowPages(request.uid))
  })

  router.get('/install/:uid/pages', async ctx => {
    const facing = await flow.face(ctx)
    if (!facing) return
    const { request, user, draft, place } = facing
    const workspaceId = place?.workspace.id ?? null
    if (workspaceId !== draft.workspaceId) await drafts.write(request, user.id, { ...draft, workspaceId })
    await show(ctx, facing, null)
  })

  router.post('/install/:uid/back', async ctx => {
    const pressed = await press(ctx, () => ({}))
    if (pressed) flow.lead(ctx, urls.flow(pressed.request.uid))
  })

  router.post('/install/:uid/pages/ticks', async ctx => {
    const pressed = await press(ctx, () => ({}))
    if (!pressed) return
    if (!isFragment(ctx)) return back(ctx, pressed)
    const reading = await readings.picker({ ...pressed.placed, ticked: pressed.picks.ticked, lists: null })
    render.fragment(ctx, sumView, { sum: sumOf(pressed.request.uid, reading, limits) })
  })

  router.post('/install/:uid/pages/show', async ctx => {
    const [id, after] = [idIn(ctx.query.page), idIn(ctx.query.after)]
    if (!id || (!after && ctx.query.after !== undefined)) return needs.faults.badForm(ctx, 'malformed')
    // The script adds rows to those that stand there, so for it the draft keeps the beginning of the list.
    const pressed = await press(ctx, picks => ({ open: opened(picks, id, isFragment(ctx) ? null : after) }))
    if (!pressed) return
    if (!isFragment(ctx)) return back(ctx, pressed, after ? `#first-${id}` : `#page-${id}`)
    const { placed, picks, request } = pressed
    const lists = { ...beginnings, open: [{ id, after }] }
    const reading = await readings.picker({ ...placed, ticked: picks.ticked, lists })
    const node = reading.nodes.get(id)
    if (!node) return back(ctx, pressed)
    const list = reading.children.get(id) ?? { pages: [], more: false }
    const paint = painter(request.uid, reading.ticked, limits)
    const ticksShown = paint.ticksIn(list)
    if (after) render.fragment(ctx, rowsView, { list: paint.rows(node, list), ticksShown })
    else render.fragment(ctx, nodeView, { row: paint.openRow(node, list), ticksShown })
  })

  router.post('/install/:uid/pages/hide', async ctx => {
    const id = idIn(ctx.query.page)
    if (!id) return needs.faults.badForm(ctx, 'malformed')
    const pressed = await press(ctx, picks => ({ open: closed(picks, id) }))
    if (pressed) back(ctx, pressed, `#page-${id}`)
  })

  router.post('/install/:uid/pages/more', async ctx => {
    const { list } = ctx.query
    const after = idIn(ctx.query.after)
    if ((list !== 'shared' && list !== 'private') || (!after && ctx.query.after !== undefined))
      return needs.faults.badForm(ctx, 'malformed')
    const cursor = list === 'shared' ? { sharedAfter: after } : { privateAfter: after }
    const pressed = await press(ctx, () => (isFragment(ctx) ? {} : cursor))
    if (!pressed) return
    if (!isFragment(ctx)) return back(ctx, pressed, `#section-${list}`)
    const { placed, picks, request } = pressed
    const reading = await readings.picker({
      ...placed,
      ticked: picks.ticked,
      lists: { ...beginnings, ...cursor },
    })
    const paint = painter(request.uid, reading.ticked, limits)
    render.fragment(ctx, rowsView, {
      list: paint.rows(list, reading[list]),
      ticksShown: paint.ticksIn(reading[list]),
    })
  })

  router.post('/install/:uid/pages/search', async ctx => {
    const words = searchWords(ctx.state.form)
    const offset = countIn(ctx.query.offset)
    if (offset === null) return needs.faults.badForm(ctx, 'malformed')
    const search = words === null ? null : { words, offset }
    const pressed = await press(ctx, () => ({
      search: isFragment(ctx) && search ? { ...search, offset: 0 } : search,
    }))
    if (!pressed) return
    if (!isFragment(ctx)) return back(ctx, pressed, '#lists')
    if (!search) return showTree(ctx)
    const { placed, picks, request } = pressed
    const [{ ticked }, results] = await Promise.all([
      readings.picker({ ...placed, ticked: picks.ticked, lists: null }),
      readings.search({ ...placed, ...search }),
    ])
    const facts = { uid: request.uid, limits, ...search, results, ticked }
    if (offset === 0) return render.fragment(ctx, listsView, resultLists(facts))
    const ticksShown = painter(request.uid, ticked, limits).ticksIn(results)
    render.fragment(ctx, rowsView, { list: { ...resultRows(facts), earlier: null }, ticksShown })
  })

  router.post('/install/:uid/pages/clear', async ctx => {
    const pressed = await press(ctx, () => ({ search: null }))
    if (!pressed) return
    if (!isFragment(ctx)) return back(ctx, pressed, '#lists')
    await showTree(ctx)
  })

  /** The tree in place of the results; the draft knows by now that nothing is searched for. */
  async function showTree(ctx: WebContext): Promise<void> {
    const facing = await flow.face(ctx)
    if (!facing?.place) return
    const { workspace } = facing.place
    const picks = picksOf(facing.draft, workspace.id)
    const { model } = await readLists(
      facing.request.uid,
      workspace.name,
      placedIn(facing, workspace.id),
      picks,
    )
    render.fragment(ctx, listsView, model)
  }

  return { router, show }
}

function placedIn({ request, user }: Arrival, workspaceId: string): Placed {
  return { workspaceId, userId: user.id, connectionId: request.connectionId }
}
