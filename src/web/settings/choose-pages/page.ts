import type { Crumb } from '../../frame/layout.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import type { PickerHeadings, PickerLists } from '../../picker/picker.ts'
import type { PickerReading } from '../../picker/readings.ts'
import type { Sum } from '../../picker/sum.ts'
import { urls } from '../../urls.ts'

/** What a screen on which pages of an installation are chosen says around the picker. */
export type ChoiceWords = {
  title: string
  heading: string
  lead: string
  /** Said first, such as why nothing can be added; null: nothing. */
  notice: Notice | null
  headings: PickerHeadings
  /** Every page can be looked for; otherwise only what is listed. */
  searchable: boolean
  crumbs: Crumb[]
  /** Where one is led who changes nothing. */
  cancel: string
}

export type ChoicePage = {
  heading: string
  lead: string
  notice: Notice | null
  workspaceId: string
  /** What stood ticked as the screen was drawn: the change is against this. */
  before: string[]
  search: { words: string; action: string } | null
  ticks: string
  lists: PickerLists
  sum: Sum
  /** Granted pages that cannot be shown, and may be taken away together; null: none. */
  unseen: string | null
  save: string
  cancel: string
}
export const choiceView = view<ChoicePage>('settings/choose-pages')

export function choicePage(facts: {
  words: ChoiceWords
  base: string
  workspaceId: string
  reading: Pick<PickerReading, 'granted'>
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
  return count === 1
    ? 'Also take away the one page that you cannot open yourself'
    : `Also take away the ${new Intl.NumberFormat('en').format(count)} pages that you cannot open yourself`
}
