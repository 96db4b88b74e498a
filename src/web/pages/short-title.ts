import { titleWords } from '../picker/words.ts'

/** A title holds up to 2,000 characters: in a sentence, and on a button, it stands for the page with its first 60. */
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' })

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
