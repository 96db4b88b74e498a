/** Takes away what is over. Expiry is asked on every read, so that this only keeps the tables small. */
import type { Pool } from 'pg'

/**
 * Codes stay a day, so that a late replay is still recognised; used refresh tokens a week, of which there may be thousands in
 * a family; what was never redeemed goes after a day, with its authorization.
 */
const rounds = [
  sweep('authorization_codes', 'code_hash', `expires_at < $1::timestamptz - interval '1 day'`),
  sweep('access_tokens', 'token_hash', 'expires_at < $1'),
  sweep('refresh_tokens', 'token_hash', 'expires_at < $1'),
  // Whatever was used a week ago was issued before that, and expires within 90 days of it: found by the index on expiry.
  sweep(
    'refresh_tokens',
    'token_hash',
    `expires_at < $1::timestamptz + interval '83 days' and consumed_at < $1::timestamptz - interval '7 days'`,
  ),
  sweep('authorizations', 'id', 'expires_at < $1'),
  sweep('consents', 'id', `redeemed_at is null and expires_at < $1::timestamptz - interval '1 day'`),
]

function sweep(table: string, key: string, over: string): string {
  return `delete from ${table} where ${key} = any(array(
    select ${key} from ${table} where ${over} limit 500 for update skip locked))`
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
