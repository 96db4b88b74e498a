import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { resultsLimit, resultsSize, searchPicker } from '../../src/storage/postgres/queries/picker/search.ts'
import { openClone } from '../support/database.ts'
import { type SeededConnection, seedConnection, seedPage, seedWorld, type World } from '../support/seed.ts'

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

function search(words: string, more: { user?: { id: string }; offset?: number } = {}) {
  const { user = world.users.ben, offset = 0 } = more
  const placed = { workspaceId: world.workspaces.acme.id, userId: user.id, connectionId: relay.id }
  return searchPicker(pool)({ ...placed, words, offset })
}
const found = async (words: string, user?: { id: string }) =>
  (await search(words, { user })).pages.map(page => page.title)
const seed = (title: string) => seedPage(sql, world.workspaces.acme.id, title)

describe('search in the page picker', () => {
  it('finds a title by any part of it, without regard to case, and says where it is', async () => {
    expect(await found('roadMAP')).toEqual(['Roadmap'])
    expect(await found('ndboo')).toEqual(['Handbook'])
    expect((await search('launch')).pages[0]).toMatchObject({ above: ['Roadmap', 'Quarter One'], below: 0 })
    expect(await found('nothing like it')).toEqual([])
  })

  it('finds only what this member reaches', async () => {
    expect(await found('diary')).toEqual(['Diary'])
    expect(await found('diary', world.users.cleo)).toEqual([])
    expect(await found('ideas')).toEqual([])
    expect(await found('roadmap', world.users.gus)).toEqual([])
    expect(await found('roadmap', world.users.dora)).toEqual([])
  })

  it('finds no archived page, nor one below it', async () => {
    const page = await seed('Archived thing')
    await sql('update page_paths set hidden = true where page_id = $1', [page.id])
    expect(await found('archived thing')).toEqual([])
  })

  it('puts titles that begin with the words first', async () => {
    for (const title of ['Zebra plan', 'A plan for a zebra', 'Zebra', 'the zebra']) await seed(title)
    expect(await found('zebra')).toEqual(['Zebra', 'Zebra plan', 'A plan for a zebra', 'the zebra'])
  })

  it('takes signs that have a meaning in patterns for what they are', async () => {
    for (const title of ['100% done', '100 percent', 'snake_case', 'snakeXcase', String.raw`back\slash`])
      await seed(title)
    expect(await found('100%')).toEqual(['100% done'])
    expect(await found('snake_c')).toEqual(['snake_case'])
    expect(await found(String.raw`back\s`)).toEqual([String.raw`back\slash`])
    expect(await found('%%%')).toEqual([])
    expect(await found('___')).toEqual([])
    expect(await found(`'; drop table pages; --`)).toEqual([])
  })

  it('finds words by one or two letters where a word begins with them', async () => {
    await seed('Xylophone lessons')
    await seed('The xylem')
    expect(await found('x')).toEqual(['Xylophone lessons', 'The xylem'])
    expect(await found('xy')).toEqual(['Xylophone lessons', 'The xylem'])
  })

  it('finds one or two signs anywhere in scripts without spaces', async () => {
    await seed('営業会議の記録')
    expect(await found('会議')).toEqual(['営業会議の記録'])
    expect(await found('議')).toEqual(['営業会議の記録'])
  })

  it('goes on from result to result, each once, up to a limit that it keeps', async () => {
    await sql(
      `with pages as (
         insert into pages (workspace_id, id, title)
         select $1, gen_random_uuid(), case when n % 2 = 0 then 'crowd ' else 'the crowd ' end || (n % 50)
         from generate_series(1, 620) n returning workspace_id, id)
       insert into page_paths (workspace_id, page_id, path) select workspace_id, id, array[id] from pages`,
      [world.workspaces.acme.id],
    )
    const seen = new Set<string>()
    let offset = 0
    let last = { more: true, cut: false }
    while (last.more) {
      const results = await search('crowd', { offset })
      for (const page of results.pages) {
        expect(seen.has(page.id)).toBe(false)
        seen.add(page.id)
      }
      if (offset < resultsLimit) expect(results.pages).toHaveLength(resultsSize)
      offset += results.pages.length
      last = results
    }
    expect(seen.size).toBe(resultsLimit)
    expect(last.cut).toBe(true)
  })
})
