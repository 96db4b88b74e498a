/** Search results, in place of the tree. */

import { urls } from '../urls.ts'
import { apart, type PickerLists, type PickerRows, painter } from './picker.ts'
import type { CountLimits, PickerPage, PickerResults } from './readings.ts'

export type ResultFacts = {
  /** The address of the picker's screen. */
  base: string
  words: string
  offset: number
  results: PickerResults
  ticked: readonly PickerPage[]
  limits: CountLimits
}

/** Search results in place of the tree; ticks outside of them stay in the form, and are shown for an empty result. */
export function resultLists(facts: ResultFacts): PickerLists {
  const { base, words, results, ticked, limits } = facts
  const shown = new Set(results.pages.map(page => page.id))
  const count = results.pages.length
  const found =
    count === 0 ? 'No page' : count === 1 ? '1 page' : `${count}${results.more ? ' or more' : ''} pages`
  return {
    sections: [
      ...(count === 0 && ticked.length > 0 ? [apart('Ticked', base, ticked, limits)] : []),
      {
        id: 'section-results',
        heading: `Pages with “${words}”`,
        list: resultRows(facts),
        empty: count === 0 ? 'No page that you can open has this in its title.' : null,
      },
    ],
    unseen: ticked
      .filter(page => count > 0 && !shown.has(page.id))
      .map(page => ({ id: page.id, above: page.path.slice(0, -1).join(' ') })),
    status: `${found} with “${words}”.`,
    clear: urls.picker.clear(base),
  }
}

export function resultRows({ base, words, offset, results, ticked, limits }: ResultFacts): PickerRows {
  const paint = painter(base, ticked, limits)
  const next = urls.picker.search(base, offset + results.pages.length)
  const first = { id: 'first-results', label: 'Show the first results', action: urls.picker.search(base) }
  return {
    rows: results.pages.map(paint.loneRow),
    more: results.more
      ? { id: 'more-results', label: `Show more pages with “${words}”`, action: next }
      : null,
    earlier: offset > 0 ? first : null,
    cut: results.cut ? 'Others match too. Type more of the title to find them.' : null,
  }
}
