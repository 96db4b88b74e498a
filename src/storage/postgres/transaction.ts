import { setTimeout as pause } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'

/**
 * One transaction on a connection of its own: committed when the work is done, taken back when it throws. Work that was given
 * up to end a deadlock is done again, so it must do nothing that outlives a rollback.
 * @throws what the work threw, or the driver's error.
 */
export function transact<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return againAfterDeadlock(() => attempt(pool, work))
}

/** Milliseconds before each further attempt. */
const pauses = [20, 60, 180]

/**
 * What PostgreSQL chose to give way is done again. Not at once: a row that was just let go is free for whoever asks next, and
 * on a busy machine that is sooner ourselves, into the same deadlock, than the one who has waited for it.
 * @throws what `work` threw, also the last of its deadlocks.
 */
export async function againAfterDeadlock<T>(work: () => Promise<T>): Promise<T> {
  for (const milliseconds of pauses)
    try {
      return await work()
    } catch (error) {
      if ((error as { code?: string }).code !== '40P01') throw error
      await pause(milliseconds * (0.5 + Math.random()))
    }
  return work()
}

/**
 * Did the database itself refuse a statement, so that nothing of its transaction stands? After a broken connection or a
 * shutdown nobody knows, and asking once more could meet what was written.
 */
export function wasTakenBack(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return (
    typeof code === 'string' && /^(?!08|40003|57P|58|XX)[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code)
  )
}

async function attempt<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let lost = false
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    // A connection that cannot even roll back must not be handed to the next one who asks.
    lost = await client.query('rollback').then(
      () => false,
      () => true,
    )
    throw error
  } finally {
    client.release(lost)
  }
}
