import { mostAccessDays } from '../../installs/access-end.ts'
import { view } from '../frame/render.ts'
import type { Picks } from '../picker/draft.ts'
import type { PickerLists } from '../picker/picker.ts'
import type { PickerPage, PickerReading } from '../picker/readings.ts'
import { type Sum, titlesWords } from '../picker/sum.ts'
import { urls } from '../urls.ts'
import { endWithin, endWords } from './access-ends.ts'
import type { ChosenWorkspace } from './chosen-workspace.ts'
import type { FlowState } from './flow.ts'
import { type FlowHeader, flowHeaderOf } from './page.ts'

/** Step two. */
export type PagesPage = {
  header: FlowHeader
  connection: string
  workspaceId: string
  /** "Relay can reach these pages now: …", on a re-install that reaches some. */
  reachedNow: string | null
  /** "Relay asked for: …", where it asked for pages. */
  askedFor: string | null
  /** The fault of the attempt before, if any. */
  problem: string | null
  search: { words: string; action: string; ticks: string }
  lists: PickerLists
  sum: Sum
  /** When the access ends. */
  ends: string
  actions: { allow: string; back: string; cancel: string }
}
export const pagesView = view<PagesPage>('install/pages')

export function pagesPage(facts: {
  state: FlowState
  chosen: ChosenWorkspace
  lists: PickerLists
  reading: PickerReading
  /** The pages that the partner asks for. */
  wished: PickerPage[]
  sum: Sum
  picks: Picks
  problem: string | null
  now: Date
}): PagesPage {
  const { state, chosen, lists, reading, wished, sum, picks, problem, now } = facts
  const { request, choices } = state
  const { name } = choices.connection
  const base = urls.flowPages(request.uid)
  return {
    header: flowHeaderOf(choices.connection, chosen.workspace),
    connection: name,
    workspaceId: chosen.workspace.id,
    reachedNow:
      reading.granted.length > 0
        ? `${name} can reach these pages now: ${titlesWords(reading.granted)}.`
        : null,
    askedFor:
      wished.length > 0
        ? `${name} asked for: ${titlesWords(wished)}. You decide: untick what it should not reach.`
        : null,
    problem,
    search: {
      words: picks.search?.words ?? '',
      action: urls.picker.search(base),
      ticks: urls.picker.ticks(base),
    },
    lists,
    sum,
    ends: endWords(endWithin(state.draft.end, mostAccessDays(chosen.workspace.placement), now), now),
    actions: {
      allow: urls.flowAllow(request.uid),
      back: urls.flowBack(request.uid),
      cancel: urls.flowCancel(request.uid),
    },
  }
}
