/** The overview of one connection: its credentials, its registered settings, and its installations. */
import { maxLiveSecrets } from '../../../installs/actions/rotate-secret.ts'
import type { ManagedConnection } from '../../../installs/managed-connection.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import type { Shown } from '../../http/shown-once.ts'
import { momentOf } from '../../kit/dates.ts'
import { type Columns, clipCell, momentCell, type Table, table } from '../../kit/table.ts'
import { urls } from '../../urls.ts'
import { type ConnectionHead, headOf } from '../frame/head.ts'
import { callWithToken } from '../integrate/internal.ts'
import { levelWords } from '../settings/words.ts'
import type { ConnectionFacts, InForce, SecretShown } from './readings.ts'

/** One registered setting; several values have a line each. */
export type Fact = { label: string; values: string[]; code: boolean }

export type OverviewPage = {
  head: ConnectionHead
  notice: Notice | null
  /** A credential to be copied now: it is never shown again. */
  shown: (Shown & { sentence: string }) | null
  /** The next step for a new internal connection. */
  next: { call: { id: string; label: string; text: string }; integrate: string } | null
  clientId: { id: string; label: string; text: string } | null
  /** Null for a kind without secrets. */
  secrets: { table: Table | null; create: string; add: string | null; sentence: string } | null
  /** The number of installations, as a sentence. */
  use: string
  facts: Fact[]
  edit: string
}
export const overviewView = view<OverviewPage>('developers/overview')

export function overviewPage(facts: {
  managed: ManagedConnection
  about: ConnectionFacts
  notice: Notice | null
  shown: Shown | null
  issuer: string
  now: Date
}): OverviewPage {
  const { managed, about, now } = facts
  const { connection } = managed
  return {
    head: headOf(managed, 'overview'),
    notice: facts.notice,
    shown: facts.shown && {
      ...facts.shown,
      sentence: `Copy the ${facts.shown.label.toLowerCase()} now and keep it where only your server reads it. ${
        connection.kind === 'internal'
          ? 'Owners of the workspace, and you, can copy it again later.'
          : 'It is never shown again; if it is lost, make another.'
      }`,
    },
    next:
      facts.shown?.label === 'Internal token'
        ? {
            call: {
              id: 'call',
              label: 'With ACCESS_TOKEN exported',
              text: callWithToken(facts.issuer).text,
            },
            integrate: urls.developersPart(connection.id, 'integrate'),
          }
        : null,
    clientId:
      connection.kind === 'public' ? { id: 'client-id', label: 'Client ID', text: connection.id } : null,
    secrets: secretsOf(managed, about.secrets, now),
    use: useWords(about.inForce),
    facts: factsOf(managed, about, now),
    edit: urls.developersPart(connection.id, 'settings'),
  }
}

const secretColumns = (connectionId: string, now: Date): Columns<SecretShown> => [
  { label: 'Client secret', cell: one => ({ kind: 'code', text: hinted(one) }) },
  { label: 'Created', cell: one => momentCell(momentOf(one.createdAt, now)) },
  { label: 'Created by', cell: one => clipCell(one.createdBy ?? 'The operator') },
  { label: 'Last used', cell: one => momentCell(one.lastUsedAt && momentOf(one.lastUsedAt, now), 'Never') },
  {
    label: 'Revoke',
    hidden: true,
    cell: one => ({
      kind: 'action',
      href: urls.developersPart(connectionId, `secrets/${one.id}/revoke`),
      text: 'Revoke',
      label: `Revoke ${hinted(one)}`,
    }),
  },
]

/** "lks_…a1B2" */
const hinted = ({ hint }: SecretShown) => `lks_…${hint}`

function secretsOf(
  { connection }: ManagedConnection,
  secrets: SecretShown[],
  now: Date,
): OverviewPage['secrets'] {
  if (connection.kind === 'internal' || connection.clientType === 'public') return null
  const full = secrets.length >= maxLiveSecrets
  return {
    table: secrets.length > 0 ? table(secretColumns(connection.id, now), secrets, 'Client secrets') : null,
    create: secrets.length > 0 ? 'Create another secret' : 'Create secret',
    add: full ? null : urls.developersPart(connection.id, 'secrets'),
    sentence: full
      ? 'Two secrets are in use. Revoke the one that is no longer needed before you make another.'
      : 'Two may be in use at a time: make the second, put it in place, then revoke the first, without a pause.',
  }
}

const number = new Intl.NumberFormat('en')
const count = (many: number, one: string) => `${number.format(many)} ${one}${many === 1 ? '' : 's'}`

/** "12 installations in 3 workspaces". */
export function inForceWords({ installations, workspaces }: InForce): string {
  return `${count(installations, 'installation')} in ${count(workspaces, 'workspace')}`
}

function useWords(inForce: InForce): string {
  return inForce.installations === 0 ? 'It is not installed anywhere.' : `${inForceWords(inForce)}.`
}

function factsOf({ connection }: ManagedConnection, about: ConnectionFacts, now: Date): Fact[] {
  const fact = (label: string, values: (string | null)[], code = false): Fact => ({
    label,
    values: values.filter(one => one !== null),
    code,
  })
  const isPublic = connection.kind === 'public'
  const flags = [
    connection.clientType === 'public' ? 'Public client, always with PKCE' : 'Confidential client',
    connection.requirePkce && connection.clientType === 'confidential' ? 'PKCE is required' : null,
    connection.longLivedTokens ? 'Long-lived access tokens' : null,
    connection.jwks || connection.jwksUri ? 'Signs assertions with its own keys' : null,
    connection.requirePar ? 'Flows begin with a pushed request' : null,
    connection.deviceFlow ? 'Device flow' : null,
    connection.requireDpop ? 'Tokens are bound to a key (DPoP)' : null,
    connection.leaveOutIss ? 'Callbacks without iss' : null,
  ]
  return [
    fact('Workspace', [about.workspace?.name ?? 'None']),
    fact('Created by', [`${about.creator ?? 'The operator'}, ${momentOf(about.createdAt, now).words}`]),
    fact('Description', [connection.description]),
    fact('Developer', [connection.developerName]),
    fact('Website', [connection.website]),
    fact('Support', [connection.supportEmail, connection.supportUrl]),
    fact('Privacy and terms', [connection.privacyUrl, connection.termsUrl]),
    ...(isPublic ? [fact('Redirect URIs', connection.redirectUris, true), fact('Client', flags)] : []),
    fact(
      'Access levels',
      connection.capabilities.map(one => {
        const optional = connection.optionalCapabilities.includes(one) ? ', optional' : ''
        return `${levelWords[one]} (${one}${optional})`
      }),
    ),
  ].filter(one => one.values.length > 0)
}
