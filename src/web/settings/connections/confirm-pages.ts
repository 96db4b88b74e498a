/** What owners are asked once before they stop something, and what is said afterwards. */

import type { ConfirmPage } from '../../frame/confirm.ts'
import type { Notices } from '../../frame/notice.ts'
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
      : `${name} loses access to ${workspace.name}, for all of the ${everyone(reading)} who connected it.`,
    effects: [
      internal
        ? 'Whatever uses its integration token stops working at once.'
        : 'What it does for them stops at once: none of its tokens works any longer.',
      'Pages stay as they are, also what it wrote on them.',
      ...(internal ? [] : ['Other workspaces are not concerned.']),
    ],
    undo: internal
      ? 'The token is dead for good. An owner can bring the connection back with a new token, under Developers.'
      : 'There is no undo. Each person can connect it again, as far as the policy of the workspace allows.',
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
    lead: `${name} reaches the same pages again as before it was suspended.`,
    effects: [
      ...(kind === 'internal'
        ? []
        : [
            `Access comes back for ${peopleWords(suspended)}; where it was disconnected meanwhile, it may be connected again.`,
          ]),
      ...(left > 0
        ? [`What ${peopleWords(left)} left behind stays stopped: who installed it is no longer here.`]
        : []),
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
      `What it does for ${person} stops at once: its tokens no longer work.`,
      'Everyone else’s access stays as it is.',
    ],
    undo: `There is no undo. ${person} can connect it again, as far as the policy of the workspace allows.`,
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
      'What it does there stops at once: its tokens reach nothing.',
      'Nothing is lost: the chosen pages and the tokens are kept for when it is resumed.',
      'Some applications give up when they are refused for a while, and then have to be connected again.',
    ],
    undo: 'You can resume it at any time.',
  }
}

const said = (sentence: string) => () => ({ kind: 'good', sentence }) as const
const noted = (sentence: string) => () => ({ kind: 'info', sentence }) as const

/** Also for the second of two owners who pressed the same button at once. */
export const notices: Notices = {
  disconnected: count => ({
    kind: 'good',
    sentence:
      count === 1
        ? 'Disconnected. Its tokens no longer work.'
        : `Disconnected for ${peopleWords(count)}. Its tokens no longer work.`,
  }),
  'disconnected-already': noted(
    'It was disconnected already, perhaps by another owner a moment ago. Nothing more had to be done.',
  ),
  revoked: said('Access revoked. The tokens of that person no longer work; everyone else’s do.'),
  'revoked-already': noted(
    'That access had ended already, perhaps by another owner a moment ago. Nothing more had to be done.',
  ),
  suspended: said('Suspended. Its tokens reach nothing until you resume it.'),
  'suspended-already': noted(
    'There was nothing active left to suspend, perhaps since another owner was a moment faster.',
  ),
  resumed: said('Resumed. It reaches the same pages as before.'),
  'resumed-but-left': count => ({
    kind: 'info',
    sentence: `Resumed, but not for ${peopleWords(count)} who left the workspace.`,
  }),
  'resumed-but-ended': count => ({
    kind: 'info',
    sentence: `Resumed, but not for ${peopleWords(count)} where it was disconnected meanwhile: they may connect it again.`,
  }),
  lifted: count => ({
    kind: 'good',
    sentence: `The suspension is lifted. It was disconnected meanwhile, so nothing is active; ${count === 1 ? 'that person' : 'they'} may connect it again.`,
  }),
  'resumed-already': noted(
    'There was nothing suspended to resume, perhaps since another owner was a moment faster.',
  ),
  'pages-narrowed': said('Saved. It reaches fewer pages from this moment on.'),
  'pages-kept': noted('Nothing was changed: it reaches the same pages as before.'),
  'token-none': noted('It has no integration token that could be copied.'),
}
