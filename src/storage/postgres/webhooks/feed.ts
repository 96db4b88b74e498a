/** The order of events for the outside: queued with each event, numbered here, told to endpoints and read by GET /v1/events. */
import type { Pool, PoolClient } from 'pg'
import type { EventFeed } from '../../../api/ports.ts'
import { uuidv7 } from '../../../installs/ids.ts'
import {
  isFor,
  type QueuedEvent,
  toWebhookEvent,
  type WebhookEndpoint,
  type WebhookEvent,
  webhookBody,
} from '../../../installs/webhook.ts'
import { transact } from '../transaction.ts'

/** Events of one pass. */
const batchSize = 500

/**
 * Takes events out of the queue and numbers them, one process at a time. An event is queued when its transaction writes it and seen
 * when that commits: those of one installation come in the order in which they happened, since each holds its row. Each gets a
 * delivery for every endpoint that is told.
 * @returns how many were taken.
 */
export function numberEvents(pool: Pool, now: Date): Promise<number> {
  return transact(pool, async client => {
    const { rows: held } = await client.query<{ mine: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended('latchkey webhook events', 0)) as mine`,
    )
    if (!held[0]!.mine) return 0
    const { rows } = await client.query<QueuedEvent>(
      `with taken as (
         delete from event_outbox where (recorded_at, event_id) in (
           select recorded_at, event_id from event_outbox order by recorded_at, event_id limit $1)
         returning recorded_at, event_id)
       select e.id, e.at, e.kind, e.workspace_id as "workspaceId", e.connection_id as "connectionId",
         e.installation_id as "installationId", e.installer_id as "installerId", e.actor_id as "actorId", e.data
       from taken t join events e on e.id = t.event_id order by t.recorded_at, t.event_id`,
      [batchSize],
    )
    const events = rows.map(toWebhookEvent).filter(event => event !== null)
    if (events.length > 0) await tell(client, await keepNumbered(client, events, now), now)
    return rows.length
  })
}

type Numbered = WebhookEvent & { seq: string }

async function keepNumbered(client: PoolClient, events: WebhookEvent[], now: Date): Promise<Numbered[]> {
  const { rows } = await client.query<{ id: string; seq: string }>(
    `insert into webhook_events (id, at, type, data, connection_id, installation_id, numbered_at)
     select id, at, type, data, connection_id, installation_id, $2
     from rows from (jsonb_to_recordset($1)
       as (id uuid, at timestamptz, type text, data jsonb, connection_id uuid, installation_id uuid)) with ordinality
       as e (id, at, type, data, connection_id, installation_id, nr)
     order by nr on conflict (id) do nothing returning id, seq`,
    [
      JSON.stringify(
        events.map(event => ({
          ...{ id: event.id, at: event.at, type: event.type, data: event.data },
          ...{ connection_id: event.connectionId, installation_id: event.installationId },
        })),
      ),
      now,
    ],
  )
  const numbers = new Map(rows.map(row => [row.id, row.seq]))
  return events.flatMap(event => {
    const seq = numbers.get(event.id)
    return seq === undefined ? [] : [{ ...event, seq }]
  })
}

async function tell(client: PoolClient, events: Numbered[], now: Date): Promise<void> {
  const { rows: endpoints } = await client.query<Pick<WebhookEndpoint, 'id' | 'connectionId' | 'types'>>(
    `select id, connection_id as "connectionId", types from webhook_endpoints
     where disabled_at is null and (connection_id is null or connection_id = any ($1)) order by id for key share`,
    [events.map(event => event.connectionId)],
  )
  const told = events.flatMap(event =>
    endpoints.filter(endpoint => isFor(endpoint, event)).map(endpoint => ({ endpoint, event })),
  )
  if (told.length === 0) return
  await client.query(
    `insert into webhook_deliveries
       (id, endpoint_id, message_id, seq, type, body, order_key, state, next_at, created_at)
     select id, endpoint_id, message_id, seq, type, body, order_key, 'waiting', $2, $2
     from jsonb_to_recordset($1) as d
       (id uuid, endpoint_id uuid, message_id uuid, seq bigint, type text, body text, order_key uuid)`,
    [
      JSON.stringify(
        told.map(({ endpoint, event }) => ({
          ...{ id: uuidv7(), endpoint_id: endpoint.id, message_id: event.id, seq: event.seq },
          ...{ type: event.type, body: webhookBody(event) },
          order_key: event.installationId ?? event.connectionId,
        })),
      ),
      now,
    ],
  )
}

/** Of one connection, or of all (null), behind an event. */
export function openEventFeed(pool: Pool): EventFeed {
  return {
    async after(connectionId, after, limit, now) {
      await numberEvents(pool, now)
      const { rows: known } = await pool.query<{ seq: string }>(
        `select seq from webhook_events where id = $1 and ($2::uuid is null or connection_id = $2)`,
        [after, connectionId],
      )
      if (after !== null && !known[0]) return null
      const { rows } = await pool.query<WebhookEvent>(
        `select id, at, type, data, connection_id as "connectionId", installation_id as "installationId"
         from webhook_events
         where seq > $1 and ($2::uuid is null or connection_id = $2 and type not like 'approval.%')
         order by seq limit $3`,
        [known[0]?.seq ?? 0, connectionId, limit + 1],
      )
      return { events: rows.slice(0, limit), more: rows.length > limit }
    },
  }
}
