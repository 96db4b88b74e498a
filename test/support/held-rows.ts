import pg from 'pg'

/** Holds rows (or changes them), so that whoever wants them stops there; lets go when `during` has ended. */
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
