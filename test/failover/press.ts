import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { startBalancer } from '../drills/_balancer.ts'
import { latchkey } from '../support/command.ts'
import { whileHeld } from '../support/held-rows.ts'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { startProcess } from '../support/process.ts'
import { startRedis } from '../support/redis-server.ts'
import { seedConnection, seedWorld } from '../support/seed.ts'
import { openPlace, startPrimary } from './_postgres.ts'
import type { Drill } from './run.ts'

const rounds = 12

/** One of two hosts is killed in the middle of Allow access, again and again, and the button is pressed anew at once. */
export const press: Drill = async (dataDir, report) => {
  const place = await openPlace()
  const [primary, redis, balancer] = [await startPrimary(place), await startRedis(), await startBalancer([])]
  const DATABASE_URL = `postgres://latchkey@127.0.0.1:${primary.port}/latchkey`
  const ISSUER = `http://localhost:${balancer.port}`
  const env = { DATA_DIR: dataDir, DATABASE_URL, REDIS_URL: redis.url, ISSUER }
  const migrated = await latchkey(['migrate'], env)
  if (migrated.code !== 0) throw new Error(migrated.err)
  const start = async (port: number) => ({ port, ...(await startProcess({ ...env, PORT: `${port}` })) })
  let [victim, other] = [await start(await freePort()), await start(await freePort())]

  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 2 })
  const sql = async (text: string, values?: unknown[]) => (await pool.query(text, values)).rows
  const world = await seedWorld(sql)
  const marks = new Redis(redis.url)
  const waits: number[] = []
  let redeemed = 0
  for (let round = 0; round < rounds; round++) {
    balancer.order = [victim.port, other.port]
    const partner = await Partner.discover(ISSUER, await seedConnection(sql))
    const ben = new Person(ISSUER)
    await ben.open(await partner.authorizeUrl())
    await ben.signIn(world.users.ben.email)
    await ben.press('Select pages')
    const { action, body } = ben.formOf('Allow access', { pages: [world.pages.roadmap.id] })
    const allow = () => ben.open(action, { method: 'POST', body })
    await whileHeld(DATABASE_URL, 'lock table consents in exclusive mode', [], async () => {
      const cut = allow().catch(() => {})
      while ((await marks.keys('latchkey:one-press:*')).length === 0) await pause(10)
      await pause(50 * round) // at another moment of the lease
      victim.child.kill('SIGKILL')
      await victim.ended
      await cut
    })
    const begun = performance.now()
    await allow()
    waits.push(Math.round(performance.now() - begun))
    if ((await partner.redeem(ben.visit.url)).access_token) redeemed++
    await marks.flushdb()
    ;[victim, other] = [other, await start(victim.port)]
  }
  report('presses after a kill that led to tokens', `${redeemed} of ${rounds}`, redeemed === rounds)
  const longest = Math.max(...waits)
  report('milliseconds from the press to the partner’s address, longest', longest, longest < 1_000)
  report('… each', waits)
  for (const { child } of [victim, other]) child.kill('SIGKILL')
  marks.disconnect()
  await pool.end()
  await balancer.close()
  await redis.stop()
  await primary.kill()
  await place.remove()
}
