/** The developer's sandbox on the playground, and the question before it is removed. */
import type { Sandbox } from '../../../installs/sandbox.ts'
import type { Role } from '../../../installs/workspace.ts'
import type { ConfirmPage } from '../../frame/confirm.ts'
import { urls } from '../../urls.ts'

export type SandboxShown = {
  sentence: string
  act: string
  people: { id: string; name: string; role: string; button: string; current: boolean }[]
  remove: string
}

export const roleWords: Record<Role, string> = { owner: 'Owner', member: 'Member', guest: 'Guest' }

export function sandboxOf(connectionId: string, sandbox: Sandbox, actingAs: string | null): SandboxShown {
  return {
    sentence: `${sandbox.name} has ${sandbox.pages} pages and these people. You can be each of them, in the sandbox and nowhere else.`,
    act: urls.playground(connectionId, 'act'),
    people: sandbox.personas.map(one => ({
      id: one.id,
      name: one.name,
      role: roleWords[one.role],
      button: `Act as ${one.name}`,
      current: one.id === actingAs,
    })),
    remove: urls.playground(connectionId, 'sandbox/remove'),
  }
}

/** `action`: where it is removed; `back`: the screen before. */
export function removeSandboxPage(action: string, back: string, sandbox: Sandbox): ConfirmPage {
  return {
    heading: 'Remove the sandbox?',
    lead: 'The sandbox goes, with its people and its pages.',
    effects: [
      'All installations in it, of every connection, are disconnected: their tokens are refused on the next request.',
      'Tests of your own that use it stop working.',
    ],
    undo: `It does not come back. You can make another at any time; it has other ids than ${sandbox.id}.`,
    submit: {
      label: 'Remove sandbox',
      action,
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it', href: back },
  }
}
