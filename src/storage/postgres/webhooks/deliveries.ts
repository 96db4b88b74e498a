import type { Pool } from 'pg'
import type { WebhookDelivery } from '../../../web/developers/webhooks/readings.ts'

/** One message to one endpoint, claimed by this process. */
export type Claimed = {
  id: string
  messageId: string
  body: string
  attempts: number
  url: string
  /** Of the endpoint, the newest first. */
  sealed: string[]
}

/** A process that ended in the middle leaves its claims to others after this. */
const claimSeconds = 30
/** Deliveries that a screen lists. */
const listSize = 50

const shown = `d.id, d.endpoint_id as "endpointId", d.type, d.state, d.attempts, d.status, d.fault,
  d.created_at as "createdAt", d.done_at as "doneAt", d.next_at as "nextAt"`

export function webhookDeliveries(pool: Pool) {
  return {
    /** Endpoints with a message that is due. */
    async due(now: Date): Promise<{ id: string; failing: boolean }[]> {
      const { rows } = await pool.query<{ id: string; failing: boolean }>(
        `select e.id, e.failing_since is not null as failing from webhook_endpoints e
         where e.disabled_at is null and exists (
           select from webhook_deliveries d where d.endpoint_id = e.id and d.state = 'waiting' and d.next_at <= $1)`,
        [now],
      )
      return rows
    },

    /** The next ones, of each installation (or connection) the oldest alone, so that they arrive in order. */
    async claim(endpointId: string, most: number, now: Date): Promise<Claimed[]> {
      const { rows } = await pool.query<Claimed>(
        `with due as (
           select d.id from webhook_deliveries d
           where d.endpoint_id = $1 and d.state = 'waiting' and d.next_at <= $3
             and (d.claimed_until is null or d.claimed_until < $3)
             and not exists (
               select from webhook_deliveries before
               where before.endpoint_id = $1 and before.state = 'waiting' and before.seq < d.seq
                 and before.order_key = d.order_key)
           order by d.seq limit $2 for update skip locked)
         update webhook_deliveries d set attempts = d.attempts + 1,
           claimed_until = $3::timestamptz + interval '${claimSeconds} seconds'
         from webhook_endpoints e
         where d.id in (select id from due) and e.id = d.endpoint_id
         returning d.id, d.message_id as "messageId", d.body, d.attempts, e.url, array(
           select s.sealed from webhook_secrets s
           where s.endpoint_id = e.id and (s.expires_at is null or s.expires_at > $3)
           order by s.created_at desc, s.id desc) as sealed`,
        [endpointId, most, now],
      )
      return rows
    },

    async delivered(id: string, status: number, now: Date): Promise<void> {
      await pool.query(
        `with done as (
           update webhook_deliveries set state = 'delivered', status = $2, fault = null, done_at = $3, claimed_until = null
           where id = $1 returning endpoint_id)
         update webhook_endpoints set failing_since = null
         where failing_since is not null and id in (select endpoint_id from done)`,
        [id, status, now],
      )
    },

    /** @param nextAt null: it was the last attempt. @param failingSince before this the endpoint is switched off. */
    async failed(
      id: string,
      outcome: { status: number | null; fault: string },
      nextAt: Date | null,
      now: Date,
      failingSince: Date,
    ): Promise<void> {
      await pool.query(
        `with tried as (
           update webhook_deliveries set state = case when $4::timestamptz is null then 'failed' else state end,
             done_at = case when $4::timestamptz is null then $5::timestamptz end,
             status = $2, fault = $3, next_at = coalesce($4, next_at), claimed_until = null
           where id = $1 returning endpoint_id)
         update webhook_endpoints set failing_since = coalesce(failing_since, $5),
           disabled_at = case when $2 = 410 or failing_since < $6 then coalesce(disabled_at, $5) else disabled_at end,
           disabled_because = case when disabled_because is not null then disabled_because
             when $2 = 410 then 'gone' when failing_since < $6 then 'failing' end
         where id in (select endpoint_id from tried)`,
        [id, outcome.status, outcome.fault, nextAt, now, failingSince],
      )
    },

    /** Of a connection's endpoints, newest first. */
    async latest(connectionId: string): Promise<WebhookDelivery[]> {
      const { rows } = await pool.query<WebhookDelivery>(
        `select ${shown} from webhook_endpoints e join webhook_deliveries d on d.endpoint_id = e.id
         where e.connection_id = $1 order by d.created_at desc, d.id desc limit ${listSize}`,
        [connectionId],
      )
      return rows
    },

    /** The same message once more, at once. @returns whether there is such a delivery, of an endpoint that is not removed meanwhile. */
    async sendAgain(id: string, connectionId: string, again: { id: string; now: Date }): Promise<boolean> {
      const { rowCount } = await pool.query(
        `insert into webhook_deliveries
           (id, endpoint_id, message_id, seq, type, body, order_key, state, next_at, created_at)
         select $3, d.endpoint_id, d.message_id, d.seq, d.type, d.body, null, 'waiting', $4, $4
         from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id
         where d.id = $1 and e.connection_id = $2 for key share`,
        [id, connectionId, again.id, again.now],
      )
      return rowCount === 1
    },

    /** A message that is no event. */
    async sendTest(
      endpointId: string,
      connectionId: string,
      test: { id: string; messageId: string; body: string; now: Date },
    ): Promise<boolean> {
      const { rowCount } = await pool.query(
        `insert into webhook_deliveries
           (id, endpoint_id, message_id, seq, type, body, state, next_at, created_at)
         select $3, e.id, $4, 0, 'test', $5, 'waiting', $6, $6
         from webhook_endpoints e where e.id = $1 and e.connection_id = $2 and e.disabled_at is null for key share`,
        [endpointId, connectionId, test.id, test.messageId, test.body, test.now],
      )
      return rowCount === 1
    },
  }
}
