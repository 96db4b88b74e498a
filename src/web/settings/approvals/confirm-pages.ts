/** The questions before access to an approved connection ends or it leaves the list, and the notices afterwards. */
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
    lead: `${connection.name} loses all access that ${person.name} allowed in ${workspace.name}.`,
    effects: [
      `It stops working for ${person.name} at once: its tokens no longer work.`,
      'It stays connected for everyone else, and stays approved.',
    ],
    undo: `This cannot be undone, but ${person.name} can connect it again, since it is approved.`,
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
      'It stops working for all of them at once: its tokens no longer work.',
      'It stays approved: members can connect it again.',
    ],
    undo: 'This cannot be undone. Each of them has to connect it again.',
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
  /** The effect on members. */
  lead: string
  /** The number of people who have it installed; null without any, and then there is no choice. */
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
  'publisher-added': () => ({
    kind: 'good',
    sentence: 'Approved. Members can connect whatever this publisher describes on its host, without asking.',
  }),
  'publisher-already': () => ({ kind: 'info', sentence: 'This publisher was approved already.' }),
  'publisher-removed': () => ({
    kind: 'good',
    sentence:
      'Removed. Members cannot connect its applications on their own where the policy asks for approval.',
  }),
  'publisher-gone': () => ({ kind: 'info', sentence: 'This publisher was not on the list any more.' }),
  added: () => ({ kind: 'good', sentence: 'Added. Members can install it from now on.' }),
  'already-added': () => ({ kind: 'info', sentence: 'It was already on the list.' }),
  revoked: () => ({ kind: 'good', sentence: 'Revoked. That person’s tokens no longer work.' }),
  disconnected: count => ({
    kind: 'good',
    sentence: `Disconnected for ${countWords(count, 'person', 'people')}. Its tokens no longer work.`,
  }),
  already: () => ({ kind: 'info', sentence: 'It was already disconnected.' }),
  removed: () => ({
    kind: 'good',
    sentence: 'Removed from the list. Existing installations keep working.',
  }),
  'removed-all': count => ({
    kind: 'good',
    sentence: `Removed from the list, and disconnected for ${countWords(count, 'person', 'people')}.`,
  }),
  'already-removed': () => ({
    kind: 'info',
    sentence: 'It was no longer on the list. No changes were made.',
  }),
}
