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
  }
}

/** A batch whose answer is kept: its key and the bytes of its body, as SHA-256. */
export type KeyedBatch = { keyHash: Buffer; bodyHash(): Buffer }

/** @returns the answer to an earlier batch with this key. */
export async function readAnswer(
  client: ClientBase,
  { keyHash }: KeyedBatch,
): Promise<{ bodyHash: Buffer; answer: object } | null> {
  const { rows } = await client.query<{ bodyHash: Buffer; answer: object }>(
    'select body_hash as "bodyHash", answer from directory_batches where key_hash = $1',
    [keyHash],
  )
  return rows[0] ?? null
}

export async function keepAnswer(
  client: ClientBase,
  batch: KeyedBatch,
  answer: object,
  now: Date,
): Promise<void> {
  await client.query(
    `with old as (delete from directory_batches where created_at < $4::timestamptz - ${keptFor} and key_hash <> $1)
     insert into directory_batches as b (key_hash, body_hash, answer, created_at) values ($1, $2, $3, $4)
     on conflict (key_hash) do update set body_hash = excluded.body_hash, answer = excluded.answer,
       created_at = excluded.created_at where b.created_at < $4::timestamptz - ${keptFor}`,
    [batch.keyHash, batch.bodyHash(), JSON.stringify(answer), now],
  )
}
