/** What each event is called in the list of kinds, and how one is told. Nothing here names a page. */
import type { EventKind } from '../../../installs/events.ts'
import { pagesWords } from '../../install/words.ts'

type Data = Record<string, unknown>
type Said = { label: string; tell(data: Data): string }

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
    tell: data =>
      `suspended ${whose(data)}${data.reason === 'installer-left' ? ', because its installer left' : ''}`,
  },
  'installation.resumed': {
    label: 'Resumed',
    tell: data =>
      data.disconnected
        ? `lifted the suspension of ${whose(data)} that had been disconnected meanwhile`
        : `resumed ${whose(data)}`,
  },
  'installation.disconnected': {
    label: 'Disconnected',
    tell: data => `disconnected ${whose(data)}${endings[String(data.reason)] ?? ''}`,
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
  'policy.changed': plain('Policy changed', 'changed the policy about connections'),
  'approval.added': plain('Approved', 'put it on the approved list'),
  'approval.removed': plain('Approval removed', 'took it off the approved list'),
  'approval-request.made': plain('Approval requested', 'asked for its approval'),
  'approval-request.withdrawn': plain('Request withdrawn', 'withdrew the request for its approval'),
  'approval-request.taken-up': plain('Request taken up', 'went on after the approval'),
  'approval-request.approved': plain('Request approved', 'approved a request for it'),
  'approval-request.declined': plain('Request declined', 'declined a request for it'),
  'approval-request.closed': plain('Request closed', 'let the partner know that access was denied'),
  'hand-over.offered': plain('Hand-over offered', 'offered what a departed member left to somebody else'),
  'hand-over.withdrawn': plain('Hand-over withdrawn', 'took the offer of a hand-over back'),
  'hand-over.accepted': plain('Hand-over accepted', 'took it over from a departed member'),
  'hand-over.declined': plain('Hand-over declined', 'did not want to take it over'),
  'sandbox.created': plain('Sandbox made', 'made this sandbox'),
  'sandbox.removed': plain('Sandbox removed', 'removed this sandbox'),
}

export const eventKinds = Object.keys(kindWords) as EventKind[]

const endings: Record<string, string> = {
  'not-approved': ', because it is not approved',
  'while-suspended': ', which an owner had suspended',
  'let-go': ', after its installer left',
}

function pages(count: unknown): string {
  return pagesWords(typeof count === 'number' ? count : 0)
}

/** An internal connection is nobody's installation. */
function whose(data: Data): string {
  return data.installer_id ? 'an installation' : 'it for the workspace'
}

function changedPages(data: Data): string {
  const parts = [
    data.added ? `added ${pages(data.added)}` : '',
    data.withdrawn ? `withdrew ${pages(data.withdrawn)}` : '',
  ].filter(part => part !== '')
  return `${parts.join(' and ') || 'changed the pages'}; ${pages(data.pages)} now`
}
