import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { openSearch } from '../../src/storage/postgres/queries/api/search.ts'
import { openClone } from '../support/database.ts'
import { seedInstalled, sha256 } from '../support/installed.ts'
import { seedWorld, type World } from '../support/seed.ts'

let clone: Awaited<ReturnType<typeof openClone>>
let world: World
const sql = (text: string, values?: unknown[]) => clone.source.query(text, values)

beforeAll(async () => {
  clone = await openClone()
  world = await seedWorld(sql)
})
afterAll(() => clone.drop())

describe('a wide reach', () => {
  const search = () => openSearch(poolOf(clone.source))
  let presented: { kind: 'internal'; hash: Buffer }
  let root: string
  const size = 12_000

  beforeAll(async () => {
    root = randomUUID()
    const workspace = world.workspaces.side.id
    await sql(
      `with given as (
         select case when n = 0 then $2::uuid else gen_random_uuid() end as id, n from generate_series(0, $3) n),
       page as (
         insert into pages (workspace_id, id, parent_id, title, updated_at)
         select $1, id, case when n > 0 then $2::uuid end,
           case when n % 1000 = 999 then 'Needle ' || n else 'Straw ' || n end, timestamptz '2026-02-01' + n * interval '1 s'
         from given)
       insert into page_paths (workspace_id, page_id, path)
       select $1, id, case when n = 0 then array[id] else array[$2::uuid, id] end from given`,
      [workspace, root, size - 1],
    )
    const internal = await seedInstalled(sql, {
      workspaceId: workspace,
      userId: null,
      pages: [root],
      grantedBy: world.users.ada.id,
    })
    presented = { kind: 'internal', hash: sha256(internal.token) }
  })

  it.each(['needle', 'ne'])(
    'finds the few among many by %j, whether or not the index knows the way',
    async query => {
      const titles: string[] = []
      let place: string[] | null | undefined
      while (place !== null) {
        const part = (await search().inTree(
          presented,
          { query, type: null, limit: 100 },
          place ?? null,
          new Date(),
        ))!
        titles.push(...part.pages.map(page => page.title))
        place = part.next
      }
      expect(titles.length).toBe(12)
    },
  )

  it('walks titles that nearly all match', async () => {
    const first = (await search().inTree(
      presented,
      { query: 'straw', type: null, limit: 100 },
      null,
      new Date(),
    ))!
    expect(first.pages.length).toBe(100)
    expect(first.next).not.toBeNull()
  })

  it('is listed in order of time all the same', async () => {
    const first = (await search().byTime(
      presented,
      { query: null, type: null, limit: 3 },
      'descending',
      null,
      new Date(),
    ))!
    expect(first.pages.map(page => page.title)).toEqual(['Needle 11999', 'Straw 11998', 'Straw 11997'])
    const second = (await search().byTime(
      presented,
      { query: null, type: null, limit: 2 },
      'descending',
      first.next,
      new Date(),
    ))!
    expect(second.pages.map(page => page.title)).toEqual(['Straw 11996', 'Straw 11995'])
  })

  it('goes on behind a part that held nothing', async () => {
    let place: { at: string; id: string } | null | undefined
    let parts = 0
    const found: string[] = []
    while (place !== null) {
      const part = (await search().byTime(
        presented,
        { query: '99', type: 'database', limit: 10 },
        'ascending',
        place ?? null,
        new Date(),
      ))!
      found.push(...part.pages.map(page => page.id))
      place = part.next
      parts++
    }
    expect(found).toEqual([])
    expect(parts).toBe(2)
  })
})
