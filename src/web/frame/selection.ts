/** One action on several ticked rows of a list: a bar of buttons, a question with numbers, and a report of the rows that failed. */
import type Router from '@koa/router'
import { readUuid } from '../../installs/ids.ts'
import type { RefusalCode } from '../../installs/refusal.ts'
import { seeOther } from '../http/see-other.ts'
import type { WebContext, WebState } from '../http/state.ts'
import type { TextArea } from '../kit/field.ts'
import type { Cell } from '../kit/table.ts'
import { urls } from '../urls.ts'
import type { Frame } from './frame.ts'
import { withNotice } from './notice.ts'
import { refusals } from './refusals.ts'
import { view } from './render.ts'
import { actionContextOf, type WorkspaceVisit } from './workspace-gate.ts'

/** The buttons below a list. */
export type SelectionBar = { action: string; buttons: { value: string; label: string; danger: boolean }[] }

export type SelectionQuestion = {
  heading: string
  lead: string
  rows: SelectedRow[]
  effects: string[]
  undo: string
  /** A text that goes with the action; null: none. */
  text: TextArea | null
  submit: { action: string; value: string; label: string; danger: boolean }
  back: { label: string; href: string }
}
export const selectionView = view<SelectionQuestion>('settings/selected')

export type SelectionReport = {
  heading: string
  lead: string
  rows: { name: string; sentence: string; good: boolean }[]
  back: { label: string; href: string }
}
export const reportView = view<SelectionReport>('settings/selected-report')

/** `note`: in small print beside the name. */
export type SelectedRow = { id: string; name: string; note: string | null }

/** `already`: nothing was left to do. */
export type RowOutcome = { kind: 'done' | 'already' | 'unknown' } | { kind: 'refused'; code: RefusalCode }

export type SelectionAction = {
  /** Of the button below the list, and of the button that confirms. */
  label: string
  submit: string
  danger: boolean
  heading(rows: SelectedRow[]): string
  lead(rows: SelectedRow[], workspace: string): string
  effects: string[]
  undo: string
  /** The text that goes with the action, and the problem with what was written. */
  text: { area: TextArea; problem(text: string): string | null } | null
  /** The name of the list's notice after success. */
  notice: string
  act(context: ReturnType<typeof actionContextOf>, row: SelectedRow, text: string): Promise<RowOutcome>
}

/** A list whose rows may be ticked. `list`: its own address. */
export type SelectableList = {
  list: string
  title: string
  navItem: 'connections' | 'my-connections' | 'requests'
  crumbs: { label: string; href: string | null }[]
  /** null: the row is no longer there, or the action is not for it. */
  read(id: string): Promise<SelectedRow | null>
}

/** More than one window of any list. */
const maxRows = 100

export const selectCell = ({ id, name }: { id: string; name: string }): Cell => ({ kind: 'select', id, name })

/** The buttons by the values that they send. */
export type SelectionButtons = Record<string, { label: string; danger: boolean }>

/** @param list the address of the list */
export function selectionBar(list: string, buttons: SelectionButtons): SelectionBar {
  return {
    action: urls.selected(list),
    buttons: Object.entries(buttons).map(([value, { label, danger }]) => ({ value, label, danger })),
  }
}

/**
 * The question and the change, at `path`. Each row is changed by itself: one that fails leaves the others changed, and is reported.
 * @param enter null: answered already.
 */
export function selection(
  router: Router<WebState>,
  path: string,
  { render, gate, faults }: Frame,
  parts: {
    actions: Record<string, SelectionAction>
    enter(ctx: WebContext): Promise<{ visit: WorkspaceVisit; of: SelectableList } | null>
  },
): void {
  async function read(ctx: WebContext, sent: URLSearchParams) {
    const entered = await parts.enter(ctx)
    if (!entered) return null
    const name = sent.get('action') ?? ''
    const action = Object.hasOwn(parts.actions, name) ? parts.actions[name] : undefined
    if (!action) {
      faults.badForm(ctx, 'malformed')
      return null
    }
    const ids = new Set(sent.getAll('id').map(readUuid).slice(0, maxRows))
    const found = await Promise.all([...ids].map(id => id && entered.of.read(id)))
    const rows = found.filter(row => row !== null)
    if (rows.length > 0) return { ...entered, name, action, rows: rows as SelectedRow[] }
    seeOther(ctx, withNotice(entered.of.list, 'none-selected'))
    return null
  }

  function layoutOf(visit: WorkspaceVisit, of: SelectableList, heading: string) {
    const crumbs = [...of.crumbs, { label: of.title, href: of.list }, { label: heading, href: null }]
    return gate.layout(visit, { title: heading, navItem: of.navItem, crumbs })
  }

  function ask(ctx: WebContext, asked: NonNullable<Awaited<ReturnType<typeof read>>>, text: TextArea | null) {
    const { visit, of, action, rows } = asked
    const heading = action.heading(rows)
    const model: SelectionQuestion = {
      heading,
      lead: action.lead(rows, visit.workspace.name),
      rows,
      effects: action.effects,
      undo: action.undo,
      text,
      submit: {
        action: urls.selected(of.list),
        value: asked.name,
        label: action.submit,
        danger: action.danger,
      },
      back: { label: 'Change nothing', href: of.list },
    }
    render.screen(ctx, selectionView, model, layoutOf(visit, of, heading))
  }

  router.get(path, async ctx => {
    const asked = await read(ctx, new URLSearchParams(ctx.querystring))
    if (asked) ask(ctx, asked, asked.action.text?.area ?? null)
  })
  router.post(path, async ctx => {
    const asked = await read(ctx, ctx.state.form)
    if (!asked) return
    const { visit, of, action, rows } = asked
    const text = ctx.state.form.get('text') ?? ''
    const problem = action.text?.problem(text) ?? null
    if (action.text && problem) {
      ctx.status = 400
      return ask(ctx, asked, { ...action.text.area, value: text, errors: [problem] })
    }
    const outcomes: RowOutcome[] = []
    for (const row of rows) outcomes.push(await action.act(actionContextOf(ctx, visit), row, text))
    const done = outcomes.filter(one => one.kind === 'done').length
    if (done === rows.length) return seeOther(ctx, withNotice(of.list, action.notice, done))
    const heading = `${done} of ${rows.length} changed`
    const model: SelectionReport = {
      heading,
      lead: 'Each row was changed by itself. Those that could not be changed are as they were.',
      rows: rows.map((row, at) => ({
        name: row.name,
        good: outcomes[at]!.kind === 'done',
        sentence: sentenceOf(outcomes[at]!),
      })),
      back: { label: `Back to ${of.title}`, href: of.list },
    }
    render.screen(ctx, reportView, model, layoutOf(visit, of, heading))
  })
}

function sentenceOf(outcome: RowOutcome): string {
  switch (outcome.kind) {
    case 'done':
      return 'Done.'
    case 'already':
      return 'It had already ended or changed, perhaps by another owner a moment ago.'
    case 'unknown':
      return 'It is no longer there.'
    case 'refused':
      return refusals[outcome.code].sentence
  }
}
