/** Numbers in sentences: "1 page", "1,200 pages". */
const number = new Intl.NumberFormat('en')

export function countWords(count: number, one: string, many: string): string {
  return `${number.format(count)} ${count === 1 ? one : many}`
}
