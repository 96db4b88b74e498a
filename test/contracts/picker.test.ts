import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { listSize, readPicker } from '../../src/storage/postgres/queries/picker/pages.ts'
import { readReachable } from '../../src/storage/postgres/reach.ts'
import type { PickerQuestion, PickerReading } from '../../src/web/picker/readings.ts'
import { openClone } from '../support/database.ts'
import {
  type SeededConnection,
  type SeededPage,
  seedConnection,
  seedPage,
  seedWorld,
  type World,
} from '../support/seed.ts'

let clone: Awaited<ReturnType<typeof openClone>>
let pool: Pool
let world: World
let relay: SeededConnection
const sql = (text: string, values?: unknown[]) => clone.source.query(text, values)

beforeAll(async () => {
  clone = await openClone()
  pool = poolOf(clone.source)
  world = await seedWorld(sql)
  relay = await seedConnection(sql)
})
afterAll(() => clone.drop())

type Asked = { user: { id: string }; workspace?: { id: string } } & Partial<PickerQuestion>
const beginnings = { sharedAfter: null, privateAfter: null, open: [] }

function read({ user, workspace = world.workspaces.acme, ...more }: Asked): Promise<PickerReading> {
  const own = { workspaceId: workspace.id, userId: user.id, connectionId: relay.id }
  return readPicker(pool)({ ...own, ticked: [], lists: beginnings, ...more })
}
const titles = (pages: { title: string }[]) => pages.map(page => page.title)

async function install(user: { id: string }, pages: SeededPage[], state = 'active'): Promise<string> {
  const id = randomUUID()
  await sql(
    `insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
     values ($1, $2, $3, $4, $5, '{read_content}', now(), now())`,
    [world.workspaces.acme.id, id, relay.id, user.id, state],
  )
  for (const page of pages)
    await sql(
      `insert into page_grants (workspace_id, installation_id, page_id, granted_by, granted_at)
       values ($1, $2, $3, $4, now())`,
      [world.workspaces.acme.id, id, page.id, user.id],
    )
  return id
}
const uninstall = (id: string) => sql('delete from installations where id = $1', [id])

describe('what the picker shows', () => {
  it('is the open roots for every member, and private ones for those they list', async () => {
    const { ada, ben } = world.users
    const [forBen, forAda] = [await read({ user: ben }), await read({ user: ada })]
    expect(titles(forBen.shared.pages)).toEqual(['Handbook', 'Roadmap'])
    expect(titles(forBen.private.pages)).toEqual(['Diary'])
    expect(titles(forAda.shared.pages)).toEqual(['Handbook', 'Roadmap'])
    expect(titles(forAda.private.pages)).toEqual([])
  })

  it('is nothing for strangers, the disabled, and members of another workspace', async () => {
    const { dora, ben, cleo } = world.users
    const { roadmap, diary } = world.pages
    const asked = {
      ticked: [roadmap.id, diary.id],
      lists: { ...beginnings, open: [{ id: roadmap.id, after: null }] },
    }
    const nothing = { shared: { pages: [], more: false }, children: new Map(), nodes: new Map(), ticked: [] }
    expect(await read({ user: dora, ...asked })).toMatchObject(nothing)
    expect(await read({ user: ben, workspace: world.workspaces.side, ...asked })).toMatchObject(nothing)
    await sql('update users set disabled = true where id = $1', [cleo.id])
    expect(await read({ user: cleo, ...asked })).toMatchObject(nothing)
    await sql('update users set disabled = false where id = $1', [cleo.id])
  })

  it('shows a guest only pages that list them', async () => {
    const { gus } = world.users
    const shared = await seedPage(sql, world.workspaces.acme.id, 'For Gus', null, [gus.id])
    const reading = await read({ user: gus, ticked: [shared.id, world.pages.roadmap.id] })
    expect(titles(reading.shared.pages)).toEqual([])
    expect(titles(reading.private.pages)).toEqual(['For Gus'])
    expect(titles(reading.ticked)).toEqual(['For Gus'])
    await sql('update pages set archived = true where id = $1', [shared.id])
    await sql('update page_paths set hidden = true where page_id = $1', [shared.id])
  })

  it('opens nodes that are reached, and no others', async () => {
    const { roadmap, diary } = world.pages
    await seedPage(sql, world.workspaces.acme.id, 'Secret', diary)
    const open = [roadmap.id, diary.id, world.pages.ideas.id, randomUUID()].map(id => ({ id, after: null }))
    const reading = await read({ user: world.users.cleo, lists: { ...beginnings, open } })
    expect([...reading.children].map(([id, list]) => [id, titles(list.pages)])).toEqual([
      [roadmap.id, ['Quarter One']],
    ])
    expect([...reading.nodes.keys()]).toEqual([roadmap.id])
  })

  it('counts the pages below, without archived ones', async () => {
    const { acme } = world.workspaces
    const root = await seedPage(sql, acme.id, 'Counted')
    const child = await seedPage(sql, acme.id, 'Child', root)
    await seedPage(sql, acme.id, 'Grandchild', child)
    const gone = await seedPage(sql, acme.id, 'Gone', root)
    await sql('update pages set archived = true where id = $1', [gone.id])
    await sql('update page_paths set hidden = true where page_id = $1', [gone.id])
    const { shared, children } = await read({
      user: world.users.ada,
      lists: { ...beginnings, open: [{ id: root.id, after: null }] },
    })
    expect(shared.pages.find(page => page.id === root.id)?.below).toBe(2)
    expect(titles(children.get(root.id)!.pages)).toEqual(['Child'])
    await sql('update pages set archived = true where id = $1', [root.id])
    await sql('update page_paths set hidden = true where $1 = any(path)', [root.id])
  })

  it('walks a long list without a page missed or shown twice, also where titles are the same', async () => {
    const { acme } = world.workspaces
    const root = await seedPage(sql, acme.id, 'Long')
    const all = new Set<string>()
    for (let at = 0; at < 130; at++) {
      const page = await seedPage(sql, acme.id, at % 3 === 0 ? 'Same' : `Page ${at % 40}`, root)
      all.add(page.id)
    }
    const seen: string[] = []
    let after: string | null = null
    for (let steps = 0; steps < 5; steps++) {
      const open: { id: string; after: string | null }[] = [{ id: root.id, after }]
      const list: PickerReading['shared'] | undefined = (
        await read({ user: world.users.ada, lists: { ...beginnings, open } })
      ).children.get(root.id)
      seen.push(...list!.pages.map(page => page.id))
      expect(list!.pages.length).toBeLessThanOrEqual(listSize)
      if (!list!.more) break
      after = list!.pages.at(-1)!.id
    }
    expect(seen).toHaveLength(all.size)
    expect(new Set(seen)).toEqual(all)
  })

  it('shows only the pages below a node, where the roots are not wanted', async () => {
    const lists = { ...beginnings, roots: false, open: [{ id: world.pages.roadmap.id, after: null }] }
    const reading = await read({ user: world.users.ben, ticked: [world.pages.handbook.id], lists })
    expect([reading.shared.pages, reading.private.pages]).toEqual([[], []])
    expect(titles(reading.children.get(world.pages.roadmap.id)!.pages)).toEqual(['Quarter One'])
    expect(titles(reading.ticked)).toEqual(['Handbook'])
  })

  it('begins again where the cursor is gone or of another workspace', async () => {
    for (const cursor of [randomUUID(), world.pages.ideas.id]) {
      const { shared } = await read({ user: world.users.ben, lists: { ...beginnings, sharedAfter: cursor } })
      expect(titles(shared.pages)).toContain('Handbook')
    }
  })
})

describe('what is ticked', () => {
  it('is said once: a page below a ticked one is included in it', async () => {
    const { roadmap, quarter, launch, handbook } = world.pages
    const ticked = [launch.id, roadmap.id, quarter.id, handbook.id]
    const reading = await read({ user: world.users.ben, ticked, lists: null })
    expect(reading.ticked.map(page => [page.title, page.below])).toEqual([
      ['Handbook', 0],
      ['Roadmap', 2],
    ])
  })

  it('leaves out what is out of reach: of others, of another workspace, archived, or nowhere', async () => {
    const { diary, ideas, quarter } = world.pages
    const ticked = [diary.id, ideas.id, quarter.id, randomUUID()]
    const reading = await read({ user: world.users.cleo, ticked, lists: null })
    expect(reading.ticked.map(page => [page.title, page.above])).toEqual([['Quarter One', ['Roadmap']]])
  })

  it('is at first what the own installation can reach, of this member, this connection and active', async () => {
    const { ben, cleo } = world.users
    const { quarter, handbook, diary } = world.pages
    const [own, foreign] = [await install(ben, [quarter, diary]), await install(cleo, [handbook])]
    const fresh = await read({ user: ben, ticked: null })
    expect(titles(fresh.ticked)).toEqual(['Diary', 'Quarter One'])
    expect(titles(fresh.granted)).toEqual(['Diary', 'Quarter One'])
    expect(fresh.shared.pages.map(page => [page.title, page.reachedNow])).toContainEqual(['Roadmap', false])

    const emptied = await read({ user: ben, ticked: [] })
    expect(emptied.ticked).toEqual([])
    expect(titles(emptied.granted)).toEqual(['Diary', 'Quarter One'])

    await sql('delete from page_viewers where page_id = $1', [diary.id])
    expect(titles((await read({ user: ben, ticked: null })).granted)).toEqual(['Quarter One'])
    await sql('insert into page_viewers (workspace_id, page_id, user_id) values ($1, $2, $3)', [
      world.workspaces.acme.id,
      diary.id,
      ben.id,
    ])
    await sql(`update installations set state = 'revoked' where id = $1`, [own])
    expect((await read({ user: ben, ticked: null })).ticked).toEqual([])
    await uninstall(own)
    await uninstall(foreign)
  })
})

describe('what may be granted', () => {
  it('is decided by the same rule: reached, of this workspace, not archived', async () => {
    const { ada, ben, gus, dora } = world.users
    const { roadmap, launch, diary, ideas } = world.pages
    const asked = [roadmap, launch, diary, ideas].map(page => page.id)
    const of = async (user: { id: string }) =>
      (await readReachable(pool, user.id, world.workspaces.acme.id, asked)).sort()
    expect(await of(ben)).toEqual([roadmap.id, launch.id, diary.id].sort())
    expect(await of(ada)).toEqual([roadmap.id, launch.id].sort())
    expect(await of(gus)).toEqual([])
    expect(await of(dora)).toEqual([])
  })
})
