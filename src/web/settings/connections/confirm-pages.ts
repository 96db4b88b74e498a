/** The questions before owners stop or resume a connection, and the notices afterwards. */
import type { ConfirmPage } from '../../frame/confirm.ts'
import type { Notices } from '../../frame/notice.ts'
import { countWords } from '../../kit/words.ts'
import { urls } from '../../urls.ts'
import { peopleWords } from './page.ts'
import type { ConnectionReading } from './readings.ts'

type Workspace = { id: string; name: string }
type Connection = Pick<ConnectionReading, 'connection' | 'counts'>

const everyone = ({ counts }: Connection) => peopleWords(counts.active + counts.suspended + counts.left)

export function disconnectEveryonePage(workspace: Workspace, reading: Connection): ConfirmPage {
  const { id, kind, name } = reading.connection
  const internal = kind === 'internal'
  return {
    heading: internal ? `Disconnect ${name}?` : `Disconnect ${name} for everyone?`,
    lead: internal
      ? `${name} loses access to every page of ${workspace.name} that was added to it.`
      : `${name} loses access to ${workspace.name} for all ${everyone(reading)} who connected it.`,
    effects: [
      internal
        ? 'Everything that uses its integration token stops working at once.'
        : 'It stops working for them at once: its tokens no longer work.',
      'Pages stay as they are, including its changes to them.',
      ...(internal ? [] : ['Other workspaces are not affected.']),
    ],
    undo: internal
      ? 'The token never works again. An owner can reconnect it with a new token under Developers.'
      : 'This cannot be undone. Each person can connect it again if the workspace policy allows it.',
    submit: {
      label: internal ? 'Disconnect' : 'Disconnect for everyone',
      action: urls.connection.disconnect(workspace.id, id),
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it', href: urls.connection.people(workspace.id, id) },
  }
}

export function suspendEveryonePage(workspace: Workspace, reading: Connection): ConfirmPage {
  const { id, kind, name } = reading.connection
  return {
    ...suspension(`${name} reaches no page of ${workspace.name} until an owner resumes it.`),
    heading: kind === 'internal' ? `Suspend ${name}?` : `Suspend ${name} for everyone?`,
    submit: {
      label: 'Suspend',
      action: urls.connection.suspend(workspace.id, id),
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it running', href: urls.connection.people(workspace.id, id) },
  }
}

export function resumeEveryonePage(workspace: Workspace, reading: Connection): ConfirmPage {
  const { id, kind, name } = reading.connection
  const { suspended, left } = reading.counts
  return {
    heading: kind === 'internal' ? `Resume ${name}?` : `Resume ${name} for everyone?`,
    lead: `${name} reaches the same pages as before it was suspended.`,
    effects: [
      ...(kind === 'internal'
        ? []
        : [
            `Access comes back for ${peopleWords(suspended)}. Those who disconnected it in the meantime can connect it again.`,
          ]),
      ...(left > 0 ? [`It stays stopped for ${peopleWords(left)} who left the workspace.`] : []),
    ],
    undo: 'You can suspend it again at any time.',
    submit: { label: 'Resume', action: urls.connection.resume(workspace.id, id), fields: [], danger: false },
    back: { label: 'Leave it suspended', href: urls.connection.people(workspace.id, id) },
  }
}

type Access = {
  id: string
  person: { name: string } | null
  connection: { id: string; name: string }
}

export function revokePage(workspace: Workspace, access: Access, person: string): ConfirmPage {
  const { connection } = access
  return {
    heading: `Revoke the access of ${person}?`,
    lead: `${connection.name} loses access to the pages of ${workspace.name} that ${person} allowed it.`,
    effects: [
      `It stops working for ${person} at once: its tokens no longer work.`,
      'Everyone else keeps their access.',
    ],
    undo: `This cannot be undone. ${person} can connect it again if the workspace policy allows it.`,
    submit: {
      label: 'Revoke access',
      action: urls.access.revoke(workspace.id, connection.id, access.id),
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it', href: urls.connection.people(workspace.id, connection.id) },
  }
}

export function suspendOnePage(workspace: Workspace, access: Access): ConfirmPage {
  const { connection, person } = access
  const whose = person ? `for ${person.name} ` : ''
  return {
    ...suspension(
      `${connection.name} reaches no page of ${workspace.name} ${whose}until an owner resumes it.`,
    ),
    heading: person ? `Suspend ${connection.name} for ${person.name}?` : `Suspend ${connection.name}?`,
    submit: {
      label: 'Suspend',
      action: urls.access.suspend(workspace.id, connection.id, access.id),
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it running', href: urls.connection.people(workspace.id, connection.id) },
  }
}

function suspension(lead: string) {
  return {
    lead,
    effects: [
      'It stops working there at once: its tokens reach no pages.',
      'The chosen pages and the tokens are kept for when it is resumed.',
      'Some applications give up after a while, and have to be connected again.',
    ],
    undo: 'You can resume it at any time.',
  }
}

const said = (sentence: string) => () => ({ kind: 'good', sentence }) as const
const noted = (sentence: string) => () => ({ kind: 'info', sentence }) as const

/** `…-already`: another owner pressed the same button first. */
export const notices: Notices = {
  'selected-disconnected': count => ({
    kind: 'good',
    sentence: `Disconnected ${countWords(count, 'connection', 'connections')}. Their tokens no longer work.`,
  }),
  'selected-revoked': count => ({
    kind: 'good',
    sentence: `Disconnected for ${peopleWords(count)}. Their tokens no longer work.`,
  }),
  'selected-suspended': count => ({
    kind: 'good',
    sentence: `Suspended ${count}. Their tokens reach no pages until you resume them.`,
  }),
  'none-selected': noted('Nothing was changed: tick at least one row first.'),
  disconnected: count => ({
    kind: 'good',
    sentence:
      count === 1
        ? 'Disconnected. Its tokens no longer work.'
        : `Disconnected for ${peopleWords(count)}. Its tokens no longer work.`,
  }),
  'disconnected-already': noted('It was already disconnected, perhaps by another owner a moment ago.'),
  revoked: said('Access revoked. That person’s tokens no longer work; everyone else’s do.'),
  'revoked-already': noted('That access had already ended, perhaps by another owner a moment ago.'),
  suspended: said('Suspended. Its tokens reach no pages until you resume it.'),
  'suspended-already': noted('It was already suspended, perhaps by another owner a moment ago.'),
  resumed: said('Resumed. It reaches the same pages as before.'),
  'resumed-but-left': count => ({
    kind: 'info',
    sentence: `Resumed, but not for ${peopleWords(count)} who left the workspace.`,
  }),
  'resumed-but-ended': count => ({
    kind: 'info',
    sentence: `Resumed, but not for ${peopleWords(count)} who disconnected it in the meantime. They can connect it again.`,
  }),
  lifted: count => ({
    kind: 'good',
    sentence: `The suspension is lifted. It was disconnected in the meantime, so ${count === 1 ? 'that person has' : 'those people have'} to connect it again.`,
  }),
  'resumed-already': noted('It was already resumed, perhaps by another owner a moment ago.'),
  'pages-narrowed': said('Saved. It reaches fewer pages from now on.'),
  'pages-kept': noted('No changes were made. It reaches the same pages as before.'),
  'token-none': noted('It has no integration token to copy.'),
}
