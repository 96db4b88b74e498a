import type { ClientBase, Pool } from 'pg'
import type { WebhookEndpoint } from '../../../installs/webhook.ts'
import { transact } from '../transaction.ts'

const columns = `id, connection_id as "connectionId", url, types, created_at as "createdAt",
  failing_since as "failingSince", disabled_at as "disabledAt", disabled_because as "disabledBecause"`

/** Of the host product, and of one connection, each. */
const maxEndpoints = 10

export type NewEndpoint = Pick<WebhookEndpoint, 'id' | 'connectionId' | 'url' | 'types' | 'createdAt'>
export type NewSecret = { id: string; sealed: string; createdAt: Date }

const insertSecret = (client: ClientBase, endpointId: string, secret: NewSecret) =>
  client.query('insert into webhook_secrets (id, endpoint_id, sealed, created_at) values ($1, $2, $3, $4)', [
    ...[secret.id, endpointId, secret.sealed, secret.createdAt],
  ])

export function webhookEndpoints(pool: Pool) {
  return {
    async add(endpoint: NewEndpoint, secret: NewSecret): Promise<'added' | 'unknown' | 'too-many'> {
      return transact(pool, async client => {
        const { connectionId } = endpoint
        await client.query(`select pg_advisory_xact_lock(hashtextextended('latchkey webhook endpoints', 0))`)
        const { rows } = await client.query<{ count: number; known: boolean }>(
          `select (select count(*)::int from webhook_endpoints where connection_id is not distinct from $1) as count,
             $1::uuid is null or exists (select from connections where id = $1 and deleted_at is null) as known`,
          [connectionId],
        )
        if (!rows[0]!.known) return 'unknown'
        if (rows[0]!.count >= maxEndpoints) return 'too-many'
        await client.query(
          `insert into webhook_endpoints (id, connection_id, url, types, created_at) values ($1, $2, $3, $4, $5)`,
          [endpoint.id, connectionId, endpoint.url, endpoint.types, endpoint.createdAt],
        )
        await insertSecret(client, endpoint.id, secret)
        return 'added'
      })
    },

    async all(): Promise<WebhookEndpoint[]> {
      const { rows } = await pool.query<WebhookEndpoint>(
        `select ${columns} from webhook_endpoints order by connection_id nulls first, created_at, id`,
      )
      return rows
    },

    async ofConnection(connectionId: string): Promise<WebhookEndpoint[]> {
      const { rows } = await pool.query<WebhookEndpoint>(
        `select ${columns} from webhook_endpoints where connection_id = $1 order by created_at, id`,
        [connectionId],
      )
      return rows
    },

    /** @param connectionId whose it must be; undefined: anybody's. */
    async remove(id: string, connectionId?: string): Promise<WebhookEndpoint | null> {
      const { rows } = await pool.query<WebhookEndpoint>(
        `delete from webhook_endpoints where id = $1 and ($2::uuid is null or connection_id = $2) returning ${columns}`,
        [id, connectionId ?? null],
      )
      return rows[0] ?? null
    },

    /** The older secrets sign beside it until `until`; of more than one older one the oldest ends now. */
    async rotate(id: string, connectionId: string, secret: NewSecret, until: Date): Promise<boolean> {
      return transact(pool, async client => {
        const { rowCount } = await client.query(
          'select from webhook_endpoints where id = $1 and connection_id = $2 for update',
          [id, connectionId],
        )
        if (rowCount === 0) return false
        await client.query(
          `delete from webhook_secrets where endpoint_id = $1 and id not in (
             select id from webhook_secrets where endpoint_id = $1 order by created_at desc, id desc limit 1)`,
          [id],
        )
        await client.query('update webhook_secrets set expires_at = $2 where endpoint_id = $1', [id, until])
        await insertSecret(client, id, secret)
        return true
      })
    },

    async switchOn(id: string, connectionId: string): Promise<boolean> {
      const { rowCount } = await pool.query(
        `update webhook_endpoints set disabled_at = null, disabled_because = null, failing_since = null
         where id = $1 and connection_id = $2`,
        [id, connectionId],
      )
      return rowCount === 1
    },

    /** Encrypts secrets anew that an older secret key encrypted. */
    async reseal(key: string, again: (sealed: string) => string | null): Promise<void> {
      const { rows } = await pool.query<{ id: string; sealed: string }>(
        `select id, sealed from webhook_secrets where split_part(sealed, '.', 1) <> $1 limit 100`,
        [key],
      )
      for (const { id, sealed } of rows) {
        const fresh = again(sealed)
        if (fresh)
          await pool.query('update webhook_secrets set sealed = $3 where id = $1 and sealed = $2', [
            ...[id, sealed, fresh],
          ])
      }
    },
  }
}
