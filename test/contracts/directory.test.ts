import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { openClone } from '../support/database.ts'
import {
  importBytes,
  importLines,
  keptPaths,
  type Line,
  memberLine,
  pageLine,
  rightPaths,
  sameRandom,
  userLine,
  workspaceLine,
} from '../support/directory.ts'

let database: Awaited<ReturnType<typeof openClone>>
let pool: Pool

beforeAll(async () => {
  database = await openClone()
  pool = poolOf(database.source)
})
afterAll(() => database.drop())

const ids = (count: number) => Array.from({ length: count }, () => randomUUID())
const one = async (text: string, values: unknown[]) => (await pool.query(text, values)).rows[0]

function shuffled<T>(list: readonly T[], random: (below: number) => number): T[] {
  const copy = [...list]
  for (let at = copy.length - 1; at > 0; at--) {
    const other = random(at + 1)
    ;[copy[at], copy[other]] = [copy[other]!, copy[at]!]
  }
  return copy
}

describe('the import of the directory', () => {
  it('takes users, workspaces, members and pages in any order within a file', async () => {
    const [workspace, ada, ben] = ids(3) as [string, string, string]
    const pages = ids(60)
    const random = sameRandom(7)
    const lines: Line[] = [
      userLine(ada, { email: 'ada@acme.test', avatar_url: 'https://acme.test/ada.png' }),
      userLine(ben.replaceAll('-', '').toUpperCase(), { email: 'ben@acme.test', disabled: true }),
      workspaceLine(workspace, { icon: '🏔️', plan: 'enterprise' }),
      memberLine(workspace, ada, { role: 'owner' }),
      memberLine(workspace, ben),
      ...pages.map((id, at) => pageLine(workspace, id, at < 4 ? null : pages[random(at)]!)),
    ]
    lines[5]!.private_to = [ada, ben, ada]
    for (let round = 0; round < 3; round++) {
      const result = await importLines(pool, shuffled(lines, random))
      expect(result.lines).toBe(65)
      expect(result.changed).toEqual(
        round === 0
          ? { user: 2, workspace: 1, member: 2, page: 60 }
          : { user: 0, workspace: 0, member: 0, page: 0 },
      )
    }
    expect(await keptPaths(pool, workspace)).toEqual(await rightPaths(pool, workspace))
    expect(await one('select email, disabled, password_hash from users where id = $1', [ben])).toEqual({
      email: 'ben@acme.test',
      disabled: true,
      password_hash: null,
    })
    const viewers = await pool.query('select user_id from page_viewers where page_id = $1', [pages[0]])
    expect(viewers.rows.map(row => row.user_id).sort()).toEqual([ada, ben].sort())
    expect(await one('select private, type, title from pages where id = $1', [pages[0]])).toEqual({
      private: true,
      type: 'page',
      title: 'Roadmap',
    })
  })

  it('brings what it names up to date, leaves the rest, and lets the last of two lines about one thing count', async () => {
    const [workspace, ada, root, child] = ids(4) as [string, string, string, string]
    await importLines(pool, [
      userLine(ada),
      workspaceLine(workspace),
      memberLine(workspace, ada, { role: 'owner' }),
      pageLine(workspace, root),
      pageLine(workspace, child, root, { icon: '🧪' }),
    ])
    const { changed } = await importLines(pool, [
      memberLine(workspace, ada, { role: 'guest' }),
      workspaceLine(workspace, { name: 'First', plan: 'plus' }),
      pageLine(workspace, root, null, { title: 'Earlier', archived: true }),
      workspaceLine(workspace, { name: 'Second', plan: 'business' }),
      memberLine(workspace, ada, { role: 'member' }),
      pageLine(workspace, root, null, { title: 'Later', type: 'database' }),
    ])
    expect(changed).toEqual({ user: 0, workspace: 1, member: 1, page: 1 })
    expect(await one('select name, plan from workspaces where id = $1', [workspace])).toEqual({
      name: 'Second',
      plan: 'business',
    })
    expect(await one('select role from members where user_id = $1', [ada])).toEqual({ role: 'member' })
    expect(await one('select title, type, archived from pages where id = $1', [root])).toEqual({
      title: 'Later',
      type: 'database',
      archived: false,
    })
    expect(await one('select icon from pages where id = $1', [child])).toEqual({ icon: '🧪' })
  })

  it('hashes passwords on the way in, once while they stay the same', async () => {
    const ada = randomUUID()
    const hashOf = async () =>
      (await one('select password_hash from users where id = $1', [ada])).password_hash
    await importLines(pool, [userLine(ada, { password: 'first' })])
    const first = await hashOf()
    expect(first).toMatch(/^hashed .* first$/)
    expect((await importLines(pool, [userLine(ada, { password: 'first' })])).changed.user).toBe(0)
    await importLines(pool, [userLine(ada, { name: 'Ada Okafor' })])
    expect(await hashOf()).toBe(first)
    await importLines(pool, [userLine(ada, { password: 'second' })])
    expect(await hashOf()).toMatch(/ second$/)
  })

  it('lets two users exchange their addresses in one file', async () => {
    const [ada, ben] = ids(2) as [string, string]
    await importLines(pool, [
      userLine(ada, { email: `${ada}@a.test` }),
      userLine(ben, { email: `${ben}@b.test` }),
    ])
    await importLines(pool, [
      userLine(ada, { email: `${ben}@B.test` }),
      userLine(ben, { email: `${ada}@a.test` }),
    ])
    expect(await one('select email from users where id = $1', [ada])).toEqual({ email: `${ben}@B.test` })
    expect(await one('select email from users where id = $1', [ben])).toEqual({ email: `${ada}@a.test` })
  })

  it('reads lines as they come: cut anywhere, ended by CR LF, with a BOM, empty ones and U+2028 among them', async () => {
    const [workspace, page] = ids(2) as [string, string]
    const title = 'Zeile\u2028eins 🏔️ "zitiert" \\ \t Ende'
    const text = `\ufeff${JSON.stringify(workspaceLine(workspace))}\r\n\n  \r\n${JSON.stringify(
      pageLine(workspace, page, null, { title }),
    )}`
    const bytes = Buffer.from(text)
    const single = Array.from(bytes, byte => Uint8Array.of(byte))
    expect((await importBytes(pool, single)).lines).toBe(2)
    expect(await one('select title from pages where id = $1', [page])).toEqual({ title })
    expect((await importBytes(pool, [bytes])).changed.page).toBe(0)
    expect((await importBytes(pool, [])).lines).toBe(0)
  })

  it('keeps titles of 2,000 characters, whatever bytes they take', async () => {
    const [workspace, ...pages] = ids(4) as [string, string, string, string]
    const titles = ['🏔'.repeat(2_000), '', 'ab'.repeat(1_000)]
    await importLines(pool, [
      workspaceLine(workspace),
      ...pages.map((id, at) => pageLine(workspace, id, null, { title: titles[at] })),
    ])
    for (const [at, id] of pages.entries())
      expect(await one('select title from pages where id = $1', [id])).toEqual({ title: titles[at] })
  })

  it('takes a level of more pages than a batch, and counts them', async () => {
    const [workspace, root] = ids(2) as [string, string]
    const lines = [
      workspaceLine(workspace),
      pageLine(workspace, root),
      ...ids(25_000).map(id => pageLine(workspace, id, root)),
    ]
    expect((await importLines(pool, lines)).changed.page).toBe(25_001)
    expect(await keptPaths(pool, workspace)).toEqual(await rightPaths(pool, workspace))
    expect((await importLines(pool, lines)).changed.page).toBe(0)
  })

  it('keeps nothing of a batch that the database refuses, and goes on from there when it is run again', async () => {
    const [workspace, root, bad] = ids(3) as [string, string, string]
    const lines = [
      workspaceLine(workspace),
      pageLine(workspace, root),
      ...[...ids(21_000), bad].map(id => pageLine(workspace, id, root)),
    ]
    await pool.query(`alter table pages add constraint trouble check (id <> '${bad}')`)
    await expect(importLines(pool, lines)).rejects.toThrow(/trouble/)
    await pool.query('alter table pages drop constraint trouble')
    const kept = await keptPaths(pool, workspace)
    expect([10_001, 20_001]).toContain(kept.length)
    expect(kept).toEqual(await rightPaths(pool, workspace))
    expect((await importLines(pool, lines)).changed.page).toBe(21_002 - kept.length)
    expect(await keptPaths(pool, workspace)).toEqual(await rightPaths(pool, workspace))
  })

  it('tells how far it is', async () => {
    const [workspace, ...pages] = ids(30) as [string, ...string[]]
    const told: unknown[] = []
    await importLines(pool, [workspaceLine(workspace), ...pages.map(id => pageLine(workspace, id))], {
      onProgress: progress => told.push(progress),
    })
    expect(told[0]).toMatchObject({ step: 'reading' })
    expect(told.at(-1)).toEqual({ step: 'writing', pages: 29, of: 29 })
  })
})

describe('an import that changes the tree', () => {
  it('keeps every path right through random moves, archivings and openings', async () => {
    const [workspace, ada] = ids(2) as [string, string]
    const pages = ids(80)
    const random = sameRandom(11)
    const parents = new Map<string, string | null>(
      pages.map((id, at) => [id, at < 5 ? null : pages[random(at)]!]),
    )
    const lineOf = (id: string) =>
      pageLine(workspace, id, parents.get(id)!, {
        archived: random(6) === 0,
        ...(parents.get(id) === null && random(2) ? { private_to: [ada] } : {}),
      })
    await importLines(pool, [workspaceLine(workspace), userLine(ada), ...pages.map(lineOf)])
    for (let round = 0; round < 12; round++) {
      const touched = new Set(Array.from({ length: 12 }, () => pages[random(pages.length)]!))
      for (const id of touched) {
        const target = random(5) ? pages[random(pages.length)]! : null
        if (!isBelow(parents, target, id)) parents.set(id, target)
      }
      await importLines(pool, shuffled([...touched].map(lineOf), random))
      expect(await keptPaths(pool, workspace)).toEqual(await rightPaths(pool, workspace))
    }
    const { rows } = await pool.query('select id, parent_id from pages where workspace_id = $1', [workspace])
    expect(new Map(rows.map(row => [row.id, row.parent_id]))).toEqual(parents)
    const stray = await pool.query(
      `select from page_viewers v join pages p on p.id = v.page_id where p.workspace_id = $1 and not p.private`,
      [workspace],
    )
    expect(stray.rowCount).toBe(0)
  })

  it('turns a chain upside down, which no order of single moves would', async () => {
    const workspace = randomUUID()
    const chain = ids(6)
    const chained = (order: string[]) => order.map((id, at) => pageLine(workspace, id, order[at - 1] ?? null))
    await importLines(pool, [workspaceLine(workspace), ...chained(chain)])
    const turned = chained([...chain].reverse())
    expect((await importLines(pool, turned)).changed.page).toBe(6)
    expect(await keptPaths(pool, workspace)).toEqual(await rightPaths(pool, workspace))
    expect((await importLines(pool, turned)).changed.page).toBe(0)
  })

  it('moves a page below one that comes in the same file, and makes a private page open below it', async () => {
    const [workspace, ada, moved, leaf, fresh] = ids(5) as [string, string, string, string, string]
    await importLines(pool, [
      workspaceLine(workspace),
      userLine(ada),
      pageLine(workspace, moved, null, { private_to: [ada] }),
      pageLine(workspace, leaf, moved),
    ])
    await importLines(pool, [pageLine(workspace, moved, fresh), pageLine(workspace, fresh)])
    expect(await keptPaths(pool, workspace)).toEqual(await rightPaths(pool, workspace))
    expect(await one('select private from pages where id = $1', [moved])).toEqual({ private: false })
    expect((await pool.query('select from page_viewers where page_id = $1', [moved])).rowCount).toBe(0)
    expect(await one('select path::text[] as path from page_paths where page_id = $1', [leaf])).toEqual({
      path: [fresh, moved, leaf],
    })
  })

  it('closes a root to all but those whom it lists, and opens it again', async () => {
    const [workspace, ada, ben, page] = ids(4) as [string, string, string, string]
    const viewers = async () =>
      (await pool.query('select user_id from page_viewers where page_id = $1', [page])).rows.map(
        row => row.user_id,
      )
    await importLines(pool, [
      workspaceLine(workspace),
      userLine(ada),
      userLine(ben),
      pageLine(workspace, page),
    ])
    await importLines(pool, [pageLine(workspace, page, null, { private_to: [ada, ben] })])
    expect((await viewers()).sort()).toEqual([ada, ben].sort())
    await importLines(pool, [pageLine(workspace, page, null, { private_to: [ben] })])
    expect(await viewers()).toEqual([ben])
    await importLines(pool, [pageLine(workspace, page, null, { private_to: [] })])
    expect([await viewers(), await one('select private from pages where id = $1', [page])]).toEqual([
      [],
      { private: true },
    ])
    await importLines(pool, [pageLine(workspace, page, null, { private_to: null })])
    expect(await one('select private from pages where id = $1', [page])).toEqual({ private: false })
  })
})

describe('a member who is taken out', () => {
  it('loses their installations there and none elsewhere, and does not get them back by returning', async () => {
    const [acme, side, ada, connection, here, there, over] = ids(7) as string[] as [
      ...[string, string, string, string, string, string, string],
    ]
    await importLines(pool, [
      workspaceLine(acme),
      workspaceLine(side),
      userLine(ada),
      memberLine(acme, ada),
      memberLine(side, ada),
    ])
    await pool.query(`insert into connections (id, kind, name) values ($1, 'public', 'Relay')`, [connection])
    const other = randomUUID()
    await pool.query(`insert into connections (id, kind, name) values ($1, 'public', 'Zap')`, [other])
    for (const [workspace, id, of, state] of [
      [acme, here, connection, 'active'],
      [side, there, connection, 'active'],
      [acme, over, other, 'revoked'],
    ])
      await pool.query(
        `insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
         values ($1, $2, $3, $4, $5, '{}', now(), now())`,
        [workspace, id, of, ada, state],
      )
    const out = { kind: 'member', workspace_id: acme, user_id: ada, removed: true }
    expect((await importLines(pool, [out])).changed.member).toBe(1)
    const state = async (id: string) =>
      one('select state, state_reason from installations where id = $1', [id])
    expect(await state(here)).toEqual({ state: 'suspended', state_reason: 'installer-left' })
    expect(await state(there)).toEqual({ state: 'active', state_reason: null })
    expect(await state(over)).toEqual({ state: 'revoked', state_reason: null })
    expect(await one('select kind, actor_id, data from events where installation_id = $1', [here])).toEqual({
      kind: 'installation.suspended',
      actor_id: null,
      data: { reason: 'installer-left' },
    })
    expect((await importLines(pool, [out])).changed.member).toBe(0)
    await importLines(pool, [memberLine(acme, ada)])
    expect(await state(here)).toEqual({ state: 'suspended', state_reason: 'installer-left' })
    expect((await pool.query('select from events where workspace_id = $1', [acme])).rowCount).toBe(1)
  })
})

describe('two who write at once', () => {
  it('import the same file twice at once, and once is enough', async () => {
    const [workspace, ...pages] = ids(300) as [string, ...string[]]
    const lines = [
      workspaceLine(workspace),
      ...pages.map((id, at) => pageLine(workspace, id, at ? pages[Math.floor(at / 3)]! : null)),
    ]
    const results = await Promise.all([1, 2, 3].map(() => importLines(pool, lines)))
    expect(results.map(result => result.changed.page).sort((a, b) => a - b)).toEqual([0, 0, 299])
    expect(await keptPaths(pool, workspace)).toEqual(await rightPaths(pool, workspace))
  })
})

function isBelow(parents: Map<string, string | null>, page: string | null, top: string): boolean {
  for (let at = page; at !== null; at = parents.get(at)!) if (at === top) return true
  return false
}
