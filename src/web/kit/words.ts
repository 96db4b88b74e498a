/** Numbers, lists and names in sentences. */
const number = new Intl.NumberFormat('en')
/** British English: no comma before the last "and". */
const list = new Intl.ListFormat('en-GB', { type: 'conjunction' })

/** "1 page", "1,200 pages". */
export function countWords(count: number, one: string, many: string): string {
  return `${number.format(count)} ${count === 1 ? one : many}`
}

export const pagesWords = (count: number) => countWords(count, 'page', 'pages')

/** "Ada, Ben and Cleo". */
export function listWords(items: readonly string[]): string {
  return list.format(items)
}

/** "Ada", "Ada and Ben", "Ada, Ben, Cleo and 4 others". `count` may be more than the names. */
export function namesWords(names: readonly string[], count: number): string {
  const rest = count - names.length
  return listWords(rest > 0 ? [...names, countWords(rest, 'other', 'others')] : names)
}
