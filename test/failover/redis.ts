import { setTimeout as pause } from 'node:timers/promises'
import { type RedisNode, startCluster, startSentinels } from '../support/redis-nodes.ts'
import { openPlace, startPrimary } from './_postgres.ts'
import { startProduct } from './_product.ts'
import type { Drill } from './run.ts'

/** The master dies, and sentinels make its replica the master. */
export const sentinel: Drill = async (dataDir, report) => {
  const set = await startSentinels({ password: 'secret' })
  const hosts = set.sentinels.map(one => `127.0.0.1:${one.port}`).join(',')
  await failover(dataDir, report, `redis+sentinel://:secret@${hosts}/latchkey`, set.master)
  await set.stop()
}

/** One of three masters dies, and its replica takes over. */
export const cluster: Drill = async (dataDir, report) => {
  const nodes = await startCluster({ replicas: true })
  await failover(dataDir, report, nodes.map(one => `redis://127.0.0.1:${one.port}`).join(','), nodes[1]!)
  await Promise.all(nodes.map(one => one.stop()))
}

async function failover(
  dataDir: string,
  report: Parameters<Drill>[1],
  url: string,
  dies: RedisNode,
): Promise<void> {
  const place = await openPlace()
  const primary = await startPrimary(place)
  const DATABASE_URL = `postgres://latchkey@127.0.0.1:${primary.port}/latchkey`
  const product = await startProduct(dataDir, { DATABASE_URL, REDIS_URL: url })
  const counts = new Map<number, number>()
  let going = true
  let [longest, lastFailure] = [0, 0]
  // A form that is posted reads and writes short-lived state under a key of its own.
  const visitors = Array.from({ length: 10 }, async (_, number) => {
    while (going) {
      const begun = performance.now()
      const status = await visit(product.bases[number % 2]!)
      counts.set(status, (counts.get(status) ?? 0) + 1)
      longest = Math.max(longest, performance.now() - begun)
      if (status !== 200) lastFailure = performance.now()
      await pause(20)
    }
  })
  await pause(2_000)
  await dies.stop()
  const died = performance.now()
  await pause(12_000)
  going = false
  await Promise.all(visitors)
  report(
    'answers by status',
    Object.fromEntries(counts),
    [...counts.keys()].every(one => one === 200 || one === 503),
  )
  report('longest answer in milliseconds', Math.round(longest), longest < 5_000)
  report(
    'milliseconds from the death of a master to the last answer that was not 200',
    Math.round(Math.max(0, lastFailure - died)),
    lastFailure - died < 8_000,
  )
  const ready = await fetch(`${product.bases[0]}/readyz`)
  report('/readyz afterwards', ready.status, ready.status === 200)
  await product.stop()
  await primary.kill()
  await place.remove()
}

/** A browser with an unknown session, which the store is asked for. */
async function visit(base: string): Promise<number> {
  const id = crypto.randomUUID().replaceAll('-', '').padEnd(43, 'x')
  const answer = await fetch(`${base}/sign-in`, { headers: { cookie: `latchkey=${id}` } }).catch(() => null)
  await answer?.text()
  return answer?.status ?? 0
}
