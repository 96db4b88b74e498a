import { readUuid } from '../../installs/ids.ts'

/** Pages ticked one by one; for more, a user ticks a page above them. */
export const tickLimit = 1_000
/** No title is longer than this. */
const wordsLimit = 200

/** The fields of every form of the picker: the workspace that it was filled in for, and the ticked pages. */
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

/** An id in the address; null for anything else, and for a repeated one. */
export function idIn(value: string | string[] | undefined): string | null {
  return readUuid(value)
}

/** The words to search for; null for an empty search. */
export function searchWords(form: URLSearchParams): string | null {
  const words = (form.get('q') ?? '').normalize('NFC').replace(/\s+/g, ' ').trim()
  return words === '' ? null : [...words].slice(0, wordsLimit).join('')
}

/** A count in the address; 0 if absent, null if it is not a small number. */
export function countIn(value: string | string[] | undefined): number | null {
  if (value === undefined) return 0
  return typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : null
}
