import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { lostFamilies, openFamilies, refreshAll } from '../failover/_load.ts'
import type { Drill } from './run.ts'

type Step = { host: 0 | 1; keys: string[] }

/** Each way to bring a new key to two hosts; the key is first or behind the old one, the hosts in either order. */
function ways(old: string, fresh: string): [name: string, steps: Step[]][] {
  const orders = [
    [0, 1],
    [1, 0],
  ] as const
  const rolled = (order: readonly (0 | 1)[], keys: string[]) => order.map(host => ({ host, keys }))
  return orders.flatMap(order => [
    [`in front at once, host ${order[0] + 1} first`, rolled(order, [fresh, old])],
    ...orders.map((second): [string, Step[]] => [
      `behind (host ${order[0] + 1} first), then in front (host ${second[0] + 1} first)`,
      [...rolled(order, [old, fresh]), ...rolled(second, [fresh, old])],
    ]),
  ])
}

/** A host follows the others every five seconds. */
const followMs = 6_000

/** SECRET_KEYS rolled out host by host in every order, while partners refresh at both hosts. */
export const rotation: Drill = async (stage, report, { seed }) => {
  const families = await openFamilies(stage.base, stage.sql, 4, stage.world)
  const keyNumber = (number: number) => Buffer.alloc(32, `${seed} ${number}`).toString('base64')
  let old = (await readFile(path.join(stage.env.DATA_DIR!, 'secret-key'), 'utf8')).trim()
  for (const [number, [name, steps]] of ways('old', 'fresh').entries()) {
    const fresh = keyNumber(number + 1)
    const load = refreshAll(
      stage.hosts.map(host => `http://127.0.0.1:${host.port}`),
      families,
    )
    for (const { host, keys } of steps) {
      const named = keys.map(key => (key === 'old' ? old : fresh)).join(',')
      await stage.hosts[host].restart({ SECRET_KEYS: named })
      await pause(followMs)
    }
    await load.stop()
    const only = [...load.counts.keys()].every(status => [0, 200, 429, 503].includes(status))
    report(
      `${name}: answers by status (0: the host was away; 429: more than a client may)`,
      Object.fromEntries(load.counts),
      only,
    )
    const lost = await lostFamilies(stage.base, families)
    report(`${name}: families lost`, lost, lost === 0)
    // The old key may go two minutes after the last host wrote with it.
    await stage.sql(`update live_hosts set switched_at = switched_at - interval '2 minutes'`)
    for (const host of stage.hosts) await host.restart({ SECRET_KEYS: fresh })
    old = fresh
  }
}
