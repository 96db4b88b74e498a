/** The foot of step two: the ticked pages in words, and the changes that a re-install makes. */
import { view } from '../frame/render.ts'
import { listWords } from '../kit/words.ts'
import type { CountLimits, PickerPage, PickerReading } from './readings.ts'
import { sumWords, titleWords } from './words.ts'

export type Sum = {
  words: string
  /** The changes that a re-install makes, if pages are reached already. */
  changes: { gained: string | null; lost: string | null } | null
}
export const sumView = view<{ sum: Sum }>('install/sum')

const noneTicked = 'No page is ticked: tick at least one to go on.'

export function sumOf(reading: Pick<PickerReading, 'ticked' | 'granted'>, limits: CountLimits): Sum {
  // Without a tick the form cannot be sent, so it would take nothing away.
  if (reading.ticked.length === 0 && reading.granted.length > 0) return { words: noneTicked, changes: null }
  return {
    words: sumWords(reading.ticked, limits.sum),
    changes: reading.granted.length === 0 ? null : changesOf(reading),
  }
}

function changesOf({
  ticked,
  granted,
}: Pick<PickerReading, 'ticked' | 'granted'>): NonNullable<Sum['changes']> {
  const ticks = new Set(ticked.map(page => page.id))
  const gained = ticked.filter(page => !page.reachedNow)
  const lost = granted.filter(page => !page.path.some(id => ticks.has(id)))
  return {
    gained: gained.length > 0 ? `It will also reach ${titlesWords(gained)}.` : null,
    lost: lost.length > 0 ? `It will no longer reach ${titlesWords(lost)}.` : null,
  }
}

/** Up to three by title. */
export function titlesWords(pages: readonly PickerPage[]): string {
  const named = pages.slice(0, 3).map(page => `“${shorten(titleWords(page.title))}”`)
  const rest = pages.length - named.length
  const all = rest > 0 ? [...named, rest === 1 ? '1 other page' : `${rest} other pages`] : named
  return listWords(all)
}

/** Titles in a sentence are cut to a line. */
function shorten(title: string): string {
  const characters = [...title]
  return characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : title
}
