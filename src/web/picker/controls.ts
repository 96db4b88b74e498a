/**
 * The controls of a page picker, on any screen that has one: step two of the flow, or the pages of an installation later.
 * Each is a form that carries all ticks. Without the script it redirects to the screen, which is drawn from the draft; for the
 * script it answers the changed part alone.
 */
import Router from '@koa/router'
import type { Faults } from '../frame/error-pages.ts'
import type { Render } from '../frame/render.ts'
import { seeOther } from '../http/see-other.ts'
import type { WebContext, WebState } from '../http/state.ts'
import { closed, opened, type Picks } from './draft.ts'
import { countIn, idIn, searchWords } from './form.ts'
import { listsView, nodeView, type PickerLists, painter, rowsView } from './picker.ts'
import type { CountLimits, InstallContext, PickerReadings, Windows } from './readings.ts'
import { resultLists, resultRows } from './results.ts'
import { sumOf, sumView } from './sum.ts'

/** A control that was pressed; its ticks are in the draft already. */
export type Pressed = {
  /** The address that the controls' own begin with. */
  base: string
  /** The address of the whole screen. */
  screen: string
  context: InstallContext
  picks: Picks
}

export type ControlsNeeds = {
  render: Render
  faults: Faults
  readings: PickerReadings
  countLimits: CountLimits
  /** Keeps the ticks, and the values of `change`. Null: answered already. */
  press(ctx: WebContext, change?: (picks: Picks) => Partial<Picks>): Promise<Pressed | null>
  /** The lists as the draft has them. Null: answered already. */
  lists(ctx: WebContext): Promise<PickerLists | null>
}

/** `prefix`: the pattern of the screen's address. */
export function pickerControls(prefix: string, needs: ControlsNeeds): Router<WebState> {
  const router = new Router<WebState>()
  router.post(`${prefix}/ticks`, ctx => tick(needs, ctx))
  router.post(`${prefix}/show`, ctx => showBelow(needs, ctx))
  router.post(`${prefix}/hide`, ctx => hideBelow(needs, ctx))
  router.post(`${prefix}/more`, ctx => showMore(needs, ctx))
  router.post(`${prefix}/search`, ctx => search(needs, ctx))
  router.post(`${prefix}/clear`, ctx => clear(needs, ctx))
  return router
}

const beginnings: Windows = { sharedAfter: null, privateAfter: null, open: [] }

/** A box was ticked or unticked: answers the sum of the ticks, in words. */
async function tick(needs: ControlsNeeds, ctx: WebContext): Promise<void> {
  const pressed = await needs.press(ctx)
  if (!pressed) return
  if (!isFragment(ctx)) return redraw(ctx, pressed)
  const { context, picks } = pressed
  const reading = await needs.readings.picker({ ...context, ticked: picks.ticked, lists: null })
  needs.render.fragment(ctx, sumView, { sum: sumOf(reading, needs.countLimits) })
}

/** Opens a node, or continues the list of its children. */
async function showBelow(needs: ControlsNeeds, ctx: WebContext): Promise<void> {
  const [id, after] = [idIn(ctx.query.page), cursorIn(ctx)]
  if (!id || after === undefined) return needs.faults.badForm(ctx, 'malformed')
  // The script appends rows to those on screen, so for it the draft keeps the beginning of the list.
  const kept = isFragment(ctx) ? null : after
  const pressed = await needs.press(ctx, picks => ({ open: opened(picks, id, kept) }))
  if (!pressed) return
  if (!isFragment(ctx)) return redraw(ctx, pressed, after ? `#first-${id}` : `#page-${id}`)
  const { base, context, picks } = pressed
  const lists = { ...beginnings, roots: false, open: [{ id, after }] }
  const reading = await needs.readings.picker({ ...context, ticked: picks.ticked, lists })
  const node = reading.nodes.get(id)
  if (!node) return redraw(ctx, pressed)
  const list = reading.children.get(id) ?? { pages: [], more: false }
  const paint = painter(base, reading.ticked, needs.countLimits)
  const ticksShown = paint.ticksIn(list)
  if (after) needs.render.fragment(ctx, rowsView, { list: paint.rows(node, list), ticksShown })
  else needs.render.fragment(ctx, nodeView, { row: paint.openRow(node, list), ticksShown })
}

/** The script hides rows by itself. */
async function hideBelow(needs: ControlsNeeds, ctx: WebContext): Promise<void> {
  const id = idIn(ctx.query.page)
  if (!id) return needs.faults.badForm(ctx, 'malformed')
  const pressed = await needs.press(ctx, picks => ({ open: closed(picks, id) }))
  if (pressed) redraw(ctx, pressed, `#page-${id}`)
}

/** Continues the list of roots. */
async function showMore(needs: ControlsNeeds, ctx: WebContext): Promise<void> {
  const { list } = ctx.query
  const after = cursorIn(ctx)
  if ((list !== 'shared' && list !== 'private') || after === undefined)
    return needs.faults.badForm(ctx, 'malformed')
  const cursor = list === 'shared' ? { sharedAfter: after } : { privateAfter: after }
  const pressed = await needs.press(ctx, () => (isFragment(ctx) ? {} : cursor))
  if (!pressed) return
  if (!isFragment(ctx)) return redraw(ctx, pressed, `#section-${list}`)
  const { base, context, picks } = pressed
  const lists = { ...beginnings, ...cursor }
  const reading = await needs.readings.picker({ ...context, ticked: picks.ticked, lists })
  const paint = painter(base, reading.ticked, needs.countLimits)
  const rows = paint.rows(list, reading[list])
  needs.render.fragment(ctx, rowsView, { list: rows, ticksShown: paint.ticksIn(reading[list]) })
}

/** Results in place of the tree; without words the tree again. */
async function search(needs: ControlsNeeds, ctx: WebContext): Promise<void> {
  const words = searchWords(ctx.state.form)
  const offset = countIn(ctx.query.offset)
  if (offset === null) return needs.faults.badForm(ctx, 'malformed')
  const kept = words === null ? null : { words, offset: isFragment(ctx) ? 0 : offset }
  const pressed = await needs.press(ctx, () => ({ search: kept }))
  if (!pressed) return
  if (!isFragment(ctx)) return redraw(ctx, pressed, '#lists')
  if (words === null) return showLists(needs, ctx)
  const { base, context, picks } = pressed
  const [{ ticked }, results] = await Promise.all([
    needs.readings.picker({ ...context, ticked: picks.ticked, lists: null }),
    needs.readings.search({ ...context, words, offset }),
  ])
  const facts = { base, words, offset, results, ticked, limits: needs.countLimits }
  if (offset === 0) return needs.render.fragment(ctx, listsView, resultLists(facts))
  const ticksShown = painter(base, ticked, needs.countLimits).ticksIn(results)
  needs.render.fragment(ctx, rowsView, { list: { ...resultRows(facts), earlier: null }, ticksShown })
}

async function clear(needs: ControlsNeeds, ctx: WebContext): Promise<void> {
  const pressed = await needs.press(ctx, () => ({ search: null }))
  if (!pressed) return
  if (isFragment(ctx)) await showLists(needs, ctx)
  else redraw(ctx, pressed, '#lists')
}

async function showLists(needs: ControlsNeeds, ctx: WebContext): Promise<void> {
  const lists = await needs.lists(ctx)
  if (lists) needs.render.fragment(ctx, listsView, lists)
}

/** The whole screen again, from the draft. */
function redraw(ctx: WebContext, { screen }: Pressed, anchor = ''): void {
  lead(ctx, screen + anchor)
}

/** The page after which a list continues; null: its beginning; undefined: not a page. */
function cursorIn(ctx: WebContext): string | null | undefined {
  return ctx.query.after === undefined ? null : (idIn(ctx.query.after) ?? undefined)
}

/** Redirects the whole screen, also when only a part of it was asked for. */
export function lead(ctx: WebContext, to: string): void {
  if (isFragment(ctx)) {
    ctx.set('HX-Redirect', to)
    ctx.status = 204
  } else seeOther(ctx, to)
}

/** The script asked for a part of a screen. */
export function isFragment(ctx: WebContext): boolean {
  return ctx.get('HX-Request') === 'true' && ctx.get('HX-Target') !== ''
}
