/** Takes away what is over. Expiry is asked on every read, so that this only keeps the tables small. */
import type { Pool } from 'pg'

/**
 * What was allowed and never redeemed goes after a day. Used refresh tokens stay a week: there may be thousands in a family,
 * and a later replay is refused all the same. A code stays with its authorization, so that its replay is always recognised.
 */
const rounds = [
  sweep('access_tokens', 'token_hash', 'expires_at < $1'),
  sweep('refresh_tokens', 'token_hash', 'expires_at < $1'),
  // Whatever was used a week ago expires within 90 days of that: found by the index on expiry.
  sweep(
    'refresh_tokens',
    'token_hash',
    `expires_at < $1::timestamptz + interval '83 days' and exists (select from refresh_tokens next
      where next.parent_hash = swept.token_hash and next.issued_at < $1::timestamptz - interval '7 days')`,
  ),
  sweep('authorizations', 'id', 'expires_at < $1'),
  // A week is looked at, so that not every consent of all times is.
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
 * Removes expired rows in small steps, skipping what others hold.
 * @param limit steps for each table in one call, of 500 rows.
 * @returns the number of rows removed.
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
