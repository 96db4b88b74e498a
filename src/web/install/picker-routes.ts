/**
 * Step two: choosing pages. Each control is a form that carries all ticks. Without the script the browser is sent back to the
 * screen, which is drawn from the draft; with it the part that changes is answered alone.
 */
import Router from '@koa/router'
import type { WebContext, WebState } from '../state.ts'
import { urls } from '../urls.ts'
import { closed, opened } from './draft.ts'
import { isFragment } from './flow.ts'
import { countIn, idIn, searchWords } from './form.ts'
import { listsView, nodeView, painter, resultLists, resultRows, rowsView } from './picker.ts'
import { type PickerNeeds, type Pressed, press, showLists, showPages } from './picker-screen.ts'
import type { Windows } from './readings.ts'
import { sumOf, sumView } from './sum.ts'

export function pickerRoutes(needs: PickerNeeds): Router<WebState> {
  const router = new Router<WebState>()
  router.post('/install/:uid/pages', ctx => select(needs, ctx))
  router.get('/install/:uid/pages', ctx => arrive(needs, ctx))
  router.post('/install/:uid/back', ctx => goBack(needs, ctx))
  router.post('/install/:uid/pages/ticks', ctx => tick(needs, ctx))
  router.post('/install/:uid/pages/show', ctx => showBelow(needs, ctx))
  router.post('/install/:uid/pages/hide', ctx => hideBelow(needs, ctx))
  router.post('/install/:uid/pages/more', ctx => showMore(needs, ctx))
  router.post('/install/:uid/pages/search', ctx => search(needs, ctx))
  router.post('/install/:uid/pages/clear', ctx => clear(needs, ctx))
  return router
}

const beginnings: Windows = { sharedAfter: null, privateAfter: null, open: [] }

/** From step one: the workspace that stood there is the one that is chosen. */
async function select({ flow, drafts }: PickerNeeds, ctx: WebContext): Promise<void> {
  const facing = await flow.face(ctx)
  const form = facing && flow.form(ctx)
  if (!facing || !form) return
  const { request, user, draft, place } = facing
  const { workspaceId } = form
  if (place?.workspace.id !== workspaceId) return void flow.elsewhere(ctx)
  await drafts.write(request, user.id, { ...draft, workspaceId })
  flow.lead(ctx, urls.flowPages(request.uid))
}

async function arrive(needs: PickerNeeds, ctx: WebContext): Promise<void> {
  const facing = await needs.flow.face(ctx)
  if (!facing) return
  const { request, user, draft, place } = facing
  const workspaceId = place?.workspace.id ?? null
  if (workspaceId !== draft.workspaceId) await needs.drafts.write(request, user.id, { ...draft, workspaceId })
  await showPages(needs, ctx, facing, null)
}

async function goBack(needs: PickerNeeds, ctx: WebContext): Promise<void> {
  const pressed = await press(needs, ctx)
  if (pressed) needs.flow.lead(ctx, urls.flow(pressed.uid))
}

/** A box was ticked or unticked: what is ticked now, in words. */
async function tick(needs: PickerNeeds, ctx: WebContext): Promise<void> {
  const pressed = await press(needs, ctx)
  if (!pressed) return
  if (!isFragment(ctx)) return redraw(needs, ctx, pressed)
  const { uid, placed, picks } = pressed
  const reading = await needs.readings.picker({ ...placed, ticked: picks.ticked, lists: null })
  needs.render.fragment(ctx, sumView, { sum: sumOf(uid, reading, needs.countLimits) })
}

/** Opens a node, or goes on in the list of its children. */
async function showBelow(needs: PickerNeeds, ctx: WebContext): Promise<void> {
  const [id, after] = [idIn(ctx.query.page), cursorIn(ctx)]
  if (!id || after === undefined) return needs.faults.badForm(ctx, 'malformed')
  // The script adds rows to those that stand there, so for it the draft keeps the beginning of the list.
  const kept = isFragment(ctx) ? null : after
  const pressed = await press(needs, ctx, picks => ({ open: opened(picks, id, kept) }))
  if (!pressed) return
  if (!isFragment(ctx)) return redraw(needs, ctx, pressed, after ? `#first-${id}` : `#page-${id}`)
  const { uid, placed, picks } = pressed
  const lists = { ...beginnings, open: [{ id, after }] }
  const reading = await needs.readings.picker({ ...placed, ticked: picks.ticked, lists })
  const node = reading.nodes.get(id)
  if (!node) return redraw(needs, ctx, pressed)
  const list = reading.children.get(id) ?? { pages: [], more: false }
  const paint = painter(uid, reading.ticked, needs.countLimits)
  const ticksShown = paint.ticksIn(list)
  if (after) needs.render.fragment(ctx, rowsView, { list: paint.rows(node, list), ticksShown })
  else needs.render.fragment(ctx, nodeView, { row: paint.openRow(node, list), ticksShown })
}

/** The script hides rows by itself. */
async function hideBelow(needs: PickerNeeds, ctx: WebContext): Promise<void> {
  const id = idIn(ctx.query.page)
  if (!id) return needs.faults.badForm(ctx, 'malformed')
  const pressed = await press(needs, ctx, picks => ({ open: closed(picks, id) }))
  if (pressed) redraw(needs, ctx, pressed, `#page-${id}`)
}

/** Goes on in the list of roots. */
async function showMore(needs: PickerNeeds, ctx: WebContext): Promise<void> {
  const { list } = ctx.query
  const after = cursorIn(ctx)
  if ((list !== 'shared' && list !== 'private') || after === undefined)
    return needs.faults.badForm(ctx, 'malformed')
  const cursor = list === 'shared' ? { sharedAfter: after } : { privateAfter: after }
  const pressed = await press(needs, ctx, () => (isFragment(ctx) ? {} : cursor))
  if (!pressed) return
  if (!isFragment(ctx)) return redraw(needs, ctx, pressed, `#section-${list}`)
  const { uid, placed, picks } = pressed
  const lists = { ...beginnings, ...cursor }
  const reading = await needs.readings.picker({ ...placed, ticked: picks.ticked, lists })
  const paint = painter(uid, reading.ticked, needs.countLimits)
  const rows = paint.rows(list, reading[list])
  needs.render.fragment(ctx, rowsView, { list: rows, ticksShown: paint.ticksIn(reading[list]) })
}

/** Results in place of the tree; without words the tree again. */
async function search(needs: PickerNeeds, ctx: WebContext): Promise<void> {
  const words = searchWords(ctx.state.form)
  const offset = countIn(ctx.query.offset)
  if (offset === null) return needs.faults.badForm(ctx, 'malformed')
  const kept = words === null ? null : { words, offset: isFragment(ctx) ? 0 : offset }
  const pressed = await press(needs, ctx, () => ({ search: kept }))
  if (!pressed) return
  if (!isFragment(ctx)) return redraw(needs, ctx, pressed, '#lists')
  if (words === null) return showLists(needs, ctx)
  const { uid, placed, picks } = pressed
  const [{ ticked }, results] = await Promise.all([
    needs.readings.picker({ ...placed, ticked: picks.ticked, lists: null }),
    needs.readings.search({ ...placed, words, offset }),
  ])
  const facts = { uid, words, offset, results, ticked, limits: needs.countLimits }
  if (offset === 0) return needs.render.fragment(ctx, listsView, resultLists(facts))
  const ticksShown = painter(uid, ticked, needs.countLimits).ticksIn(results)
  needs.render.fragment(ctx, rowsView, { list: { ...resultRows(facts), earlier: null }, ticksShown })
}

async function clear(needs: PickerNeeds, ctx: WebContext): Promise<void> {
  const pressed = await press(needs, ctx, () => ({ search: null }))
  if (!pressed) return
  if (isFragment(ctx)) await showLists(needs, ctx)
  else redraw(needs, ctx, pressed, '#lists')
}

/** The whole screen again, from the draft. */
function redraw({ flow }: PickerNeeds, ctx: WebContext, { uid }: Pressed, anchor = ''): void {
  flow.lead(ctx, urls.flowPages(uid) + anchor)
}

/** The page after which a list goes on; null: it begins; undefined: that is no page. */
function cursorIn(ctx: WebContext): string | null | undefined {
  return ctx.query.after === undefined ? null : (idIn(ctx.query.after) ?? undefined)
}
