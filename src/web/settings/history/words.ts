/** The name of each kind of event, and the sentence about one. No sentence names a page. */

import { isCapability } from '../../../installs/capability.ts'
import type { EventKind } from '../../../installs/events.ts'
import type { HistoryRow } from '../../../installs/history.ts'
import { shortLevels } from '../../kit/levels.ts'
import { listWords, pagesWords } from '../../kit/words.ts'
import { changesOfPolicy } from '../policy/words.ts'

type Data = Record<string, unknown>
type Event = Pick<HistoryRow, 'kind' | 'installer' | 'handOver' | 'data'>
type KindWords = { label: string; tell(data: Data, event: Event): string }

const plain = (label: string, sentence: string): KindWords => ({ label, tell: () => sentence })

export const kindWords: Record<EventKind, KindWords> = {
  'connection.registered': plain('Connection registered', 'registered the connection'),
  'connection.updated': plain('Connection changed', 'changed how the connection is registered'),
  'connection.disabled': plain('Connection switched off', 'switched the connection off'),
  'connection.enabled': plain('Connection switched on', 'switched the connection on again'),
  'connection.deleted': plain('Connection deleted', 'deleted the connection'),
  'secret.rotated': plain('Secret made', 'made another client secret'),
  'secret.revoked': plain('Secret revoked', 'revoked a client secret'),
  'consent.given': {
    label: 'Access allowed',
    tell: data => `allowed access to ${pages(data.pages)}; the partner has not finished yet`,
  },
  'installation.activated': {
    label: 'Connected',
    tell: data => `connected it with ${pages(data.pages)}`,
  },
  'installation.reinstalled': {
    label: 'Connected again',
    tell: data => `connected it again, now with ${pages(data.pages)}`,
  },
  'installation.suspended': {
    label: 'Suspended',
    tell: (data, event) =>
      `suspended ${whose(event)}${data.reason === 'installer-left' ? ', because its installer left' : ''}`,
  },
  'installation.resumed': {
    label: 'Resumed',
    tell: (data, event) =>
      data.disconnected
        ? `lifted the suspension of ${whose(event)} that had been disconnected`
        : `resumed ${whose(event)}`,
  },
  'installation.disconnected': {
    label: 'Disconnected',
    tell: (data, event) =>
      data.reason === 'let-go'
        ? `let go of the installation of ${named(event.installer?.name)}`
        : `disconnected ${whose(event)}${endings[String(data.reason)] ?? ''}`,
  },
  'installation.renewed': plain('Renewed', 'renewed the access for as long again'),
  'capabilities.added': {
    label: 'Access level added',
    tell: data => `allowed it to do more: ${levelWords(data.added)}`,
  },
  'pages.changed': { label: 'Pages changed', tell: changedPages },
  'internal-token.copied': plain('Token copied', 'copied the internal integration token'),
  'internal-token.renewed': plain('Token renewed', 'made a new internal integration token'),
  'internal-token.revoked': plain('Token ended', 'revoked the internal integration token'),
  'token.refreshed': plain('Token refreshed', 'refreshed its tokens'),
  'code.reused': plain('Code used twice', 'sent an authorization code a second time; its tokens were ended'),
  'refresh-token.reused': plain(
    'Refresh token reused',
    'sent a refresh token that had been replaced; the tokens of that chain were ended',
  ),
  'token.revoked': plain('Token revoked', 'revoked its tokens'),
  'policy.changed': { label: 'Policy changed', tell: changedPolicy },
  'approval.added': plain('Approved', 'added it to the approved list'),
  'approval.removed': plain('Approval removed', 'removed it from the approved list'),
  'publisher.approved': {
    label: 'Publisher approved',
    tell: data => `approved everything that ${hostWords(data.host)} publishes`,
  },
  'publisher.removed': {
    label: 'Publisher removed',
    tell: data => `took ${hostWords(data.host)} off the approved publishers`,
  },
  'approval-request.made': plain('Approval requested', 'asked for its approval'),
  'approval-request.withdrawn': plain('Request withdrawn', 'withdrew the request for its approval'),
  'approval-request.taken-up': plain('Request taken up', 'continued after the approval'),
  'approval-request.approved': plain('Request approved', 'approved a request for it'),
  'approval-request.declined': plain('Request declined', 'declined a request for it'),
  'approval-request.closed': plain('Request closed', 'told the partner that access was denied'),
  'hand-over.offered': {
    label: 'Hand-over offered',
    tell: (_, { handOver }) => `offered the installation of ${named(handOver.from)} to ${named(handOver.to)}`,
  },
  'hand-over.withdrawn': {
    label: 'Hand-over withdrawn',
    tell: (_, { handOver }) =>
      `took back the offer of the installation of ${named(handOver.from)} to ${named(handOver.to)}`,
  },
  'hand-over.accepted': {
    label: 'Hand-over accepted',
    tell: (_, { handOver }) => `took over the installation of ${named(handOver.from)}`,
  },
  'hand-over.declined': {
    label: 'Hand-over declined',
    tell: (_, { handOver }) => `declined the installation of ${named(handOver.from)}`,
  },
  'sandbox.created': plain('Sandbox made', 'made this sandbox'),
  'sandbox.removed': plain('Sandbox removed', 'removed this sandbox'),
}

export const eventKinds = Object.keys(kindWords) as EventKind[]

const endings: Record<string, string> = {
  'not-approved': ', because it is not approved',
  'while-suspended': ', which an owner had suspended',
}

function levelWords(added: unknown): string {
  const known = Array.isArray(added) ? added.filter(isCapability) : []
  return listWords(shortLevels(known).map(words => words[0]!.toLowerCase() + words.slice(1)))
}

const hostWords = (host: unknown) => (typeof host === 'string' ? host : 'a publisher')

function pages(count: unknown): string {
  return pagesWords(typeof count === 'number' ? count : 0)
}

/** Internal connections have no installer. */
function whose({ installer, data }: Event): string {
  return installer || data.installer_id ? 'an installation' : 'it for the workspace'
}

/** Isolated, so that a right-to-left name does not reorder the sentence. */
function named(name: string | null | undefined): string {
  return name ? `\u2068${name}\u2069` : 'someone who is gone'
}

/** Whether the sentence itself names the installer. */
export function namesItsInstaller({ kind, data }: Event): boolean {
  return kind.startsWith('hand-over.') || data.reason === 'let-go'
}

/** The sentence after the actor's name. */
export function tell(event: Event): string {
  return kindWords[event.kind]?.tell(event.data, event) ?? event.kind
}

function changedPages(data: Data): string {
  const parts = [
    data.added ? `added ${pages(data.added)}` : '',
    data.withdrawn ? `withdrew ${pages(data.withdrawn)}` : '',
  ].filter(part => part !== '')
  return `${parts.join(' and ') || 'changed the pages'}; ${pages(data.pages)} now`
}

function changedPolicy({ before, after }: Data): string {
  const changes = changesOfPolicy(before, after)
  return changes.length === 0
    ? 'changed the policy about connections'
    : `changed the policy about connections: ${changes.join('; ')}`
}
