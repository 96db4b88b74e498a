/** The stage of a drill: PostgreSQL of a version, Redis, two processes of the server behind a balancer, and people. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { serverCommand } from '../../src/storage/postgres/embedded/programs.ts'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { debianServer, openPlace, type Place, type Server, startPrimary } from '../failover/_postgres.ts'
import { latchkey } from '../support/command.ts'
import { Person } from '../support/person.ts'
import { type RedisNode, startNode } from '../support/redis-nodes.ts'
import { seedWorld, type World } from '../support/seed.ts'
import { type Balancer, startBalancer } from './_balancer.ts'
import type { Fatal } from './_store-calls.ts'

export type Stage = {
  /** Where the balancer listens: the issuer. */
  base: string
  balancer: Balancer
  hosts: [Host, Host]
  primary: Server
  place: Place
  redis: RedisNode
  env: Record<string, string>
  world: World
  /** A credential of the host product that may feed the directory. */
  admin: string
  sql<T = Record<string, unknown>>(text: string, values?: unknown[]): Promise<T[]>
  /** Somebody at a browser of their own, signed in. */
  personOf(name: keyof World['users']): Promise<Person>
  close(): Promise<void>
}

const preload = pathToFileURL(path.join(import.meta.dirname, '_store-calls.ts')).href

/** A process of the server that can be killed and started again on its port. */
export class Host {
  readonly port: number
  private env: Record<string, string>
  private child!: ChildProcess
  private ended!: Promise<unknown>
  /** Resolves when it serves again. */
  ready: Promise<void> = Promise.resolve()

  constructor(port: number, env: Record<string, string>) {
    this.port = port
    this.env = env
  }

  start(): Promise<void> {
    this.ready = this.launch()
    return this.ready
  }

  private async launch(): Promise<void> {
    const child = spawn(process.execPath, ['--import', preload, 'src/cli.ts', 'start'], {
      env: { PATH: process.env.PATH, LOG_LEVEL: 'silent', DEMO: 'false', ...this.env, PORT: `${this.port}` },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    this.child = child
    this.ended = once(child, 'exit')
    const early = this.ended.then(() => {
      throw new Error(`a host ended with ${child.exitCode ?? child.signalCode}`)
    })
    await Promise.race([once(child.stdout!, 'data'), early])
    early.catch(() => {})
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** Ends at the store call that is named, of the requests from now on. */
  async arm(fatal: Fatal): Promise<void> {
    this.child.send(fatal, () => {}) // it may have ended
    await Promise.race([once(this.child, 'message'), this.ended])
  }

  /** Store calls since it was armed; infinite when it ends meanwhile. */
  async calls(): Promise<number> {
    this.child.send('count', () => {}) // it may have ended
    const dead = this.ended.then(() => [Number.POSITIVE_INFINITY])
    const [count] = await Promise.race([once(this.child, 'message'), dead])
    return count as number
  }

  /** Stops it as an operator does, and starts it with other variables. */
  async restart(variables: Record<string, string>): Promise<void> {
    this.env = { ...this.env, ...variables }
    this.child.kill('SIGINT')
    await this.ended
    await this.start()
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.ended
  }
}

/** The programs of a PostgreSQL of this major version. @throws where neither Debian nor the packages have it. */
async function programsOf(version: string): Promise<string> {
  const { bin } = await serverCommand()
  const known = { 18: bin, [path.basename(path.dirname(debianServer() ?? '/0/bin'))]: debianServer() }
  const found = known[version]
  if (!found)
    throw new Error(`There is no PostgreSQL ${version} here, but ${Object.keys(known).join(' and ')}`)
  return found
}

export async function openStage(version: string): Promise<Stage> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'latchkey-drill-'))
  const place = await openPlace(await programsOf(version))
  const [primary, redis] = await Promise.all([startPrimary(place), startNode()])
  const ports = [await freePort(), await freePort()]
  const balancer = await startBalancer(ports)
  const base = `http://localhost:${balancer.port}`
  const env = {
    ...{ DATA_DIR: dataDir, ISSUER: base, REDIS_URL: `redis://127.0.0.1:${redis.port}` },
    DATABASE_URL: `postgres://latchkey@127.0.0.1:${primary.port}/latchkey`,
  }
  const migrated = await latchkey(['migrate'], env)
  if (migrated.code !== 0) throw new Error(migrated.err)
  const hosts = ports.map(port => new Host(port, env)) as [Host, Host]
  for (const host of hosts) await host.start()
  const pool = new pg.Pool({ connectionString: env.DATABASE_URL, max: 4 })
  pool.on('error', () => {})
  const sql: Stage['sql'] = async (text, values) => (await pool.query(text, values)).rows
  const admin = newTokenValue('lkh_')
  await sql(
    `insert into admin_credentials (id, name, scopes, secret_hash, hint, created_at)
     values ($1, 'Host', '{directory}', $2, 'hint', now())`,
    [randomUUID(), createHash('sha256').update(admin).digest()],
  )
  const world = await seedWorld(sql)
  const profiles = new Map<string, Person>()
  const stage: Stage = {
    ...{ base, balancer, hosts, primary, place, redis, env, world, admin, sql },
    async personOf(name) {
      const signed = profiles.get(name) ?? (await signIn(base, world.users[name].email))
      profiles.set(name, signed)
      const person = new Person(base)
      for (const cookie of await signed.jar.getCookies(base)) await person.jar.setCookie(`${cookie}`, base)
      return person
    },
    async close() {
      await pool.end().catch(() => {})
      await Promise.all(hosts.map(host => host.kill()))
      await balancer.close()
      await stage.primary.kill()
      await redis.stop()
      await place.remove()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return stage
}

async function signIn(base: string, email: string): Promise<Person> {
  const person = new Person(base)
  await person.open('/sign-in')
  await person.signIn(email)
  return person
}
