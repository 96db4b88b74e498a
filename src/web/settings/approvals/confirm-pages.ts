/** What is asked once before something on the approved list stops or goes. */

import type { ConfirmPage } from '../../frame/confirm.ts'
import type { Notices } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark, type Mark } from '../../kit/marks.ts'
import { countWords } from '../../kit/words.ts'
import { urls } from '../../urls.ts'

type Workspace = { id: string; name: string }
type Connection = { id: string; name: string }

export function revokePage(
  workspace: Workspace,
  connection: Connection,
  person: { id: string; name: string },
): ConfirmPage {
  return {
    heading: `Revoke access for ${person.name}?`,
    lead: `${connection.name} loses access to everything that ${person.name} allowed it in ${workspace.name}.`,
    effects: [
      `What it does for ${person.name} stops at once: the tokens no longer work.`,
      'What others connected stays connected, and the connection stays approved.',
    ],
    undo: `There is no undo, but ${person.name} may connect it again, since it is approved.`,
    submit: {
      label: `Revoke access for ${person.name}`,
      action: urls.approval.revoke(workspace.id, connection.id, person.id),
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it', href: urls.approved(workspace.id) },
  }
}

export function disconnectAllPage(workspace: Workspace, connection: Connection, count: number): ConfirmPage {
  return {
    heading: `Disconnect ${connection.name} for everyone?`,
    lead: `${countWords(count, 'person in', 'people in')} ${workspace.name} ${count === 1 ? 'has' : 'have'} it installed.`,
    effects: [
      'What it does for any of them stops at once: the tokens no longer work.',
      'The connection stays approved: members may connect it again.',
    ],
    undo: 'There is no undo. Each of them has to connect it again.',
    submit: {
      label: 'Disconnect all users',
      action: urls.approval.disconnect(workspace.id, connection.id),
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it', href: urls.approved(workspace.id) },
  }
}

export type RemoveApprovalPage = {
  name: string
  mark: Mark
  /** What members can do afterwards. */
  lead: string
  /** How many have it installed; null: nobody, so that there is nothing to choose. */
  installed: string | null
  action: string
  disconnect: string
  back: string
}
export const removeApprovalView = view<RemoveApprovalPage>('settings/approved-remove')

export function removeApprovalPage(
  workspace: Workspace,
  connection: Connection & { logoHash: string | null },
  count: number,
): RemoveApprovalPage {
  const logo = logoOf(connection)
  return {
    name: connection.name,
    mark: connectionMark({ ...connection, logo }),
    lead: `Where members install only approved connections, they can no longer install ${connection.name} in ${workspace.name} without asking.`,
    installed: count === 0 ? null : countWords(count, 'person has', 'people have'),
    action: urls.approval.remove(workspace.id, connection.id),
    disconnect: `Remove, and disconnect ${countWords(count, 'person', 'people')}`,
    back: urls.approved(workspace.id),
  }
}

export const notices: Notices = {
  added: () => ({ kind: 'good', sentence: 'Added. Members may install it from this moment on.' }),
  'already-added': () => ({ kind: 'info', sentence: 'It was on the list already.' }),
  revoked: () => ({ kind: 'good', sentence: 'Revoked. The tokens of that person no longer work.' }),
  disconnected: count => ({
    kind: 'good',
    sentence: `Disconnected for ${countWords(count, 'person', 'people')}. The tokens no longer work.`,
  }),
  already: () => ({ kind: 'info', sentence: 'It was disconnected already. Nothing more had to be done.' }),
  removed: () => ({
    kind: 'good',
    sentence: 'Removed from the list. What is installed stays and keeps working.',
  }),
  'removed-all': count => ({
    kind: 'good',
    sentence: `Removed from the list, and disconnected for ${countWords(count, 'person', 'people')}.`,
  }),
  'already-removed': () => ({
    kind: 'info',
    sentence: 'It was not on the list any more. Nothing was changed.',
  }),
}
