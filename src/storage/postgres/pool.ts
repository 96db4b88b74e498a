import type { Socket } from 'node:net'
import type { ClientBase, Pool, PoolConfig } from 'pg'
import type { DataSource } from 'typeorm'
import { readDatabaseAddress } from './address.ts'
import { clientConfig, hostClient, pooledClient } from './client.ts'

/** Upper bounds, in milliseconds, on the waits of one request for the database. */
export type Bounds = {
  /** For a connection, free or new. */
  connectMs: number
  /** For a row lock (lock_timeout). */
  lockMs: number
  /** For a statement (statement_timeout); the server ends it. */
  statementMs: number
  /** For a response, by our own clock: a server that hangs enforces no timeout. */
  answerMs: number
}

/** A connection and a response together stay below five seconds. */
export const requestBounds: Bounds = { connectMs: 1_500, lockMs: 2_500, statementMs: 2_750, answerMs: 3_000 }

/** The connection timeout of imports and migrations, which have no other. */
const patientConnectMs = 30_000
/** Ends the transaction of a process that disappeared without closing its connection. */
const idleInTransactionMs = 60_000

/** How often the server looks whether the client of a running statement is still there. */
const clientCheckMs = 500

/**
 * A statement of a process that was killed would hold its locks until it ends. Only these systems can tell that a connection is
 * closed; on others the server refuses the setting.
 */
const checkClient = (isLocal: boolean) =>
  `select set_config('client_connection_check_interval', '${clientCheckMs}', ${isLocal})
   where version() ~* 'linux|darwin|bsd|solaris|illumos'`

/** A pool, or one client of it. */
export type Queryable = { query: ClientBase['query'] }

/** The driver's pool below TypeORM. */
export function poolOf(source: DataSource): Pool {
  return (source.driver as unknown as { master: Pool }).master
}

/**
 * @param options.pooler the address leads to a transaction-mode pooler, where session settings leak to other clients.
 * @throws BadAddress
 */
export function poolOptions(options: { url: string; bounds?: Bounds; pooler?: boolean }): PoolConfig {
  const { url, bounds, pooler } = options
  const address = readDatabaseAddress(url)
  const settings = (scope: 'local' | 'session') =>
    [
      ...Object.entries({
        idle_in_transaction_session_timeout: idleInTransactionMs,
        lock_timeout: bounds?.lockMs ?? 0,
        statement_timeout: bounds?.statementMs ?? 0,
      }).map(([name, ms]) => `set ${scope} ${name} = ${ms}`),
      checkClient(scope === 'local'),
    ].join('; ')
  const client = hostClient(address)
  return {
    ...clientConfig(address),
    Client: pooler ? pooledClient(client, settings('local')) : client,
    connectionTimeoutMillis: bounds?.connectMs ?? patientConnectMs,
    keepAlive: true,
    onConnect: async (connected: ClientBase) => {
      // A lost connection rejects its query and also emits "error", which without a listener would end the process.
      connected.on('error', () => {})
      if (bounds) boundAnswers(connected, bounds.answerMs)
      // Not in the startup message: poolers refuse parameters that they do not know.
      if (!pooler) await connected.query(settings('session'))
    },
  }
}

const hang = 'The database did not answer in time'

/**
 * Ends a connection whose query has no response for `ms`, by the socket's own timer. The driver's `query_timeout` starts a timer for
 * each query, and with it results stay in memory until a full garbage collection (pg 8.23.1: 100 MB more, a tenth slower).
 */
function boundAnswers(client: ClientBase, ms: number): void {
  const state = client as unknown as { connection: { stream: Socket }; readyForQuery: boolean }
  const { stream } = state.connection
  stream.setTimeout(ms)
  stream.on('timeout', () => {
    if (!state.readyForQuery) stream.destroy(new Error(hang))
  })
}

/** Drops the idle connections after one timed out: if the host is gone, each of them would cost a request its whole timeout. */
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

/** Whether a response timed out. */
export function isHang(error: unknown): error is Error {
  return error instanceof Error && error.message === hang
}
