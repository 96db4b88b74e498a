/** Is there a pooler between Latchkey and PostgreSQL, and does Latchkey know? */
import type { Pool, PoolClient } from 'pg'
import type { Config } from '../config.ts'
import { requestBounds } from '../storage/postgres/pool.ts'
import type { Verdict } from './doctor-finding.ts'

/** So many connections are taken up at once that one of them meets the connection of the first, if they are shared. */
const lookers = 5

/** @param pool opened as the server opens it. */
export async function examinePooler(pool: Pool, { pooler, directDatabaseUrl }: Config): Promise<Verdict> {
  const kind = await findPooler(pool)
  const told = pooler === 'transaction'
  if (kind === 'transaction' && !told)
    return {
      ok: false,
      found: 'a pooler that shares connections among transactions, which Latchkey was not told of',
      advice: 'Set POOLER=transaction, and DIRECT_DATABASE_URL to PostgreSQL itself for imports.',
    }
  if (!told) return { ok: true, found: kind === null ? 'none' : 'one that keeps sessions apart' }
  const missing = await missingBound(pool)
  if (missing) return missing
  const found =
    kind === 'transaction' ? 'shares connections among transactions' : 'none found; POOLER=transaction'
  return { ok: true, found: directDatabaseUrl ? found : `${found}; imports need DIRECT_DATABASE_URL` }
}

/** A statement outside of transactions has the bounds of its role alone: nothing can be set on a shared connection. */
async function missingBound(pool: Pool): Promise<Verdict | null> {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings where name in ('lock_timeout', 'statement_timeout') and setting = '0' order by name`,
  )
  if (rows.length === 0) return null
  const bounds: Record<string, number> = {
    lock_timeout: requestBounds.lockMs,
    statement_timeout: requestBounds.statementMs,
  }
  return {
    ok: false,
    found: `no ${rows.map(row => row.name).join(' and no ')}: a statement may wait for ever`,
    advice: `As an administrator: ${rows.map(row => `alter role … set ${row.name} = ${bounds[row.name]};`).join(' ')}`,
  }
}

/**
 * PostgreSQL names its process as a connection begins; a pooler gives a number of its own. One that shares connections lets a
 * second client meet the server process that the first one, still connected, had.
 */
async function findPooler(pool: Pool): Promise<'session' | 'transaction' | null> {
  const first = await pool.connect()
  const others: PoolClient[] = []
  try {
    const process = await processOf(first)
    if ((first as unknown as { processID: number }).processID === process) return null
    while (others.length < lookers) {
      const other = await pool.connect()
      others.push(other)
      await other.query('begin')
      if ((await processOf(other)) === process) return 'transaction'
    }
    return 'session'
  } finally {
    for (const client of [first, ...others]) client.release(true)
  }
}

async function processOf(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]!.pid
}
