import type { Pool } from 'pg'
import type { Connection } from '../../../installs/connection.ts'
import { connectionColumns } from './connections.ts'

/** The connection that registered itself and whose management token has this SHA-256; null: there is none. */
export async function readSelfRegistered(
  pool: Pool,
  id: string,
  managementHash: Buffer,
): Promise<{ connection: Connection; createdAt: Date } | null> {
  const { rows } = await pool.query<Connection & { createdAt: Date }>(
    `select ${connectionColumns}, created_at as "createdAt" from connections
     where id = $1 and registration_token_hash = $2 and origin = 'self-registered'
       and deleted_at is null and disabled_at is null`,
    [id, managementHash],
  )
  if (!rows[0]) return null
  const { createdAt, ...connection } = rows[0]
  return { connection, createdAt }
}

/** The operator's rule about agents, for every query that decides about an install. */
export async function saveOperatorRules(pool: Pool, agents: string): Promise<void> {
  await pool.query('update operator_rules set agents = $1 where agents <> $1', [agents])
}

/** The id of the connection that the document at this address describes; null: there is none. */
export async function readPublished(pool: Pool, documentUrl: string): Promise<string | null> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'published-connection',
    text: 'select id from connections where document_url = $1 and deleted_at is null',
    values: [documentUrl],
  })
  return rows[0]?.id ?? null
}

/** Notes since when the document of a published connection cannot be had. */
export async function noteDocumentFailure(pool: Pool, documentUrl: string, now: Date): Promise<void> {
  await pool.query(
    'update connections set document_failed_at = $2 where document_url = $1 and document_failed_at is null',
    [documentUrl, now],
  )
}

export async function noteDocumentFound(pool: Pool, documentUrl: string): Promise<void> {
  await pool.query(
    'update connections set document_failed_at = null where document_url = $1 and document_failed_at is not null',
    [documentUrl],
  )
}
