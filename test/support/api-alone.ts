import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import type pg from 'pg'
import { type ApiNeeds, createApi } from '../../src/api/api.ts'
import { openCursors } from '../../src/api/cursor.ts'
import { apiStores } from '../../src/compose/api.ts'
import { dpopProofs } from '../../src/dpop/proofs.ts'
import { uuidv7 } from '../../src/installs/ids.ts'
import { memoryShortLived } from '../../src/storage/memory/short-lived.ts'
import { openFeed } from '../../src/storage/postgres/directory/feed.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { openEventFeed } from '../../src/storage/postgres/webhooks/feed.ts'
import { openLimits } from '../../src/storage/rate-limits.ts'
import { isUnavailable } from '../../src/storage/unavailable.ts'
import { openClone } from './database.ts'
import { seedInstalled } from './installed.ts'
import { seedWorld } from './seed.ts'

export type Started = { base: string; faults: unknown[]; lookUps: () => number }

/** The API alone, on stores that a test may replace, with one installation that reaches the roadmap. */
export async function openApiAlone() {
  const clone = await openClone()
  const sql = (text: string, values?: unknown[]) => clone.source.query(text, values)
  const shared = poolOf(clone.source)
  const world = await seedWorld(sql)
  const closing: (() => unknown)[] = []
  const relay = await seedInstalled(sql, {
    workspaceId: world.workspaces.acme.id,
    userId: world.users.ben.id,
    pages: [world.pages.roadmap.id],
  })

  async function start(changed: Partial<ApiNeeds> = {}, pool: pg.Pool = shared): Promise<Started> {
    const faults: unknown[] = []
    let lookUps = 0
    const postgres = apiStores(pool)
    const app = new Koa()
    app.use((ctx, next) => {
      ctx.state.requestId = uuidv7()
      ctx.set('x-request-id', ctx.state.requestId)
      return next()
    })
    app.use(
      createApi({
        issuer: 'https://latchkey.test',
        partnerApi: 'full',
        cursors: openCursors([Buffer.alloc(32, 7)]),
        proofs: dpopProofs({
          secretKeys: [Buffer.alloc(32, 7)],
          shortLived: memoryShortLived(),
          now: () => new Date(),
        }),
        ...postgres,
        access: {
          ...postgres.access,
          page(...asked) {
            lookUps++
            return postgres.access.page(...asked)
          },
        },
        limits: openLimits(null),
        noteUse() {},
        directory: { ...openFeed(pool), import: async () => ({ kind: 'refused', faults: [] }) },
        completeLogin: async () => ({ kind: 'over' }),
        events: openEventFeed(pool),
        now: () => new Date(),
        newId: uuidv7,
        isUnavailable,
        reportFault: error => faults.push(error),
        ...changed,
      }),
    )
    const server = app.listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    closing.push(() => new Promise(resolve => server.close(resolve)))
    return {
      base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      faults,
      lookUps: () => lookUps,
    }
  }

  return {
    sql,
    pool: shared,
    world,
    relay,
    start,
    /** Servers and stores that a test opened, closed with the rest. */
    closeLater: (close: () => unknown) => closing.push(close),
    async close() {
      for (const close of closing) await close()
      await clone.drop()
    },
  }
}
