/** PostgreSQL servers of a drill: a primary, a standby that follows it, and PgBouncer in front. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'

const run = promisify(execFile)
const nobody = 65_534
const isRoot = process.getuid?.() === 0
/** PostgreSQL and PgBouncer refuse to run as root. */
const asNobody = isRoot ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : []

export type Server = {
  port: number
  /** All its processes, the first of which is the one that the others come from. */
  processes(): Promise<number[]>
  ask<T>(text: string): Promise<T[]>
  /** Ends at once, as a crash. */
  kill(): Promise<void>
}
export type Place = { folder: string; bin: string; remove(): Promise<void> }

/** @param bin of a PostgreSQL server; by default Debian's newest. @throws where that is not installed. */
export async function openPlace(bin = debianServer()): Promise<Place> {
  if (!bin) throw new Error('The drills need PostgreSQL: apt-get install postgresql')
  const folder = await mkdtemp(path.join(tmpdir(), 'latchkey-failover-'))
  if (isRoot) await chown(folder, nobody, nobody)
  return { folder, bin, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** The programs of Debian's newest PostgreSQL. */
export function debianServer(): string | null {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : []
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0]
  return newest ? `/usr/lib/postgresql/${newest}/bin` : null
}

function asServer(command: string, args: string[]): [string, string[]] {
  const [program, ...rest] = [...asNobody, command, ...args]
  return [program!, rest]
}

export const primaryHome = ({ folder }: Place) => path.join(folder, 'primary')

export async function startPrimary(place: Place): Promise<Server> {
  const { bin } = place
  const home = primaryHome(place)
  await run(
    ...asServer(`${bin}/initdb`, ['-D', home, '-U', 'latchkey', '--auth=trust', '-E', 'UTF8', '--no-sync']),
    { cwd: '/' },
  )
  const server = await serve(bin, home)
  await server.ask('create database latchkey')
  return server
}

/** A synchronous standby: from now on the primary waits for it before it acknowledges a commit. */
export async function startStandby({ folder, bin }: Place, primary: Server): Promise<Server> {
  const home = path.join(folder, 'standby')
  const from = ['-h', '127.0.0.1', '-p', `${primary.port}`, '-U', 'latchkey']
  await run(
    ...asServer(`${bin}/pg_basebackup`, ['-D', home, ...from, '-R', '--checkpoint=fast', '--no-sync']),
    { cwd: '/' },
  )
  const standby = await serve(bin, home)
  await primary.ask(`alter system set synchronous_standby_names = '*'`)
  await primary.ask('select pg_reload_conf()')
  const inSync = () => primary.ask(`select from pg_stat_replication where sync_state = 'sync'`)
  while ((await inSync()).length === 0) await pause(50)
  return standby
}

/** Starts a server on a cluster that exists. */
export async function serve(bin: string, home: string, port?: number): Promise<Server> {
  port ??= await freePort()
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'log_min_messages=fatal']
  const args = ['-D', home, '-p', `${port}`, ...settings.flatMap(one => ['-c', one])]
  const child = spawn(...asServer(`${bin}/postgres`, args), { cwd: '/', stdio: 'ignore' })
  const at = port
  const ask = <T>(text: string) => askAt<T>(at, text)
  while (
    !(await ask('select').then(
      () => true,
      () => false,
    ))
  )
    await pause(50)
  return {
    port: at,
    ask,
    processes: () => family(child.pid!),
    async kill() {
      const all = await family(child.pid!)
      for (const pid of all) signal(pid, 'SIGKILL')
      if (child.exitCode === null && child.signalCode === null)
        await new Promise<void>(resolve => child.once('exit', () => resolve()))
    },
  }
}

async function askAt<T>(port: number, text: string): Promise<T[]> {
  const database = text.startsWith('create database') ? 'postgres' : 'latchkey'
  const open = (name: string) => new pg.Client({ host: '127.0.0.1', port, user: 'latchkey', database: name })
  let client = open(database)
  client.on('error', () => {})
  await client.connect().catch(async error => {
    if (error.code !== '3D000') throw error
    client = open('postgres')
    await client.connect()
  })
  try {
    return (await client.query(text)).rows as T[]
  } finally {
    await client.end().catch(() => {})
  }
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended meanwhile.
  }
}

/** A process and its children, as Linux tells. */
async function family(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number)
  const children = await Promise.all(
    pids.map(async pid => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
      return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]) === parent ? [pid] : []
    }),
  )
  return [parent, ...children.flat()]
}

/** PgBouncer in transaction mode before a server. */
export async function startPooler(
  { folder }: Place,
  server: Server,
): Promise<{ port: number; child: ChildProcess }> {
  const port = await freePort()
  const home = path.join(folder, 'pgbouncer')
  await mkdir(home, { recursive: true })
  await writeFile(path.join(home, 'users.txt'), '"latchkey" ""\n')
  await writeFile(
    path.join(home, 'pgbouncer.ini'),
    `[databases]
latchkey = host=127.0.0.1 port=${server.port} dbname=latchkey
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${path.join(home, 'users.txt')}
pool_mode = transaction
default_pool_size = 5
`,
  )
  const child = spawn(...asServer('pgbouncer', ['-q', path.join(home, 'pgbouncer.ini')]), {
    cwd: '/',
    stdio: 'ignore',
  })
  while (
    !(await askAt(port, 'select').then(
      () => true,
      () => false,
    ))
  )
    await pause(50)
  return { port, child }
}
