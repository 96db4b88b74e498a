import { setTimeout as pause } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { isHang } from './pool.ts'

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
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    client.release()
    return result
  } catch (error) {
    await giveUp(client, error as Error)
    throw error
  }
}

/** A connection that cannot roll back, or that must not be used again, goes; the server then rolls back by itself. */
async function giveUp(client: PoolClient, error: Error): Promise<void> {
  // A server that hangs would let the rollback hang as well; one that became a standby takes no other write either.
  if (isHang(error) || (error as { code?: string }).code === '25006') return client.release(error)
  await client.query('rollback').then(
    () => client.release(),
    (fault: Error) => client.release(fault),
  )
}
