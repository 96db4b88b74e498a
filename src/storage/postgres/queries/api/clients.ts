import type { Pool } from 'pg'
import type { FindClient } from '../../../../api/ports.ts'
import { batch, inOrder, together } from '../../batch.ts'
import { resourcesOf } from '../../tokens/client.ts'

const findClients = {
  name: 'api-clients',
  text: `select asked.nr, found.*
    from unnest((select $1::uuid[]), (select $2::bytea[])) with ordinality asked (id, secret_hash, nr)
    cross join lateral (
      select c.resource_server as "anyToken", ${resourcesOf} as resources from connections c
      where c.id = asked.id and c.disabled_at is null and c.deleted_at is null and c.client_type = 'confidential'
        and exists (select from connection_secrets s
                    where s.connection_id = c.id and s.secret_hash = asked.secret_hash and s.revoked_at is null)
      limit 1) found`,
}

type Question = { id: string; secretHash: Buffer }
type Found = Awaited<ReturnType<FindClient>>
type Row = NonNullable<Found> & { nr: string }

/**
 * A disabled connection is not found. A resource server may ask about any token, another connection about its own. Concurrent
 * requests share one statement.
 */
export function openClients(pool: Pool): FindClient {
  const find = batch<Question, Found>(async asked => {
    const { rows } = await pool.query<Row>({
      ...findClients,
      values: [asked.map(one => one.id), asked.map(one => one.secretHash)],
    })
    return inOrder(asked.length, rows, row =>
      row ? { anyToken: row.anyToken, resources: row.resources } : null,
    )
  }, together)
  return (id, secretHash) => find({ id, secretHash })
}
