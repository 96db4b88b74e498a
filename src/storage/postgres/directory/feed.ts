/** How far the host's feed of its directory is, and the answers to its batches. */
import type { ClientBase, Pool } from 'pg'
import type { FeedStore } from '../../../api/ports.ts'

/** Keeps the greatest number: a batch that is repeated does not set the feed back. */
export async function advanceCursor(client: ClientBase, seq: number, now: Date): Promise<void> {
  await client.query(
    `insert into directory_cursor (seq, updated_at) values ($1, $2)
     on conflict (singleton) do update set seq = excluded.seq, updated_at = excluded.updated_at
     where directory_cursor.seq < excluded.seq`,
    [seq, now],
  )
}

/** Answers are kept for a day, for hosts that repeat a batch whose answer was lost. */
const keptFor = `interval '1 day'`

export function openFeed(pool: Pool): FeedStore {
  return {
    async cursor() {
      const { rows } = await pool.query<{ seq: string; updatedAt: Date }>(
        'select seq, updated_at as "updatedAt" from directory_cursor',
      )
      return rows[0] ? { seq: Number(rows[0].seq), updatedAt: rows[0].updatedAt } : null
    },

    async answered(keyHash) {
      const { rows } = await pool.query<{ bodyHash: Buffer; answer: object }>(
        'select body_hash as "bodyHash", answer from directory_batches where key_hash = $1',
        [keyHash],
      )
      return rows[0] ?? null
    },

    async keepAnswer(keyHash, bodyHash, answer, now) {
      await pool.query(
        `with old as (delete from directory_batches where created_at < $4::timestamptz - ${keptFor})
         insert into directory_batches (key_hash, body_hash, answer, created_at) values ($1, $2, $3, $4)
         on conflict do nothing`,
        [keyHash, bodyHash, JSON.stringify(answer), now],
      )
    },
  }
}
