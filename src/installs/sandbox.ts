/** A developer's sandbox: a workspace with made-up people and pages, for trying their connections. */
import type { Role } from './workspace.ts'

/** An invented person, in whose place the developer acts. */
export type Persona = { id: string; name: string; role: Role }

export type Sandbox = { id: string; name: string; createdAt: Date; pages: number; personas: Persona[] }

export type SandboxDraft = {
  id: string
  name: string
  icon: string
  ownerId: string
  personas: (Persona & { email: string })[]
  /** Parents come before their children; `path` ends with the page itself. */
  pages: SandboxPage[]
}

export type SandboxPage = {
  id: string
  parentId: string | null
  path: string[]
  title: string
  icon: string
  /** Ids of those who reach a private root; null: it is open, or below one that says so. */
  viewers: string[] | null
}

const people: [name: string, role: Role][] = [
  ['Olive Owner', 'owner'],
  ['Max Member', 'member'],
  ['Gina Guest', 'guest'],
]

type Leaf = { title: string; icon: string; only?: Role[]; below?: Leaf[] }

const tree: Leaf[] = [
  {
    title: 'Handbook',
    icon: '📖',
    below: [
      { title: 'How we work', icon: '🧭' },
      { title: 'Holidays', icon: '🏖️', below: [{ title: 'Calendar', icon: '📅' }] },
    ],
  },
  {
    title: 'Projects',
    icon: '🗂️',
    below: [
      {
        title: 'New website',
        icon: '🌐',
        below: [
          { title: 'Texts', icon: '✏️' },
          { title: 'Pictures', icon: '🖼️' },
        ],
      },
      { title: 'Office move', icon: '📦' },
    ],
  },
  { title: 'Meeting notes', icon: '🗒️' },
  { title: 'Max’s drafts', icon: '🔒', only: ['member'], below: [{ title: 'An idea', icon: '💡' }] },
  { title: 'Shared with guests', icon: '🤝', only: ['owner', 'member', 'guest'] },
]

/** Everything of a new sandbox, with ids of its own. */
export function draftSandbox(ownerId: string, newId: () => string): SandboxDraft {
  const id = newId()
  // A domain that never exists (RFC 2606): no mail is received there, and no directory has these people.
  const personas = people.map(([name, role]) => ({
    id: newId(),
    name,
    role,
    email: `${role}.${id.slice(-12)}@sandbox.invalid`, // the random end of the id
  }))
  const pages: SandboxPage[] = []
  const add = ({ title, icon, only, below = [] }: Leaf, above: string[]): void => {
    const pageId = newId()
    const path = [...above, pageId]
    const viewers = only ? personas.filter(one => only.includes(one.role)).map(one => one.id) : null
    pages.push({ id: pageId, parentId: above.at(-1) ?? null, path, title, icon, viewers })
    for (const leaf of below) add(leaf, path)
  }
  for (const leaf of tree) add(leaf, [])
  return { id, name: 'Sandbox', icon: '🧪', ownerId, personas, pages }
}
