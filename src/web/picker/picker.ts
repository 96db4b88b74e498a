/** The model of step two: rows in lists. */

import { view } from '../frame/render.ts'
import { shownIcon } from '../kit/marks.ts'
import { urls } from '../urls.ts'
import type { Picks } from './draft.ts'
import type { CountLimits, PickerList, PickerPage, PickerReading } from './readings.ts'
import { belowWords, privateWords, titleWords } from './words.ts'

/** `included`: a page above it is ticked. `mixed`: not ticked, but something below it is. */
export type TickState = 'ticked' | 'included' | 'mixed' | 'none'

export type PickerRow = {
  id: string
  title: string
  icon: string | null
  type: 'page' | 'database'
  /** The ids of the pages above it, for the script. */
  above: string
  /** "Roadmap / Quarter One", where the list does not show it. */
  path: string | null
  /** "12 pages below", for a page that has some. */
  below: string | null
  state: TickState
  /** The state for screen readers; the script has the same words. */
  stateWords: string
  /** Shown apart from the tree, where its row is not in view. */
  apart: boolean
  reachedNow: boolean
  /** Null for a page without children, or in a list that does not show them. */
  node: { show: string; hide: string; children: PickerRows | null } | null
}

/** A link to other rows of the same list. */
export type PagingStep = { label: string; id: string; action: string }
export type PickerRows = {
  rows: PickerRow[]
  more: PagingStep | null
  earlier: PagingStep | null
  /** Says that there are more results than the links lead to. */
  cut: string | null
}

export type PickerSection = { id: string; heading: string; list: PickerRows; empty: string | null }

/** The part between the search box and the sum: the tree, or search results. */
export type PickerLists = {
  sections: PickerSection[]
  /** Ticked pages without a row: they stay in the form. */
  unseen: { id: string; above: string }[]
  /** Announced to screen readers after a search. */
  status: string | null
  /** The address that clears a search. */
  clear: string | null
}
export const listsView = view<PickerLists>('install/lists')

/** For the script: more rows of a list, or one row with its children. `ticksShown` were shown apart until now. */
export const rowsView = view<{ list: PickerRows; ticksShown: string[] }>('install/rows-fragment')
export const nodeView = view<{ row: PickerRow; ticksShown: string[] }>('install/node-fragment')

const stateWords: Record<TickState, string> = {
  ticked: '',
  included: 'Included',
  mixed: 'Some pages below are ticked',
  none: '',
}

type Parent = 'shared' | 'private' | { id: string; title: string }

/** Makes rows of pages, with their tick state. */
export function painter(base: string, ticked: readonly PickerPage[], limits: CountLimits) {
  const ticks = new Set(ticked.map(page => page.id))
  const aboveTicks = new Set(ticked.flatMap(page => page.path.slice(0, -1)))

  function stateOf(page: PickerPage): TickState {
    if (page.path.slice(0, -1).some(id => ticks.has(id))) return 'included'
    if (ticks.has(page.id)) return 'ticked'
    return aboveTicks.has(page.id) ? 'mixed' : 'none'
  }

  /** A row outside of the tree: with its path, without its children. */
  function loneRow(page: PickerPage): PickerRow {
    return {
      id: page.id,
      title: titleWords(page.title),
      icon: shownIcon(page.icon),
      type: page.type,
      above: page.path.slice(0, -1).join(' '),
      path: page.above.length > 0 ? page.above.map(titleWords).join(' / ') : null,
      below: belowWords(page.below, limits.row),
      state: stateOf(page),
      stateWords: stateWords[stateOf(page)],
      apart: false,
      reachedNow: page.reachedNow,
      node: null,
    }
  }

  /** A row of the tree; `children` null: closed. */
  function treeRow(page: PickerPage, children: PickerRows | null): PickerRow {
    const addresses = { show: urls.picker.show(base, page.id), hide: urls.picker.hide(base, page.id) }
    return { ...loneRow(page), node: page.below > 0 ? { ...addresses, children } : null }
  }

  function moreOf(parent: Parent, list: PickerList): PagingStep | null {
    const last = list.pages.at(-1)
    if (!list.more || !last) return null
    if (typeof parent === 'string')
      return {
        id: `more-${parent}`,
        label: `Show more ${parent} pages`,
        action: urls.picker.more(base, parent, last.id),
      }
    const label = `Show more pages in ${titleWords(parent.title)}`
    return { id: `more-${parent.id}`, label, action: urls.picker.show(base, parent.id, last.id) }
  }

  /** Rows of one list, closed. */
  function rows(parent: Parent, list: PickerList): PickerRows {
    return {
      rows: list.pages.map(page => treeRow(page, null)),
      more: moreOf(parent, list),
      earlier: null,
      cut: null,
    }
  }

  return {
    loneRow,
    treeRow,
    moreOf,
    rows,
    openRow: (node: PickerPage, list: PickerList) => treeRow(node, rows(node, list)),
    /** Those of the list that are ticked themselves. */
    ticksIn: (list: PickerList) => list.pages.filter(page => ticks.has(page.id)).map(page => page.id),
  }
}

export type PickerHeadings = Record<'shared' | 'private', { heading: string; empty: string }>

/** The headings of a workspace's roots, for a user who chooses among all of them. */
export function workspaceHeadings(workspace: string): PickerHeadings {
  return {
    shared: {
      heading: `Shared with everyone in ${workspace}`,
      empty: 'No page is shared with everyone yet.',
    },
    private: { heading: privateWords(false), empty: 'No private page of yours is here.' },
  }
}

type TreeFacts = {
  /** The address of the picker's screen. */
  base: string
  /** The headings of the roots, and the sentences for empty lists. */
  headings: PickerHeadings
  reading: PickerReading
  picks: Picks
  limits: CountLimits
}

/** The tree: first ticked pages that are not in view, then shared roots, then private ones. */
export function treeLists({ base, headings, reading, picks, limits }: TreeFacts): PickerLists {
  const paint = painter(base, reading.ticked, limits)
  const shown = new Set<string>()

  /** A row with the children of all open nodes below it. */
  function grow(page: PickerPage): PickerRow {
    shown.add(page.id)
    const list = reading.children.get(page.id)
    if (!list) return paint.treeRow(page, null)
    const after = picks.open.find(node => node.id === page.id)?.after ?? null
    const title = titleWords(page.title)
    return paint.treeRow(page, {
      rows: list.pages.map(grow),
      more: paint.moreOf(page, list),
      earlier: after
        ? {
            id: `first-${page.id}`,
            label: `Show the first pages in ${title}`,
            action: urls.picker.show(base, page.id),
          }
        : null,
      cut: null,
    })
  }

  function section(list: 'shared' | 'private'): PickerSection {
    const { empty } = headings[list]
    const heading = list === 'private' && reading.alone ? privateWords(reading.alone) : headings[list].heading
    const after = list === 'shared' ? picks.sharedAfter : picks.privateAfter
    const label = `Show the first ${list} pages`
    return {
      id: `section-${list}`,
      heading,
      empty: reading[list].pages.length === 0 ? empty : null,
      list: {
        rows: reading[list].pages.map(grow),
        more: paint.moreOf(list, reading[list]),
        earlier: after ? { id: `first-${list}`, label, action: urls.picker.more(base, list) } : null,
        cut: null,
      },
    }
  }
  const [shared, hidden] = [section('shared'), section('private')]
  const hiddenTicks = reading.ticked.filter(page => !shown.has(page.id))
  return {
    sections: [
      ...(hiddenTicks.length > 0 ? [apart('Ticked, further down', base, hiddenTicks, limits)] : []),
      shared,
      ...(reading.private.pages.length > 0 || picks.privateAfter ? [hidden] : []),
    ],
    unseen: [],
    status: null,
    clear: null,
  }
}

/** Ticked pages shown apart, because their rows are not in view. */
export function apart(
  heading: string,
  base: string,
  ticked: readonly PickerPage[],
  limits: CountLimits,
): PickerSection {
  const paint = painter(base, ticked, limits)
  const rows = ticked.map(page => ({ ...paint.loneRow(page), apart: true }))
  return { id: 'section-ticked', heading, list: { rows, more: null, earlier: null, cut: null }, empty: null }
}
