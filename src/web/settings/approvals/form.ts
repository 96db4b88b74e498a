/** Longer words are in no name. */
const wordsLimit = 200

/** What is looked for in a list; '' looks for nothing. */
export function searchWords(value: string | string[] | undefined): string {
  const text = typeof value === 'string' ? value : ''
  return [...text.replaceAll('\0', '').trim()].slice(0, wordsLimit).join('')
}
