import { pagesWords } from '../../kit/words.ts'
import type { Reach } from '../connections/readings.ts'

/** "3 pages", and in a second line the number with all pages below, if there are some. */
export function reachWords({ granted, reached, beyond }: Reach): { own: string; all: string | null } {
  if (granted === 0) return { own: 'No pages', all: null }
  const all = beyond ? `more than ${pagesWords(reached)}` : pagesWords(reached)
  return { own: pagesWords(granted), all: reached > granted || beyond ? `${all} with all below` : null }
}
