import type { Config } from '../config.ts'
import { uuidv7 } from '../installs/ids.ts'
import { keyId, openSealed, seal } from '../installs/sealed.ts'
import { newWebhookSecret, secretOverlapMs, type WebhookType, webhookBody } from '../installs/webhook.ts'
import { guardedFetch, OutboundRefusal } from '../outbound/guarded-fetch.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { webhookDeliveries } from '../storage/postgres/webhooks/deliveries.ts'
import { webhookEndpoints } from '../storage/postgres/webhooks/endpoints.ts'
import { numberEvents } from '../storage/postgres/webhooks/feed.ts'
import { type Deliverer, startDelivering } from '../webhooks/deliver.ts'
import type { Stores } from './stores.ts'

const purpose = 'webhook-secret'
const bounds = { milliseconds: 10_000, bytes: 64 * 1024 }

type Added = { kind: 'added'; id: string; secret: string } | { kind: 'unknown' } | { kind: 'too-many' }

/** Endpoints and their messages, for the developer hub and the command line. */
export function webhooks({ database, secretKeys }: Pick<Stores, 'database' | 'secretKeys'>) {
  const pool = poolOf(database)
  const endpoints = webhookEndpoints(pool)
  const deliveries = webhookDeliveries(pool)
  const newSecret = () => {
    const secret = newWebhookSecret()
    return {
      secret,
      row: { id: uuidv7(), sealed: seal(secretKeys, purpose, secret), createdAt: new Date() },
    }
  }
  return {
    ofConnection: endpoints.ofConnection,
    all: endpoints.all,
    latest: deliveries.latest,
    remove: endpoints.remove,
    switchOn: endpoints.switchOn,

    async add(connectionId: string | null, url: URL, types: WebhookType[]): Promise<Added> {
      const { secret, row } = newSecret()
      const endpoint = { id: uuidv7(), connectionId, url: url.href, types, createdAt: new Date() }
      const kind = await endpoints.add(endpoint, row)
      return kind === 'added' ? { kind, id: endpoint.id, secret } : { kind }
    },

    /** @returns the new secret; null for an unknown endpoint. */
    async rotate(id: string, connectionId: string): Promise<string | null> {
      const { secret, row } = newSecret()
      const until = new Date(Date.now() + secretOverlapMs)
      return (await endpoints.rotate(id, connectionId, row, until)) ? secret : null
    },

    sendAgain: (id: string, connectionId: string) =>
      deliveries.sendAgain(id, connectionId, { id: uuidv7(), now: new Date() }),

    sendTest(endpointId: string, connectionId: string) {
      const now = new Date()
      const body = webhookBody({
        type: 'test' as WebhookType,
        at: now,
        data: { connection_id: connectionId },
      })
      return deliveries.sendTest(endpointId, connectionId, {
        ...{ id: uuidv7(), messageId: uuidv7(), body, now },
      })
    },
  }
}
export type Webhooks = ReturnType<typeof webhooks>

/** Delivers from now on, beside the requests. */
export function deliverWebhooks(
  config: Config,
  { database, secretKeys }: Stores,
  report: (error: unknown) => void,
): Deliverer {
  const pool = poolOf(database)
  const deliveries = webhookDeliveries(pool)
  const endpoints = webhookEndpoints(pool)
  const fetch = guardedFetch(config.outboundHosts)
  const open = (sealed: string) => openSealed(secretKeys, purpose, sealed)
  return startDelivering({
    ...deliveries,
    report,
    number: now => numberEvents(pool, now),
    async claim(endpointId, most, now) {
      const claimed = await deliveries.claim(endpointId, most, now)
      return claimed.map(({ sealed, ...message }) => ({
        ...message,
        secrets: sealed.map(open).filter(secret => secret !== null),
      }))
    },
    send: (url, headers, body) =>
      fetch(url, bounds, { method: 'POST', headers, body }).then(
        ({ status }) => ({ status }),
        error => {
          if (error instanceof OutboundRefusal) return { fault: `It ${error.message}` }
          throw error
        },
      ),
    upkeep: () =>
      endpoints.reseal(keyId(secretKeys[0]!), sealed => {
        const secret = open(sealed)
        return secret && seal(secretKeys, purpose, secret)
      }),
    now: () => new Date(),
  })
}
