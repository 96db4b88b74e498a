import { randomUUID } from 'node:crypto'
import { expect } from '@jest/globals'
import type { PresentedToken } from '../../src/installs/bearer.ts'
import type { Capability } from '../../src/installs/capability.ts'
import { openAccess } from '../../src/storage/postgres/access.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { openClone } from './database.ts'
import { type Installed, seedInstalled, sha256 } from './installed.ts'
import { type SeededPage, seedWorld } from './seed.ts'

export type AccessWorld = Awaited<ReturnType<typeof openAccessWorld>>

/** A seeded database, and the question "may this token do that to this page?" put to it. */
export async function openAccessWorld() {
  const clone = await openClone()
  const sql = (text: string, values?: unknown[]) => clone.source.query(text, values)
  const pool = poolOf(clone.source)
  const access = openAccess(pool)
  const world = await seedWorld(sql)

  /** Asked both ways, for one page and for many. */
  async function may(
    token: string,
    page: { id: string },
    capability: Capability = 'read_content',
    now = new Date(),
  ): Promise<boolean> {
    const one = await access.page(presented(token), page.id, now)
    const many = await access.pages(presented(token), [page.id, randomUUID()], now)
    expect(many?.reached ?? []).toEqual(one?.page ? [page.id] : [])
    return one?.page != null && one.bearer.capabilities.includes(capability)
  }

  return {
    sql,
    pool,
    access,
    world,
    may,
    /** The token has access before, none while the change lasts, and again after its reversal. */
    async only(
      installed: Installed,
      page: { id: string },
      change: () => Promise<unknown>,
      back: () => Promise<unknown>,
    ): Promise<void> {
      expect(await may(installed.token, page)).toBe(true)
      await change()
      expect(await may(installed.token, page)).toBe(false)
      await back()
      expect(await may(installed.token, page)).toBe(true)
    },
    installedBy: (
      user: 'ada' | 'ben' | 'cleo',
      pages: SeededPage[],
      more: { scope?: string; capabilities?: string[] } = {},
    ) =>
      seedInstalled(sql, {
        workspaceId: world.workspaces.acme.id,
        userId: world.users[user].id,
        pages: pages.map(page => page.id),
        ...more,
      }),
    close: () => clone.drop(),
  }
}

export function presented(token: string): PresentedToken {
  return { kind: token.startsWith('lki_') ? 'internal' : 'access', hash: sha256(token) }
}
