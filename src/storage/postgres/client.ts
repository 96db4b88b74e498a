/** The driver's client, extended by three cases: several hosts, an unreachable database, a pooler in between. */
import pg, { type ClientConfig } from 'pg'
import type { DatabaseAddress, Host } from './address.ts'

type Connected = (error: Error | null, client?: pg.Client) => void

/** Hosts are probed in parallel, so that one that is gone does not delay another. */
const probeMs = 1_000

/** The driver's settings, except for the host. */
export function clientConfig(address: DatabaseAddress): ClientConfig {
  const { user, password, database, ssl, more } = address
  const [first] = address.hosts as [Host]
  return { ...first, user, password, database, ssl, application_name: 'latchkey', ...more }
}

/**
 * A client class that connects to the primary, or to the only host. The choice is kept until a connection to it fails or it turns
 * out to be a standby. Then each host is probed once for all waiting clients: otherwise a database that hangs would find hundreds
 * of abandoned connections when it returns.
 */
export function hostClient(address: DatabaseAddress): typeof pg.Client {
  const config = clientConfig(address)
  const isAlone = address.hosts.length === 1 && !address.writable
  let chosen: Promise<Host> | null = isAlone ? Promise.resolve(address.hosts[0]!) : null

  async function choose(): Promise<Host> {
    try {
      return await Promise.any(address.hosts.map(host => probe(config, host, address.writable)))
    } catch (error) {
      // The reason of a host that answered is more useful than a refused connection.
      const reasons = (error as AggregateError).errors as NodeJS.ErrnoException[]
      throw reasons.find(({ code }) => !code?.startsWith('E')) ?? reasons[0]
    }
  }

  return class extends pg.Client {
    override connect(): Promise<pg.Client>
    override connect(callback: Connected): void
    override connect(callback?: Connected): Promise<pg.Client> | undefined {
      const connected = this.toHost()
      if (!callback) return connected
      connected.then(() => callback(null, this), callback)
    }

    private async toHost(): Promise<pg.Client> {
      chosen ??= choose()
      const attempt = chosen
      // The pool adds its listener only after the connection is made.
      this.on('error', () => {})
      try {
        const { host, port } = await attempt
        // The pool gave up on this client while the host was chosen.
        if ((this as unknown as { connection: pg.Connection }).connection.stream.destroyed)
          throw new Error('timeout exceeded when trying to connect')
        Object.assign(this, { host, port })
        await super.connect()
        if (address.writable) await refuseStandby(this)
        return this
      } catch (error) {
        if (chosen === attempt) chosen = null
        super.end().catch(() => {})
        throw error
      }
    }
  }
}

async function probe(config: ClientConfig, host: Host, writable: boolean): Promise<Host> {
  const client = new pg.Client({
    ...config,
    ...host,
    connectionTimeoutMillis: probeMs,
    query_timeout: probeMs,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    if (writable) await refuseStandby(client)
    return host
  } finally {
    client.end().catch(() => {})
  }
}

/** @throws as PostgreSQL itself does at a write (25006). */
async function refuseStandby(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ standby: boolean }>(
    `select pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as standby`,
  )
  if (rows[0]!.standby)
    throw Object.assign(
      new Error(`${client.host}:${client.port} takes no writes: it is a standby, or read-only`),
      {
        code: '25006',
      },
    )
}

/**
 * Behind a transaction-mode pooler the next statement may run on another connection: statements are not named, and `settings`
 * are applied in each transaction.
 */
export function pooledClient(base: typeof pg.Client, settings: string): typeof pg.Client {
  return class extends base {
    // biome-ignore lint/suspicious/noExplicitAny: the driver's own signature has eight forms
    override query(config: any, ...rest: any[]): any {
      if (config === 'begin') return super.query(`begin; ${settings}`, ...rest)
      const named = typeof config === 'object' && config !== null && 'name' in config && !('submit' in config)
      return super.query(named ? { ...config, name: undefined } : config, ...rest)
    }
  }
}
