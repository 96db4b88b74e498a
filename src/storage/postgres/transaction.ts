import type { Pool, PoolClient } from 'pg'

/**
 * One transaction on a connection of its own: committed when the work is done, taken back when it throws. Work that was given
 * up to end a deadlock is done once more, so it must do nothing that outlives a rollback.
 * @throws what the work threw, or the driver's error.
 */
export async function transact<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  try {
    return await attempt(pool, work)
  } catch (fault) {
    if (!isDeadlock(fault)) throw fault
    return attempt(pool, work)
  }
}

/** PostgreSQL chose this one to give way; the other has gone on meanwhile. */
export function isDeadlock(fault: unknown): boolean {
  return (fault as { code?: string }).code === '40P01'
}

/**
 * Did the database itself refuse a statement, so that nothing of its transaction stands? After a broken connection or a
 * shutdown nobody knows, and asking once more could meet what was written.
 */
export function wasTakenBack(fault: unknown): boolean {
  const { code } = (fault ?? {}) as { code?: unknown }
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
  } catch (fault) {
    // A connection that cannot even roll back must not be handed to the next one who asks.
    lost = await client.query('rollback').then(
      () => false,
      () => true,
    )
    throw fault
  } finally {
    client.release(lost)
  }
}
