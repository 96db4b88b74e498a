/** Published clients: the connection behind a client_id that is the address of a document. */

import type { ConnectionSettings } from '../../installs/connection.ts'
import type { Allowance, TakingLimits } from '../../installs/rate-limits.ts'
import { invalidGrant } from '../endpoints/oauth-refusal.ts'
import type { Fields } from '../endpoints/request-body.ts'
import type { ClientConnection } from '../ports.ts'
import { subjectOf } from './client-assertion.ts'
import { documentUrlOf, readDocument } from './document.ts'

export type PublishedStore = {
  /** The id of the connection that this document describes; null: it was never used here. */
  idOf(documentUrl: string): Promise<string | null>
  /** Creates the connection, or changes it to what the document says now. @returns its id. */
  keep(documentUrl: string, settings: ConnectionSettings): Promise<string>
  /** Notes, for a known one, that it cannot be had since now, unless that is noted already. */
  noteFailure(documentUrl: string, now: Date): Promise<void>
}

type Answer = { status: number; headers: Record<string, string | undefined>; body: Buffer }

export type PublishedNeeds = {
  agents: 'open' | 'published' | 'off'
  nativeSchemes: readonly string[]
  published: PublishedStore
  /** Bounded and guarded. Answers with the reason where nothing was fetched. */
  fetchDocument(url: URL): Promise<Answer | { fault: string }>
  limits: TakingLimits
  now(): Date
}

/** `fault`: the end of a sentence that begins with the address of the document. */
export type Resolved = { id: string } | { fault: string }

export type Published = {
  /** Fetches the document, unless it was fetched a while ago. Only for a person who is signed in. */
  resolve(url: URL): Promise<Resolved>
}

const refusedSeconds = 60
const maxKept = 5_000

export function publishedClients(needs: PublishedNeeds): Published {
  const perHost = needs.limits({ name: 'documents-of-host', points: 30, seconds: 60 })
  const together = needs.limits({ name: 'documents', points: 120, seconds: 60 })
  /** One fetch at a time for each address; its answer is kept for as long as the document says, a refusal for a minute. */
  const kept = new Map<string, { until: number; answer: Promise<Resolved> }>()

  async function fetchAndKeep(url: URL): Promise<{ resolved: Resolved; seconds: number }> {
    const refused = (fault: string) => ({ resolved: { fault }, seconds: refusedSeconds })
    const allowances: Allowance[] = [await perHost.take(url.host), await together.take('all')]
    if (allowances.some(one => !one.allowed)) return refused('was asked for too often; try again in a minute')
    const answer = await needs.fetchDocument(url)
    const document = 'fault' in answer ? answer : readDocument(url, answer, needs.nativeSchemes)
    if ('fault' in document) {
      await needs.published.noteFailure(url.href, needs.now())
      return refused(document.fault)
    }
    const id = await needs.published.keep(url.href, document.settings)
    return { resolved: { id }, seconds: document.maxAgeSeconds }
  }

  return {
    async resolve(url) {
      if (needs.agents === 'off') return { fault: 'is no application that this service lets in' }
      const key = url.href
      const now = needs.now().getTime()
      const known = kept.get(key)
      if (known && known.until > now) return known.answer
      kept.delete(key)
      if (kept.size >= maxKept) kept.delete(kept.keys().next().value!)
      const fetching = fetchAndKeep(url)
      const entry = { until: Number.POSITIVE_INFINITY, answer: fetching.then(({ resolved }) => resolved) }
      kept.set(key, entry)
      fetching.then(
        ({ seconds }) => {
          entry.until = needs.now().getTime() + seconds * 1000
        },
        () => kept.delete(key),
      )
      return entry.answer
    },
  }
}

/** How long a client refreshes on the last good document. */
const lastGoodMs = 24 * 60 * 60 * 1000

/**
 * Refuses the refresh of a client whose document cannot be had for longer than a day: it is looked for once more before that.
 * @throws OAuthRefusal `invalid_grant`
 */
export async function requireDocument(
  { resolve }: Published,
  { documentUrl, documentFailedAt }: ClientConnection,
  now: Date,
): Promise<void> {
  if (documentUrl === null || documentFailedAt === null) return
  if (now.getTime() - documentFailedAt.getTime() <= lastGoodMs) return
  const resolved = await resolve(new URL(documentUrl))
  if ('fault' in resolved)
    throw invalidGrant(`The document of the client has been out of reach for a day; it ${resolved.fault}.`)
}

/**
 * The fields of a request with the connection's id, where the client names its document, or names itself by an assertion alone.
 * The document is not fetched here.
 */
export async function withConnectionId(store: PublishedStore, fields: Fields): Promise<Fields> {
  const { client_assertion: assertion } = fields
  const named = fields.client_id ?? (assertion === undefined ? null : subjectOf(assertion))
  if (named === null) return fields
  const url = documentUrlOf(named)
  const id = url && (await store.idOf(url.href))
  return { ...fields, client_id: id ?? named }
}
