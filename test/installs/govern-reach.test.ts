import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type pg from 'pg'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { readConnections } from '../../src/storage/postgres/queries/settings/connections.ts'
import { readMyConnections } from '../../src/storage/postgres/queries/settings/my-connections.ts'
import { openClone } from '../support/database.ts'
import { grantPage, seedInstalled } from '../support/installed.ts'
import { type SeededPage, seedPage, seedWorld, type World } from '../support/seed.ts'

let clone: Awaited<ReturnType<typeof openClone>>
let pool: pg.Pool
let world: World
let acme: string
const pages: SeededPage[] = []
const sql = (text: string, values?: unknown[]) => clone.source.query(text, values)

let state = 7
const random = (below: number) => {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31
  return Math.floor((state / 2 ** 31) * below)
}

beforeAll(async () => {
  clone = await openClone()
  pool = poolOf(clone.source)
  world = await seedWorld(sql)
  acme = world.workspaces.acme.id
  const { ben, cleo, gus } = world.users
  for (let n = 0; n < 120; n++) {
    const parent = n < 12 ? null : pages[random(n)]!
    const viewers = parent ? null : [null, null, [ben.id], [cleo.id, gus.id]][random(4)]!
    pages.push(await seedPage(sql, acme, `Page ${n}`, parent, viewers))
  }
  for (let n = 0; n < 8; n++) {
    const page = pages[12 + random(100)]!
    await sql('update page_paths set hidden = true where workspace_id = $1 and $2 = any(path)', [
      acme,
      page.id,
    ])
  }
})
afterAll(() => clone.drop())

/** The pages that the access check allows, asked one by one. */
async function reached(installations: string[]): Promise<number> {
  const [row] = await sql(
    `select count(*)::int as count from page_paths t join pages root on root.workspace_id = $1 and root.id = t.path[1]
     where t.workspace_id = $1 and not t.hidden and exists (
       select from page_grants g
       join members m on m.workspace_id = $1 and m.user_id = g.granted_by
       join users u on u.id = m.user_id and not u.disabled
       join installations i on i.id = g.installation_id
       join members installer on installer.workspace_id = $1 and installer.user_id = i.user_id
       where g.workspace_id = $1 and i.id = any ($2) and g.page_id = any (t.path)
         and exists (select from page_paths own where own.workspace_id = $1 and own.page_id = g.page_id and not own.hidden)
         and ((not root.private and m.role <> 'guest') or exists (
           select from page_viewers v where v.workspace_id = $1 and v.page_id = root.id and v.user_id = m.user_id)))`,
    [acme, installations],
  )
  return row.count
}

const list = () =>
  readConnections(pool)({ workspaceId: acme, state: 'in-use', person: '', connection: '', after: null })

describe('how many pages a connection reaches', () => {
  it('is what was chosen and more, where hundreds of pages were', async () => {
    const parent = await seedPage(sql, acme, 'Crowded')
    const many = await Promise.all(
      Array.from({ length: 501 }, (_, n) => seedPage(sql, acme, `Crowd ${n}`, parent)),
    )
    const { connectionId } = await seedInstalled(sql, {
      workspaceId: acme,
      userId: world.users.cleo.id,
      pages: many.map(page => page.id),
      name: 'A crowd',
    })
    const row = (await list()).rows.find(one => one.id === connectionId)
    expect(row?.reach).toEqual({ granted: 501, reached: 501, beyond: true })
  })

  it('is what the access check lets through, for any tree, any grants, any reach of the granters', async () => {
    const made: { connectionId: string; ids: string[] }[] = []
    const { ada, ben, cleo, gus } = world.users
    for (let n = 0; n < 20; n++) {
      const one = await seedInstalled(sql, {
        workspaceId: acme,
        userId: ben.id,
        pages: [],
        name: `Connection ${n}`,
      })
      const ids = [one.id]
      for (const user of [ada, cleo, gus].slice(0, random(4))) {
        const [row] = await sql(
          `insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
           values ($1, gen_random_uuid(), $2, $3, 'active', '{}', now(), now()) returning id`,
          [acme, one.connectionId, user.id],
        )
        ids.push(row.id)
      }
      for (const id of ids) {
        const granter = [ada, ben, cleo, gus][random(4)]!
        const chosen = new Set(Array.from({ length: random(8) }, () => pages[random(pages.length)]!.id))
        for (const page of chosen) await grantPage(sql, acme, id, page, granter.id)
      }
      made.push({ connectionId: one.connectionId, ids })
    }
    for (const change of [
      '',
      `update users set disabled = true where email = 'cleo@acme.test'`,
      `delete from members where user_id = (select id from users where email = 'ada@acme.test')`,
      'update pages set private = not private where parent_id is null',
    ]) {
      if (change) await sql(change)
      const { rows } = await list()
      for (const { connectionId, ids } of made) {
        const row = rows.find(one => one.id === connectionId)!
        // Installations of a departed member do not count, and reach no page.
        expect([row.name, row.reach.reached]).toEqual([row.name, await reached(ids)])
        expect(row.reach.beyond).toBe(false)
      }
      const own = await readMyConnections(pool)({ workspaceId: acme, userId: ben.id, after: null })
      for (const row of own.rows)
        expect([row.connection.name, row.reach.reached]).toEqual([
          row.connection.name,
          await reached([row.installationId]),
        ])
    }
  })
})

describe('windows of the lists', () => {
  it('go on by the cursor to the end, each connection once, in the order of the alphabet', async () => {
    const [{ id: workspaceId }] = await sql(
      `insert into workspaces (id, name, plan) values (gen_random_uuid(), 'Many', 'free') returning id`,
    )
    await sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'owner')`, [
      workspaceId,
      world.users.dora.id,
    ])
    for (let n = 0; n < 60; n++)
      await seedInstalled(sql, {
        workspaceId,
        userId: world.users.dora.id,
        pages: [],
        // Names that are the same but for case, and the same altogether.
        name: ['Same', 'same', `Other ${n % 7}`][n % 3]!,
      })
    for (const read of [
      async (after: string | null) => {
        const question = { workspaceId, state: 'in-use', person: '', connection: '', after } as const
        const { rows, more } = await readConnections(pool)(question)
        return { ids: rows.map(row => row.id), names: rows.map(row => row.name), more }
      },
      async (after: string | null) => {
        const { rows, more } = await readMyConnections(pool)({
          workspaceId,
          userId: world.users.dora.id,
          after,
        })
        return {
          ids: rows.map(row => row.installationId),
          names: rows.map(row => row.connection.name),
          more,
        }
      },
    ]) {
      const [ids, names]: [string[], string[]] = [[], []]
      for (let more = true; more; ) {
        const window = await read(ids.at(-1) ?? null)
        ids.push(...window.ids)
        names.push(...window.names.map(name => name.toLowerCase()))
        more = window.more
      }
      expect(new Set(ids).size).toBe(60)
      expect(names).toEqual([...names].sort())
      // A cursor that is gone, or never was, begins again.
      expect((await read('11111111-1111-4111-8111-111111111111')).ids[0]).toBe(ids[0])
    }
  })
})
