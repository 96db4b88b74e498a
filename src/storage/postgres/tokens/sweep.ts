/** Deletes expired rows. Every read checks expiry itself; this only keeps the tables small. */
import type { Pool } from 'pg'

/**
 * Consents that were never redeemed are deleted after a day, rotated refresh tokens after a week: a family may have thousands,
 * and a later reuse is refused as unknown. Codes are kept with their authorization, so that every replay is detected.
 */
const rounds = [
  sweep('access_tokens', 'token_hash', 'expires_at < $1'),
  sweep('refresh_tokens', 'token_hash', 'expires_at < $1'),
  // A token rotated a week ago expires within 90 days of that, so the index on expiry finds it.
  sweep(
    'refresh_tokens',
    'token_hash',
    `expires_at < $1::timestamptz + interval '83 days' and exists (select from refresh_tokens next
      where next.parent_hash = swept.token_hash and next.issued_at < $1::timestamptz - interval '7 days')`,
  ),
  sweep('authorizations', 'id', 'expires_at < $1'),
  // One week of consents, so that the statement does not scan all of them.
  sweep(
    'consents',
    'id',
    `expires_at between $1::timestamptz - interval '8 days' and $1::timestamptz - interval '1 day'
      and not exists (select from authorizations a where a.consent_id = swept.id and a.redeemed_at is not null)`,
  ),
]

function sweep(table: string, key: string, over: string): string {
  return `delete from ${table} where ${key} = any(array(
    select ${key} from ${table} swept where ${over} limit 500 for update of swept skip locked))`
}

/**
 * Deletes expired rows in batches of 500, skipping locked ones.
 * @param limit batches for each table in one call.
 * @returns the number of rows deleted.
 */
export async function sweepExpired(pool: Pool, now: Date, limit = 20): Promise<number> {
  let removed = 0
  for (const text of rounds)
    for (let step = 0; step < limit; step++) {
      const { rowCount } = await pool.query(text, [now])
      removed += rowCount ?? 0
      if ((rowCount ?? 0) < 500) break
    }
  return removed
}
