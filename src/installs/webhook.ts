/** Webhooks, by Standard Webhooks 1.0: the host product and partners are told what happened, by thin messages of ids alone. */
import { randomBytes } from 'node:crypto'
import type { EventKind } from './events.ts'

export const webhookTypes = [
  'installation.activated',
  'installation.changed',
  'installation.suspended',
  'installation.resumed',
  'installation.disconnected',
  'pages.changed',
  'access.narrowed',
  'approval.requested',
  'approval.decided',
  'secret.rotated',
  'refresh-token.reused',
] as const
export type WebhookType = (typeof webhookTypes)[number]

/** Matters of the workspace, of which partners are not told. */
const forTheHostAlone: ReadonlySet<WebhookType> = new Set<WebhookType>([
  'approval.requested',
  'approval.decided',
])
export const partnerTypes = webhookTypes.filter(type => !forTheHostAlone.has(type))

/** What an event is called outside; kinds that are missing stay inside. */
const types: Partial<Record<EventKind, WebhookType>> = {
  'installation.activated': 'installation.activated',
  'installation.reinstalled': 'installation.changed',
  'installation.renewed': 'installation.changed',
  'capabilities.added': 'installation.changed',
  'installation.suspended': 'installation.suspended',
  'installation.resumed': 'installation.resumed',
  'installation.disconnected': 'installation.disconnected',
  'pages.changed': 'pages.changed',
  'approval-request.made': 'approval.requested',
  'approval-request.approved': 'approval.decided',
  'approval-request.declined': 'approval.decided',
  'secret.rotated': 'secret.rotated',
  'refresh-token.reused': 'refresh-token.reused',
}

/** An event as the queue has it. */
export type QueuedEvent = {
  id: string
  at: Date
  kind: EventKind
  workspaceId: string | null
  connectionId: string | null
  installationId: string | null
  installerId: string | null
  actorId: string | null
  data: Record<string, unknown>
}

/** `seq`: the order in which events are told. */
export type WebhookEvent = {
  id: string
  at: Date
  type: WebhookType
  data: Record<string, string>
  connectionId: string | null
  installationId: string | null
}

/** null: nobody outside is told. Pages that somebody else takes away from a member's installation narrow its access. */
export function toWebhookEvent(event: QueuedEvent): WebhookEvent | null {
  const type = types[event.kind]
  if (!type) return null
  const { id, at, workspaceId, connectionId, installationId, installerId, actorId, data } = event
  const narrowed = type === 'pages.changed' && installerId !== null && actorId !== installerId
  const ids = {
    workspace_id: workspaceId,
    connection_id: connectionId,
    installation_id: installationId,
    user_id: installerId,
    request_id: type.startsWith('approval.') ? (data.request_id as string | undefined) : null,
  }
  return {
    ...{ id, at, type: narrowed ? 'access.narrowed' : type, connectionId, installationId },
    data: Object.fromEntries(Object.entries(ids).filter((pair): pair is [string, string] => !!pair[1])),
  }
}

/** The body of a message. */
export const webhookBody = ({ type, at, data }: Pick<WebhookEvent, 'type' | 'at' | 'data'>) =>
  JSON.stringify({ type, timestamp: at.toISOString(), data })

/** `connectionId` null: an endpoint of the host product, for everything. `types` empty: all that it may be told. */
export type WebhookEndpoint = {
  id: string
  connectionId: string | null
  url: string
  types: WebhookType[]
  createdAt: Date
  failingSince: Date | null
  disabledAt: Date | null
  disabledBecause: 'gone' | 'failing' | 'by-developer' | null
}

export function isFor(
  endpoint: Pick<WebhookEndpoint, 'connectionId' | 'types'>,
  event: Pick<WebhookEvent, 'type' | 'connectionId'>,
): boolean {
  if (endpoint.types.length > 0 && !endpoint.types.includes(event.type)) return false
  if (endpoint.connectionId === null) return true
  return endpoint.connectionId === event.connectionId && !forTheHostAlone.has(event.type)
}

/** 24 bytes, as the specification asks for. */
export const newWebhookSecret = () => `whsec_${randomBytes(24).toString('base64')}`

/** How long an older secret signs beside a new one. */
export const secretOverlapMs = 24 * 3600_000

const [minute, hour] = [60_000, 3600_000]
/** Before each further attempt; together three days. */
const waits = [5_000, 30_000, 2 * minute, 10 * minute, 30 * minute, hour, 3 * hour, 6 * hour]
const last = 12 * hour
const maxAttempts = 14
/** An endpoint that fails for longer is switched off. */
export const maxFailingMs = 3 * 24 * hour

/** Milliseconds until the next attempt, a fifth more or less at random; null: there is no further one. */
export function waitAfter(attempts: number, random = Math.random()): number | null {
  if (attempts >= maxAttempts) return null
  return (waits[attempts - 1] ?? last) * (0.8 + 0.4 * random)
}

export type UrlRefusal = { reason: string }

/** @param isPlainAllowed the operator lets us reach this host by http. */
export function readWebhookUrl(text: string, isPlainAllowed: (url: URL) => boolean): URL | UrlRefusal {
  const url = URL.parse(text.trim())
  if (!url || text.length > 2_000) return { reason: 'It is no address' }
  if (url.username || url.password) return { reason: 'It has a user name or a password' }
  if (url.hash) return { reason: 'It has a fragment (#)' }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isPlainAllowed(url))) return url
  return { reason: 'It must begin with https://' }
}
