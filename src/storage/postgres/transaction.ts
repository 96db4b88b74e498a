import { setTimeout as pause } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { isHang } from './pool.ts'

/**
 * Runs the work in a transaction of its own and commits it; rolls back when the work throws. After a deadlock the work runs
 * again, so it must have no side effects outside of the transaction.
 * @throws the work's own error, or the driver's.
 */
export function transact<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return againAfterDeadlock(() => attempt(pool, work))
}

/** Milliseconds before each further attempt. */
const pauses = [20, 60, 180]

/**
 * Retries the victim of a deadlock. Not at once: on a busy machine it could take the row again before the transaction that has
 * waited for it, and deadlock again.
 * @throws the error of `work`, also the last of its deadlocks.
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
 * Whether the database itself refused a statement, so that its transaction was rolled back. After a lost connection or a
 * shutdown the outcome is unknown, and a retry could meet its own earlier writes.
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

/** Rolls back, or drops the connection, after which the server rolls back by itself. */
async function giveUp(client: PoolClient, error: Error): Promise<void> {
  // On a server that hangs the rollback would hang too; a connection to a standby cannot write again.
  if (isHang(error) || (error as { code?: string }).code === '25006') return client.release(error)
  await client.query('rollback').then(
    () => client.release(),
    (fault: Error) => client.release(fault),
  )
}
