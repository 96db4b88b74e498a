/** What each event is called in the list of kinds, and how one is told. Nothing here names a page. */
import type { EventKind } from '../../../installs/events.ts'
import type { HistoryRow } from '../../../installs/history.ts'
import { pagesWords } from '../../kit/words.ts'
import { changesOfPolicy } from '../policy/words.ts'

type Data = Record<string, unknown>
/** What is known of an event beside its facts. */
type Event = Pick<HistoryRow, 'kind' | 'installer' | 'handOver' | 'data'>
type Said = { label: string; tell(data: Data, event: Event): string }

const plain = (label: string, sentence: string): Said => ({ label, tell: () => sentence })

export const kindWords: Record<EventKind, Said> = {
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
        ? `lifted the suspension of ${whose(event)} that had been disconnected meanwhile`
        : `resumed ${whose(event)}`,
  },
  'installation.disconnected': {
    label: 'Disconnected',
    tell: (data, event) =>
      data.reason === 'let-go'
        ? `let go of what ${named(event.installer?.name)} left`
        : `disconnected ${whose(event)}${endings[String(data.reason)] ?? ''}`,
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
  'token.revoked': plain('Token revoked', 'gave its tokens back'),
  'policy.changed': { label: 'Policy changed', tell: changedPolicy },
  'approval.added': plain('Approved', 'put it on the approved list'),
  'approval.removed': plain('Approval removed', 'took it off the approved list'),
  'approval-request.made': plain('Approval requested', 'asked for its approval'),
  'approval-request.withdrawn': plain('Request withdrawn', 'withdrew the request for its approval'),
  'approval-request.taken-up': plain('Request taken up', 'went on after the approval'),
  'approval-request.approved': plain('Request approved', 'approved a request for it'),
  'approval-request.declined': plain('Request declined', 'declined a request for it'),
  'approval-request.closed': plain('Request closed', 'let the partner know that access was denied'),
  'hand-over.offered': {
    label: 'Hand-over offered',
    tell: (_, { handOver }) => `offered what ${named(handOver.from)} left to ${named(handOver.to)}`,
  },
  'hand-over.withdrawn': {
    label: 'Hand-over withdrawn',
    tell: (_, { handOver }) =>
      `took back the offer to ${named(handOver.to)} of what ${named(handOver.from)} left`,
  },
  'hand-over.accepted': {
    label: 'Hand-over accepted',
    tell: (_, { handOver }) => `took over what ${named(handOver.from)} left`,
  },
  'hand-over.declined': {
    label: 'Hand-over declined',
    tell: (_, { handOver }) => `declined what ${named(handOver.from)} left`,
  },
  'sandbox.created': plain('Sandbox made', 'made this sandbox'),
  'sandbox.removed': plain('Sandbox removed', 'removed this sandbox'),
}

export const eventKinds = Object.keys(kindWords) as EventKind[]

const endings: Record<string, string> = {
  'not-approved': ', because it is not approved',
  'while-suspended': ', which an owner had suspended',
}

function pages(count: unknown): string {
  return pagesWords(typeof count === 'number' ? count : 0)
}

/** An internal connection is nobody's installation. */
function whose({ installer, data }: Event): string {
  return installer || data.installer_id ? 'an installation' : 'it for the workspace'
}

/** A name cannot turn the sentence around it, whichever way it is written. */
function named(name: string | null | undefined): string {
  return name ? `\u2068${name}\u2069` : 'someone who is gone'
}

/** The sentence says whose installation it was. */
export function namesItsInstaller({ kind, data }: Event): boolean {
  return kind.startsWith('hand-over.') || data.reason === 'let-go'
}

/** What it says behind the name of who did it. */
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
