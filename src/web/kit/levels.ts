import { type Capability, userInformation } from '../../installs/capability.ts'

const content: [Capability, string][] = [
  ['read_content', 'read'],
  ['update_content', 'change'],
  ['insert_content', 'add'],
]
const comments: [Capability, string][] = [
  ['read_comments', 'read'],
  ['insert_comments', 'write'],
]
const list = new Intl.ListFormat('en', { type: 'conjunction' })

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
  const words = list.format(verbs).replace(', and ', ' and ')
  return `${words[0]!.toUpperCase()}${words.slice(1)} ${things}`
}
