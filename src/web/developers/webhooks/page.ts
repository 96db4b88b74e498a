import type { ManagedConnection } from '../../../installs/managed-connection.ts'
import { partnerTypes, type WebhookEndpoint, type WebhookType } from '../../../installs/webhook.ts'
import type { ConfirmPage } from '../../frame/confirm.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import { momentOf } from '../../kit/dates.ts'
import type { Choices } from '../../kit/field.ts'
import { type Columns, momentCell, type Table, table } from '../../kit/table.ts'
import { urls } from '../../urls.ts'
import { type ConnectionHead, headOf } from '../frame/head.ts'
import type { WebhookDelivery } from './readings.ts'

export type WebhooksPage = {
  head: ConnectionHead
  notice: Notice | null
  shown: { id: string; label: string; text: string } | null
  endpoints: {
    url: string
    types: string
    badge: { words: string; tone: 'good' | 'warning' | 'danger' }
    /** Why it is off or failing, and how to go on. */
    sentence: string | null
    test: string | null
    rotate: string
    switchOn: string | null
    remove: string
  }[]
  add: { action: string; url: string; problem: string | null; types: Choices }
  /** null: there were none. */
  deliveries: { table: Table } | null
}
export const webhooksView = view<WebhooksPage>('developers/webhooks')

export type Entered = { url: string; types: string[]; problem: string | null }
export const nothingEntered: Entered = { url: '', types: [], problem: null }

export function webhooksPage(facts: {
  visit: ManagedConnection
  endpoints: WebhookEndpoint[]
  deliveries: WebhookDelivery[]
  notice: Notice | null
  shown: string | null
  entered: Entered
  now: Date
}): WebhooksPage {
  const { visit, endpoints, deliveries, notice, shown, entered, now } = facts
  const { id } = visit.connection
  const part = (name: string) => urls.developersPart(id, `webhooks${name}`)
  const addresses = new Map(endpoints.map(one => [one.id, one.url]))
  return {
    head: headOf(visit, 'webhooks'),
    notice,
    shown: shown === null ? null : { id: 'shown-value', label: 'Signing secret', text: shown },
    endpoints: endpoints.map(one => ({
      url: one.url,
      types: one.types.length === 0 ? 'Everything' : one.types.join(', '),
      ...stateOf(one, now),
      test: one.disabledAt ? null : part(`/${one.id}/test`),
      rotate: part(`/${one.id}/rotate`),
      switchOn: one.disabledAt ? part(`/${one.id}/switch-on`) : null,
      remove: part(`/${one.id}/remove`),
    })),
    add: {
      action: part(''),
      url: entered.url,
      problem: entered.problem,
      types: typeChoices(entered.types),
    },
    deliveries:
      deliveries.length === 0
        ? null
        : {
            table: table(columns({ addresses, now, part }), deliveries, 'Deliveries'),
          },
  }
}

/** When each message is sent. */
const typeWords: Record<WebhookType, string> = {
  'installation.activated': 'Somebody connected it',
  'installation.changed': 'It was connected again, renewed, or got another access level',
  'installation.suspended': 'An owner suspended it, or its installer left',
  'installation.resumed': 'It was resumed',
  'installation.disconnected': 'It was disconnected',
  'pages.changed': 'Its installer chose other pages',
  'access.narrowed': 'Somebody else took pages away',
  'approval.requested': 'A member requested an approval',
  'approval.decided': 'An owner decided a request',
  'secret.rotated': 'Another client secret was made',
  'refresh-token.reused': 'A refresh token was used twice, and its tokens ended',
}

const typeChoices = (ticked: readonly string[]): Choices => ({
  name: 'types',
  legend: 'Events',
  type: 'checkbox',
  hint: 'None ticked: everything, also what is added later.',
  error: null,
  options: partnerTypes.map(value => ({
    ...{ value, label: value, hint: typeWords[value], checked: ticked.includes(value) },
  })),
})

function stateOf({ disabledAt, disabledBecause, failingSince }: WebhookEndpoint, now: Date) {
  if (disabledAt)
    return {
      badge: { words: 'Switched off', tone: 'danger' as const },
      sentence: `${disabledBecause === 'gone' ? 'It answered that it is gone (410)' : 'It failed for three days'}, so it was switched off on ${momentOf(disabledAt, now).exact}. Read what it missed at /v1/events, then switch it on again.`,
    }
  if (failingSince)
    return {
      badge: { words: 'Failing', tone: 'warning' as const },
      sentence: `No message has arrived since ${momentOf(failingSince, now).exact}. It is tried again for three days.`,
    }
  return { badge: { words: 'On', tone: 'good' as const }, sentence: null }
}

type Shown = { addresses: Map<string, string>; now: Date; part(name: string): string }

const columns = ({ addresses, now, part }: Shown): Columns<WebhookDelivery> => [
  { label: 'Made', cell: one => momentCell(momentOf(one.createdAt, now)) },
  { label: 'Event', cell: one => ({ kind: 'code', text: one.type }) },
  { label: 'Endpoint', cell: one => ({ kind: 'clip', text: addresses.get(one.endpointId) ?? '–' }) },
  { label: 'Delivery', cell: one => ({ kind: 'text', text: deliveryWords(one, now) }) },
  {
    label: 'Send again',
    hidden: true,
    cell: one => ({
      kind: 'press',
      action: part(`/deliveries/${one.id}/again`),
      text: 'Send again',
      label: 'Send again',
    }),
  },
]

export function deliveryWords(one: WebhookDelivery, now: Date): string {
  const attempts = one.attempts === 1 ? '1 attempt' : `${one.attempts} attempts`
  if (one.state === 'delivered') return `Arrived (${one.status}) after ${attempts}`
  if (one.state === 'failed') return `${one.fault ?? 'It failed'}: given up after ${attempts}`
  if (one.attempts === 0) return 'Waits to be sent'
  return `${one.fault ?? 'It failed'}; ${attempts}, the next on ${momentOf(one.nextAt, now).exact}`
}

export function removePage(visit: ManagedConnection, endpoint: WebhookEndpoint): ConfirmPage {
  return {
    heading: 'Remove this endpoint?',
    lead: endpoint.url,
    effects: ['It is told nothing more.', 'Its deliveries and its signing secrets are gone.'],
    undo: 'You can add it again at any time, with a new secret.',
    submit: {
      label: 'Remove endpoint',
      action: urls.developersPart(visit.connection.id, `webhooks/${endpoint.id}/remove`),
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it', href: urls.developersPart(visit.connection.id, 'webhooks') },
  }
}
