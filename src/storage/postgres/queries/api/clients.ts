import type { Pool } from 'pg'

const findClient = {
  name: 'api-client',
  text: `select c.resource_server from connections c
    where c.id = $1 and c.disabled_at is null and c.deleted_at is null and c.client_type = 'confidential'
      and exists (select from connection_secrets s
                  where s.connection_id = c.id and s.secret_hash = $2 and s.revoked_at is null)`,
}

/**
 * @returns a reading that finds the connection with this secret; null: there is none, or it is disabled. A resource server may
 * ask about any token, every other connection about its own.
 */
export function openClients(pool: Pool) {
  return async (id: string, secretHash: Buffer): Promise<{ anyToken: boolean } | null> => {
    const { rows } = await pool.query<{ resource_server: boolean }>({
      ...findClient,
      values: [id, secretHash],
    })
    return rows[0] ? { anyToken: rows[0].resource_server } : null
  }
}
