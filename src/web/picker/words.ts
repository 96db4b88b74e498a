import { type Capability, userInformation } from '../../installs/capability.ts'
import type { RefusalCode } from '../../installs/refusal.ts'

const number = new Intl.NumberFormat('en')

/** 1 → "1 page", 1200 → "1,200 pages". */
export function pagesWords(count: number): string {
  return count === 1 ? '1 page' : `${number.format(count)} pages`
}

/** A page may have no title. */
export function titleWords(title: string): string {
  return title.trim() === '' ? 'Untitled' : title
}

/** `alone`: nobody else reaches what is private. */
export function privateWords(alone: boolean): string {
  return alone ? 'Private to you' : 'Private to you and others'
}

/** The quiet count of a row; null where nothing stands below. */
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

/** "Ada", "Ada and Ben", "Ada, Ben, Cleo and 4 others". `count` may be more than the names. */
export function namesWords(names: readonly string[], count: number): string {
  const rest = count - names.length
  const all = rest > 0 ? [...names, rest === 1 ? '1 other' : `${number.format(rest)} others`] : names
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(all).replace(', and ', ' and ')
}

/** One access level in plain words; `mark` says what is risky about it, null: nothing. */
export type Level = { words: string; mark: string | null }

const levels: Record<Capability, (workspace: string) => Level> = {
  read_content: () => ({ words: 'Read the pages that you choose, and everything below them', mark: null }),
  update_content: () => ({ words: 'Change what is on those pages', mark: 'Changes content' }),
  insert_content: () => ({ words: 'Add new pages below those pages', mark: 'Adds content' }),
  read_comments: () => ({ words: 'Read the comments on those pages', mark: null }),
  insert_comments: () => ({ words: 'Write comments on those pages', mark: 'Adds content' }),
  read_user_without_email: workspace => ({
    words: `See who is in ${workspace}: names and pictures`,
    mark: null,
  }),
  read_user_with_email: workspace => ({
    words: `See who is in ${workspace}: names, pictures and e-mail addresses`,
    mark: 'Personal data',
  }),
}

/** The asked access levels. With e-mail addresses says without, so that one is not said twice. */
export function levelsOf(capabilities: readonly Capability[], workspace: string): Level[] {
  const withEmail = capabilities.includes('read_user_with_email')
  return capabilities
    .filter(one => !(withEmail && one === 'read_user_without_email'))
    .map(one => levels[one](workspace))
}

/** Who is in the workspace is told whichever pages are chosen: the list of levels ends with that, and the limit must not cover it. */
export function limitWords(capabilities: readonly Capability[], workspace: string): string {
  const people =
    userInformation(capabilities) === 'none'
      ? ''
      : ` It sees who is in ${workspace} whichever pages you choose.`
  return `It reaches only the pages that you choose in the next step.${people} You can change or disconnect it at any time.`
}

/** In the list of workspaces: why a connection cannot be installed there. */
export const switcherNotes: Partial<Record<RefusalCode, string>> = {
  guest: 'You are a guest here: guests cannot install connections',
  'owners-only': 'Only owners install connections here',
  'not-approved': 'Not on the approved list here',
  suspended: 'Suspended by an owner here',
}
