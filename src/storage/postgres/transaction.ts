import type { Pool, PoolClient } from 'pg'

/**
 * One transaction on a connection of its own: committed when the work is done, taken back when it throws.
 * @throws what the work threw, or the driver's error.
 */
export async function transact<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
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
