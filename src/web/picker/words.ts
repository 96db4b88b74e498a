import { pagesWords } from '../kit/words.ts'

/** A page may have no title. */
export function titleWords(title: string): string {
  return title.trim() === '' ? 'Untitled' : title
}

/** `alone`: only this user reaches these private pages. */
export function privateWords(alone: boolean): string {
  return alone ? 'Private to you' : 'Private to you and others'
}

/** The count of pages below a row, if any. */
export function belowWords(below: number, limit: number): string | null {
  if (below === 0) return null
  return below > limit ? `more than ${pagesWords(limit)} below` : `${pagesWords(below)} below`
}

/** "3 pages and everything below them: 128 pages": the sum counts the ticked pages too. */
export function sumWords(ticked: readonly { below: number }[], limit: number): string {
  if (ticked.length === 0) return 'No page is ticked yet.'
  const own = pagesWords(ticked.length)
  const below = ticked.reduce((sum, page) => sum + page.below, 0)
  if (below === 0) return own
  const all = below > limit ? `more than ${pagesWords(limit)}` : pagesWords(below + ticked.length)
  return `${own} and everything below ${ticked.length === 1 ? 'it' : 'them'}: ${all}`
}
