import { titleWords } from '../picker/words.ts'

const letters = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** A title may have 2,000 characters: sentences and buttons show its first 60. */
export function shortTitle(title: string): string {
  const whole = titleWords(title)
  if (whole.length <= 60) return whole
  const shown: string[] = []
  for (const { segment } of letters.segment(whole.slice(0, 1_000))) {
    if (shown.length === 59) return `${shown.join('').trimEnd()}…`
    shown.push(segment)
  }
  return whole
}
