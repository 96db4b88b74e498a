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
