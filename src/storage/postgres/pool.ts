import type { ClientBase, Pool, PoolConfig } from 'pg'
import type { DataSource } from 'typeorm'
import { readDatabaseAddress } from './address.ts'
import { clientConfig, hostClient, pooledClient } from './client.ts'

/** How long a request may wait for the database, in milliseconds; each part of a wait has its bound. */
export type Bounds = {
  /** For a connection: a free one of the pool, or a new one. */
  connectMs: number
  /** For a row that another transaction holds. */
  lockMs: number
  /** For a statement, told to the server, which ends it. */
  statementMs: number
  /** For an answer at all: a server that hangs ends nothing by itself. */
  answerMs: number
}

/** Together below five seconds: a connection, and then the answer. */
export const requestBounds: Bounds = { connectMs: 1_500, lockMs: 2_500, statementMs: 2_750, answerMs: 3_000 }

/** A new connection of work that waits as long as it must; a server that is not there is noticed all the same. */
const patientConnectMs = 30_000
/** A transaction whose process is gone without a word ends by itself. */
const idleInTransactionMs = 60_000

/** The driver's pool below TypeORM. */
export function poolOf(source: DataSource): Pool {
  return (source.driver as unknown as { master: Pool }).master
}

/**
 * @param options.pooler a pooler is between that shares a connection among transactions: nothing may be set on it.
 * @throws BadAddress
 */
export function poolOptions(options: { url: string; bounds?: Bounds; pooler?: boolean }): PoolConfig {
  const { url, bounds, pooler } = options
  const address = readDatabaseAddress(url)
  const settings = (scope: string) =>
    Object.entries({
      idle_in_transaction_session_timeout: idleInTransactionMs,
      lock_timeout: bounds?.lockMs ?? 0,
      statement_timeout: bounds?.statementMs ?? 0,
    })
      .map(([name, ms]) => `set ${scope} ${name} = ${ms}`)
      .join('; ')
  const client = hostClient(address)
  return {
    ...clientConfig(address),
    Client: pooler ? pooledClient(client, settings('local')) : client,
    connectionTimeoutMillis: bounds?.connectMs ?? patientConnectMs,
    ...(bounds && { query_timeout: bounds.answerMs }),
    keepAlive: true,
    onConnect: async (connected: ClientBase) => {
      // A cut connection rejects its query and emits "error" as well; unheard, that would end the process.
      connected.on('error', () => {})
      // On the connection, not in its startup message: poolers refuse parameters that they do not know.
      if (!pooler) await connected.query(settings('session'))
    },
  }
}

/**
 * After one connection was found to hang, the idle ones are not trusted either: each would cost a request its whole wait when
 * the host behind them is gone.
 */
export function distrustAfterHang(pool: Pool): void {
  pool.on('release', error => {
    if (!isHang(error)) return
    for (let idle = pool.idleCount; idle > 0; idle--)
      pool.connect().then(
        client => client.release(true),
        () => {},
      )
  })
}

/** Did the server not answer in time? The driver gives no code for it. */
export function isHang(error: unknown): error is Error {
  return error instanceof Error && error.message === 'Query read timeout'
}
