import pg from 'pg'

/** Locks rows (or changes them), so that other statements wait for them; lets go when `during` has ended. */
export async function whileHeld<T>(
  databaseUrl: string,
  lock: string,
  values: unknown[],
  during: () => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('begin')
  await client.query(lock, values)
  try {
    return await during()
  } finally {
    await client.query('commit')
    await client.end()
  }
}
