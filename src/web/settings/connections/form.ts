import { stateNames } from './page.ts'
import type { Filters, StateFilter } from './readings.ts'

/** No name is longer. */
const wordsLimit = 200

/** The filters of an address; unreadable ones are ignored. */
export function readFilters(query: Record<string, string | string[] | undefined>): Filters {
  const { state } = query
  const known = typeof state === 'string' && Object.hasOwn(stateNames, state)
  return {
    state: known ? (state as StateFilter) : 'in-use',
    person: words(query.person),
    connection: words(query.connection),
  }
}

/** Without NUL, which PostgreSQL refuses. */
function words(value: string | string[] | undefined): string {
  const text = typeof value === 'string' ? value.normalize('NFC').replaceAll('\0', '').trim() : ''
  return [...text].slice(0, wordsLimit).join('')
}
