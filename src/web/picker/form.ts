import { readUuid } from '../../installs/ids.ts'

/** Ticked one by one; whoever wants more ticks a page above them. */
export const tickLimit = 1_000
/** Longer words are in no title. */
const wordsLimit = 200

/** What every form of the flow says: for which workspace it was filled in, and what is ticked in it. */
export type PickerForm = { workspaceId: string; ticked: string[] }
export type FormProblem = { problem: 'malformed' | 'too-many' }

/** `pages` may come with or without dashes, and more than once. */
export function readPickerForm(form: URLSearchParams): PickerForm | FormProblem {
  const workspaceId = readUuid(form.get('workspace_id'))
  if (workspaceId === null || form.getAll('workspace_id').length > 1) return { problem: 'malformed' }
  const ticked = new Set<string>()
  for (const text of form.getAll('pages')) {
    const id = readUuid(text)
    if (id === null) return { problem: 'malformed' }
    ticked.add(id)
    if (ticked.size > tickLimit) return { problem: 'too-many' }
  }
  return { workspaceId, ticked: [...ticked] }
}

/** An id in the address; null when it is none, or stands there twice. */
export function idIn(value: string | string[] | undefined): string | null {
  return readUuid(value)
}

/** The words to search for, or null when there are none. */
export function searchWords(form: URLSearchParams): string | null {
  const words = (form.get('q') ?? '').normalize('NFC').replace(/\s+/g, ' ').trim()
  return words === '' ? null : [...words].slice(0, wordsLimit).join('')
}

/** A count in the address: absent is 0; null when it is no small number. */
export function countIn(value: string | string[] | undefined): number | null {
  if (value === undefined) return 0
  return typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : null
}
