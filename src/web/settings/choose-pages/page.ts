import type { Crumb } from '../../frame/layout.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import { countWords } from '../../kit/words.ts'
import type { PickerHeadings, PickerLists } from '../../picker/picker.ts'
import type { PickerReading } from '../../picker/readings.ts'
import type { Sum } from '../../picker/sum.ts'
import { urls } from '../../urls.ts'

/** The words around the picker on a screen where an installation's pages are chosen. */
export type ChoiceWords = {
  title: string
  heading: string
  lead: string
  /** Shown first, such as the reason why no pages can be added. */
  notice: Notice | null
  headings: PickerHeadings
  /** All pages can be searched; otherwise only the listed ones are there. */
  searchable: boolean
  crumbs: Crumb[]
  /** The address of Cancel. */
  cancel: string
}

export type ChoicePage = {
  heading: string
  lead: string
  notice: Notice | null
  workspaceId: string
  /** The granted pages when the screen was drawn: the change is relative to these. */
  before: string[]
  search: { words: string; action: string } | null
  ticks: string
  lists: PickerLists
  sum: Sum
  /** The label for granted pages that cannot be shown, and can only be removed together. */
  unseen: string | null
  save: string
  cancel: string
}
export const choiceView = view<ChoicePage>('settings/choose-pages')

export function choicePage(facts: {
  words: ChoiceWords
  base: string
  workspaceId: string
  reading: PickerReading
  lists: PickerLists
  sum: Sum
  searched: string
  unseen: number
  problem: string | null
}): ChoicePage {
  const { words, base, workspaceId, reading, lists, sum, searched, unseen, problem } = facts
  return {
    heading: words.heading,
    lead: words.lead,
    notice: problem === null ? words.notice : { kind: 'danger', sentence: problem },
    workspaceId,
    before: reading.granted.map(page => page.id),
    search: words.searchable ? { words: searched, action: urls.picker.search(base) } : null,
    ticks: urls.picker.ticks(base),
    lists,
    sum,
    unseen: unseen === 0 ? null : unseenWords(unseen),
    save: `${base}/save`,
    cancel: words.cancel,
  }
}

function unseenWords(count: number): string {
  return `Also remove ${countWords(count, 'page', 'pages')} that you cannot open`
}
