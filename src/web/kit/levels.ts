/** Access levels in plain words: a sentence each where they are granted, a few words each in a row of a list. */
import { type Capability, userInformation } from '../../installs/capability.ts'
import { listWords } from './words.ts'

/** One access level in plain words; `mark` names its risk, if any. */
export type Level = { capability: Capability; words: string; mark: string | null }

const levels: Record<Capability, (workspace: string) => Omit<Level, 'capability'>> = {
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
    .map(one => ({ capability: one, ...levels[one](workspace) }))
}

const content: [Capability, string][] = [
  ['read_content', 'read'],
  ['update_content', 'change'],
  ['insert_content', 'add'],
]
const comments: [Capability, string][] = [
  ['read_comments', 'read'],
  ['insert_comments', 'write'],
]

/** Access levels for a row of a list: "Read, change and add pages", "Read comments", "See names and e-mail addresses". */
export function shortLevels(capabilities: readonly Capability[]): string[] {
  const verbs = (known: [Capability, string][]) =>
    known.filter(([capability]) => capabilities.includes(capability)).map(([, verb]) => verb)
  const people = { none: null, 'without-email': 'See names', 'with-email': 'See names and e-mail addresses' }
  return [
    sentence(verbs(content), 'pages'),
    sentence(verbs(comments), 'comments'),
    people[userInformation(capabilities)],
  ].filter(words => words !== null)
}

function sentence(verbs: string[], things: string): string | null {
  if (verbs.length === 0) return null
  const words = listWords(verbs)
  return `${words[0]!.toUpperCase()}${words.slice(1)} ${things}`
}
