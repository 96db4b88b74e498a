import type { Pool } from 'pg'
import type { FindClient } from '../../../../api/ports.ts'
import { resourcesOf } from '../../tokens/client.ts'

const findClient = {
  name: 'api-client',
  text: `select c.resource_server as "anyToken", ${resourcesOf} as resources from connections c
    where c.id = $1 and c.disabled_at is null and c.deleted_at is null and c.client_type = 'confidential'
      and exists (select from connection_secrets s
                  where s.connection_id = c.id and s.secret_hash = $2 and s.revoked_at is null)`,
}

/** A disabled connection is not found. A resource server may ask about any token, another connection about its own. */
export function openClients(pool: Pool): FindClient {
  return async (id, secretHash) => {
    const { rows } = await pool.query({ ...findClient, values: [id, secretHash] })
    return rows[0] ?? null
  }
}
