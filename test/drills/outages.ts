import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { type Families, lostFamilies, openFamilies, refreshAll } from '../failover/_load.ts'
import { primaryHome, serve, signal } from '../failover/_postgres.ts'
import type { Stage } from './_stage.ts'
import type { Drill } from './run.ts'

/** Breaks something; returns what mends it. */
type Outage = (stage: Stage) => Promise<() => Promise<void>>

const outages: Record<string, Outage> = {
  async 'every connection to PostgreSQL is terminated, again and again'(stage) {
    const client = await beside(stage)
    const end = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = 'latchkey' and pid <> pg_backend_pid()`
    const timer = setInterval(() => client.query(end).catch(() => {}), 200)
    return async () => {
      clearInterval(timer)
      await client.end()
    }
  },

  async 'PostgreSQL crashes and is started again'(stage) {
    const { port } = stage.primary
    await stage.primary.kill()
    return async () => {
      stage.primary = await serve(stage.place.bin, primaryHome(stage.place), port)
    }
  },

  async 'PostgreSQL hangs'(stage) {
    const pids = await stage.primary.processes()
    for (const pid of pids) signal(pid, 'SIGSTOP')
    return async () => {
      for (const pid of pids) signal(pid, 'SIGCONT')
    }
  },

  async 'PostgreSQL takes no writes'(stage) {
    const client = await beside(stage)
    const turn = async (to: string) => {
      await client.query(`alter system set default_transaction_read_only = ${to}`)
      await client.query('select pg_reload_conf()')
    }
    await turn('on')
    return async () => {
      await client.query('set default_transaction_read_only = off')
      await turn('off')
      await client.end()
    }
  },

  async 'PostgreSQL has no connection left'(stage) {
    const others: pg.Client[] = []
    for (;;) {
      const client = await beside(stage).catch(() => null)
      if (!client) break
      others.push(client)
    }
    await others[0]!.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'latchkey' and application_name <> 'beside'`,
    )
    return async () => {
      await Promise.all(others.map(client => client.end()))
    }
  },

  async 'Redis hangs'({ redis }) {
    signal(redis.process.pid!, 'SIGSTOP')
    return async () => signal(redis.process.pid!, 'SIGCONT')
  },

  async 'Redis is full'({ redis }) {
    await redis.ask('config', 'set', 'maxmemory', '1')
    return async () => {
      await redis.ask('config', 'set', 'maxmemory', '0')
    }
  },

  async 'every connection to Redis is closed, again and again'({ redis }) {
    const timer = setInterval(() => redis.ask('client', 'kill', 'type', 'normal').catch(() => {}), 200)
    return async () => clearInterval(timer)
  },
}

async function beside({ env }: Stage): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: env.DATABASE_URL, application_name: 'beside' })
  client.on('error', () => {})
  await client.connect()
  return client
}

const milliseconds = 6_000

/** Stores that are away for six seconds while partners refresh at both hosts. */
export const storeOutages: Drill = async (stage, report) => {
  const families = await openFamilies(stage.base, stage.sql, 10, stage.world)
  for (const [name, outage] of Object.entries(outages)) await outlast(stage, report, families, name, outage)
}

async function outlast(
  stage: Stage,
  report: Parameters<Drill>[1],
  families: Families[],
  name: string,
  outage: Outage,
): Promise<void> {
  const load = refreshAll(
    stage.hosts.map(host => `http://127.0.0.1:${host.port}`),
    families,
  )
  await pause(1_000)
  const mend = await outage(stage)
  await pause(milliseconds)
  await mend()
  const mended = performance.now()
  await pause(4_000)
  await load.stop()
  const back = Math.max(0, Math.round(load.lastFailure - mended))
  const only = [...load.counts.keys()].every(status => status === 200 || status === 503)
  report(`${name}: answers by status`, Object.fromEntries(load.counts), only)
  report(`${name}: longest answer in ms`, Math.round(load.longestMs), load.longestMs < 5_000)
  report(`${name}: ms from its end to the last answer but 200`, back, back < 1_000)
  const lost = await lostFamilies(`http://127.0.0.1:${stage.hosts[0].port}`, families)
  report(`${name}: acknowledged tokens lost`, lost, lost === 0)
  const alive = stage.hosts.every(host => host.alive)
  report(`${name}: both hosts live on`, alive, alive)
}
