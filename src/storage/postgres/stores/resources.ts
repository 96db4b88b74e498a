import type { Pool } from 'pg'
import type { ResourceStore } from '../../../oidc/ports.ts'
import { transact } from '../transaction.ts'

export type Resource = { url: string; connectionId: string; connectionName: string; createdAt: Date }

/** `taken`: the resource is another's already. */
export type ResourceAdded = { kind: 'added' | 'unknown' | 'no-resource-server' | 'taken' }

const columns = `r.url, r.connection_id as "connectionId", c.name as "connectionName", r.created_at as "createdAt"`

/** The resources of resource servers, each in its canonical form. */
export function resourceStore(pool: Pool) {
  return {
    /** Adding a resource to the connection that has it already changes no row. */
    async add(url: string, connectionId: string, now: Date): Promise<ResourceAdded> {
      return transact(pool, async client => {
        const { rows } = await client.query<{ resource_server: boolean }>(
          'select resource_server from connections where id = $1 and deleted_at is null for update',
          [connectionId],
        )
        if (!rows[0]) return { kind: 'unknown' }
        if (!rows[0].resource_server) return { kind: 'no-resource-server' }
        const { rows: kept } = await client.query<{ connection_id: string }>(
          `with added as (
             insert into resources (url, connection_id, created_at) values ($1, $2, $3)
             on conflict (url) do nothing returning connection_id)
           select connection_id from added union all select connection_id from resources where url = $1`,
          [url, connectionId, now],
        )
        if (kept[0]?.connection_id !== connectionId) return { kind: 'taken' }
        await touch(client, connectionId, now)
        return { kind: 'added' }
      })
    },

    /** By address. */
    async all(): Promise<Resource[]> {
      const { rows } = await pool.query<Resource>(
        `select ${columns} from resources r join connections c on c.id = r.connection_id order by r.url`,
      )
      return rows
    },

    /** @returns false when there is no such resource. */
    async remove(url: string, now: Date): Promise<boolean> {
      return transact(pool, async client => {
        const { rows } = await client.query<{ connection_id: string }>(
          'delete from resources where url = $1 returning connection_id',
          [url],
        )
        if (rows[0]) await touch(client, rows[0].connection_id, now)
        return rows[0] !== undefined
      })
    },
  }
}

type Transaction = { query(text: string, values: unknown[]): Promise<unknown> }

/** Clients are cached by the version of their row. */
async function touch(client: Transaction, connectionId: string, now: Date): Promise<void> {
  await client.query('update connections set updated_at = $2 where id = $1', [connectionId, now])
}

export function resourceLookup(pool: Pool): ResourceStore {
  return {
    async hasResource(url) {
      const { rows } = await pool.query({
        name: 'resource-known',
        text: `select from resources r
          join connections c on c.id = r.connection_id and c.disabled_at is null and c.deleted_at is null
          where r.url = $1`,
        values: [url],
      })
      return rows.length > 0
    },
  }
}
