import type { ConfirmPage } from '../../frame/confirm.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import { momentOf } from '../../kit/dates.ts'
import { type Columns, clipCell, momentCell, type Table, table } from '../../kit/table.ts'
import { urls } from '../../urls.ts'
import type { ConnectionVisit } from '../frame/gate.ts'
import { type ConnectionHead, headOf } from '../frame/head.ts'
import type { InternalTokens } from './readings.ts'

/** Seconds for which the old token keeps working beside the new one. */
export const overlaps = [
  { seconds: 0, label: 'The old token stops at once' },
  { seconds: 60 * 60, label: 'The old token works for one more hour' },
  { seconds: 24 * 60 * 60, label: 'The old token works for one more day' },
  { seconds: 7 * 24 * 60 * 60, label: 'The old token works for seven more days' },
] as const

export type TokenPage = {
  head: ConnectionHead
  notice: Notice | null
  shown: { id: string; label: string; text: string } | null
  /** The pages that the token reaches, or the reason why it reaches none. */
  sentence: string
  choose: string
  /** Null without a live token. */
  table: Table | null
  copy: string | null
  renew: { action: string; label: string; overlaps: { value: string; label: string }[] }
  revoke: string | null
}
export const tokenView = view<TokenPage>('developers/token')

type Facts = {
  visit: ConnectionVisit
  reading: InternalTokens
  notice: Notice | null
  shown: string | null
  now: Date
}

export function tokenPage({ visit, reading, notice, shown, now }: Facts): TokenPage {
  const { id } = visit.connection
  const { tokens } = reading
  const part = (name: string) => urls.developersPart(id, name)
  const has = tokens.length > 0
  return {
    head: headOf(visit, 'token'),
    notice,
    shown: shown === null ? null : { id: 'shown-token', label: 'Internal integration token', text: shown },
    sentence: reachWords(reading),
    choose: part('integrate'),
    table: has ? table(columns(now), tokens, 'Tokens in force') : null,
    copy: has ? part('token/copy') : null,
    renew: {
      action: part('token/renew'),
      label: has ? 'Renew token' : 'Make a token',
      overlaps: has ? overlaps.map(({ seconds, label }) => ({ value: `${seconds}`, label })) : [],
    },
    revoke: has ? part('token/revoke') : null,
  }
}

const columns = (now: Date): Columns<InternalTokens['tokens'][number]> => [
  { label: 'Created', cell: token => momentCell(momentOf(token.createdAt, now)) },
  { label: 'Created by', cell: token => clipCell(token.createdBy ?? 'The operator') },
  {
    label: 'Last used',
    cell: token => momentCell(token.lastUsedAt && momentOf(token.lastUsedAt, now), 'Never'),
  },
  {
    label: 'Ends',
    cell: ({ expiresAt }) => ({
      kind: 'number',
      text: expiresAt ? momentOf(expiresAt, now).exact : 'When it is renewed or revoked',
    }),
  },
]

export function reachWords({ state, pages, tokens }: InternalTokens): string {
  if (state === 'suspended')
    return 'An owner suspended this connection: its token reaches no page until it is resumed.'
  if (state === 'revoked')
    return 'This connection was disconnected. An owner brings it back by making a token.'
  if (tokens.length === 0) return 'There is no live token, so it reaches no page.'
  if (pages === 0) return 'It reaches no page yet.'
  return `It was added to ${pages === 1 ? 'one page' : `${pages} pages`}, and reaches everything below.`
}

export function revokePage({ connection }: ConnectionVisit): ConfirmPage {
  return {
    heading: `Revoke the token of ${connection.name}`,
    lead: 'Programs that use this token stop working at once.',
    effects: [
      'Every token of this connection that is in force ends, also one that works on beside a newer one.',
    ],
    undo: 'The token cannot be brought back. A new one can be made, and has to be put in place wherever the old one was.',
    submit: {
      label: 'Revoke token',
      action: urls.developersPart(connection.id, 'token/revoke'),
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it', href: urls.developersPart(connection.id, 'token') },
  }
}
