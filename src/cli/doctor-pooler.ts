/** Detects a pooler between Latchkey and PostgreSQL, and compares it with POOLER. */
import type { Pool, PoolClient } from 'pg'
import type { Config } from '../config.ts'
import { requestBounds } from '../storage/postgres/pool.ts'
import type { Verdict } from './doctor-finding.ts'

/** Clients opened at once; if connections are shared, one of them gets the server process of the first. */
const lookers = 5

/** @param pool opened as the server opens it. */
export async function examinePooler(pool: Pool, { pooler, directDatabaseUrl }: Config): Promise<Verdict> {
  const kind = await findPooler(pool)
  const configured = pooler === 'transaction'
  if (kind === 'transaction' && !configured)
    return {
      ok: false,
      found: 'a pooler in transaction mode, without POOLER=transaction',
      advice: 'Set POOLER=transaction, and DIRECT_DATABASE_URL to PostgreSQL itself for imports.',
    }
  if (!configured) return { ok: true, found: kind === null ? 'none' : 'one that keeps sessions apart' }
  const missing = await missingBound(pool)
  if (missing) return missing
  const found = kind === 'transaction' ? 'a pooler in transaction mode' : 'none found; POOLER=transaction'
  return { ok: true, found: directDatabaseUrl ? found : `${found}; imports need DIRECT_DATABASE_URL` }
}

/** Statements outside of a transaction have only the timeouts of their role, since a shared connection keeps no settings. */
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
