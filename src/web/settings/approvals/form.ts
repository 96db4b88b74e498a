/** No name is longer. */
const wordsLimit = 200

/** The words of a list's search box; '' matches all. */
export function searchWords(value: string | string[] | undefined): string {
  const text = typeof value === 'string' ? value : ''
  return [...text.replaceAll('\0', '').trim()].slice(0, wordsLimit).join('')
}
