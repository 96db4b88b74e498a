import { setTimeout as pause } from 'node:timers/promises'
import { latchkey } from '../support/command.ts'
import { startNode } from '../support/redis-nodes.ts'
import { lostFamilies, openFamilies, refresh, refreshAll } from './_load.ts'
import { openPlace, type Server, signal, startPooler, startPrimary, startStandby } from './_postgres.ts'
import { startProduct } from './_product.ts'
import type { Drill } from './run.ts'

const families = 20
const addressOf = (...servers: { port: number }[]) =>
  `postgres://latchkey@${servers.map(one => `127.0.0.1:${one.port}`).join(',')}/latchkey`

/** A primary that dies under load, and a synchronous standby that takes over. */
export const postgres: Drill = async (dataDir, report) => {
  const place = await openPlace()
  const redis = await startNode()
  const primary = await startPrimary(place)
  const standby = await startStandby(place, primary)
  const stores = { DATABASE_URL: addressOf(primary, standby), REDIS_URL: `redis://127.0.0.1:${redis.port}` }
  const product = await startProduct(dataDir, stores, addressOf(primary))
  const opened = await openFamilies(product.bases[0]!, product.sql, families)
  const load = refreshAll(product.bases, opened)
  await pause(3_000)
  await primary.kill()
  await pause(3_000)
  const promoted = performance.now()
  await standby.ask('select pg_promote()')
  await pause(6_000)
  await load.stop()
  const back = Math.max(0, load.lastFailure - promoted)
  report(
    'answers by status',
    Object.fromEntries(load.counts),
    [...load.counts.keys()].every(one => one === 200 || one === 503),
  )
  report(
    'milliseconds from the promotion to the last answer that was not 200',
    Math.round(back),
    back < 5_000,
  )
  const lost = await lostFamilies(product.bases[0]!, opened)
  report('acknowledged tokens lost', lost, lost === 0)
  await product.stop()
  await standby.kill()
  await redis.stop()
  await place.remove()
}

/** A database that is stopped for twenty seconds, and goes on. */
export const hang: Drill = async (dataDir, report) => {
  const place = await openPlace()
  const redis = await startNode()
  const primary = await startPrimary(place)
  const stores = { DATABASE_URL: addressOf(primary), REDIS_URL: `redis://127.0.0.1:${redis.port}` }
  const product = await startProduct(dataDir, stores)
  const opened = await openFamilies(product.bases[0]!, product.sql, families)
  await hangs(report, 'PostgreSQL', await primary.processes(), product.bases, opened)
  const stopped = [redis.process.pid!]
  await hangs(report, 'Redis', stopped, product.bases, opened)
  await product.stop()
  await primary.kill()
  await redis.stop()
  await place.remove()
}

async function hangs(
  report: Parameters<Drill>[1],
  store: string,
  pids: number[],
  bases: string[],
  opened: Awaited<ReturnType<typeof openFamilies>>,
): Promise<void> {
  const load = refreshAll(bases, opened)
  await pause(2_000)
  for (const pid of pids) signal(pid, 'SIGSTOP')
  await pause(20_000)
  const ready = await fetch(`${bases[0]}/readyz`)
  for (const pid of pids) signal(pid, 'SIGCONT')
  const returned = performance.now()
  await pause(4_000)
  await load.stop()
  const back = Math.max(0, load.lastFailure - returned)
  const longest = Math.round(load.longestMs)
  report(`${store} hangs: answers by status`, Object.fromEntries(load.counts), !load.counts.has(500))
  report(`${store} hangs: longest answer in milliseconds`, longest, longest < 5_000)
  report(`${store} hangs: /readyz meanwhile`, ready.status, ready.status === 503)
  report(
    `${store} hangs: milliseconds from its return to the last answer that was not 200`,
    Math.round(back),
    back < 1_000,
  )
}

/** PgBouncer in transaction mode between, with POOLER and as doctor sees it without. */
export const pooler: Drill = async (dataDir, report) => {
  const place = await openPlace()
  const redis = await startNode()
  const primary: Server = await startPrimary(place)
  await primary.ask('alter role latchkey set lock_timeout = 2500')
  await primary.ask('alter role latchkey set statement_timeout = 2750')
  const bouncer = await startPooler(place, primary)
  const stores = {
    DATABASE_URL: addressOf(bouncer),
    DIRECT_DATABASE_URL: addressOf(primary),
    POOLER: 'transaction',
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
  }
  const product = await startProduct(dataDir, stores, addressOf(primary))
  const opened = await openFamilies(product.bases[0]!, product.sql, families)
  const load = refreshAll(product.bases, opened)
  await pause(5_000)
  await load.stop()
  report(
    'answers by status',
    Object.fromEntries(load.counts),
    [...load.counts.keys()].every(one => one === 200),
  )
  report('a refresh afterwards', await refresh(product.bases[1]!, opened[0]!))
  const examine = async (env: Record<string, string>) => {
    const { checks } = (await latchkey(['doctor', '--json'], env)).json() as {
      checks: { name: string; ok: boolean; found: string }[]
    }
    return checks.find(one => one.name === 'pooler')!
  }
  const told = await examine(product.env)
  report('doctor, told', told.found, told.ok)
  const untold = await examine({ ...product.env, POOLER: '' })
  report('doctor, not told', untold.found, !untold.ok)
  const line = JSON.stringify({ kind: 'workspace', id: crypto.randomUUID(), name: 'Imported', plan: 'free' })
  const imported = await latchkey(['import', '-'], product.env, line)
  report('an import by DIRECT_DATABASE_URL', imported.code, imported.code === 0)
  const refused = await latchkey(['import', '-'], { ...product.env, DIRECT_DATABASE_URL: '' }, line)
  report(
    'an import through the pooler',
    refused.err.trim(),
    refused.code === 1 && refused.err.includes('DIRECT_DATABASE_URL'),
  )
  await product.stop()
  bouncer.child.kill('SIGKILL')
  await primary.kill()
  await redis.stop()
  await place.remove()
}
