import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { openSearch } from '../../src/storage/postgres/queries/api/search.ts'
import { searchPageConnections } from '../../src/storage/postgres/queries/pages.ts'
import { searchPicker } from '../../src/storage/postgres/queries/picker/search.ts'
import { holds } from '../../src/storage/postgres/search-text.ts'
import { presented } from '../support/access.ts'
import { openClone } from '../support/database.ts'
import { seedInstalled } from '../support/installed.ts'
import { type SeededConnection, seedConnection, seedPage, seedWorld, type World } from '../support/seed.ts'

const forms = ['NFC', 'NFD'] as const
const words = ['Übersicht', '한국어 문서', 'Crème brûlée', 'Việt Nam', 'Ångström']

let clone: Awaited<ReturnType<typeof openClone>>
let pool: Pool
let world: World
let connection: SeededConnection
const pages: string[] = []
const sql = (text: string, values?: unknown[]) => clone.source.query(text, values)

beforeAll(async () => {
  clone = await openClone()
  pool = poolOf(clone.source)
  world = await seedWorld(sql)
  connection = await seedConnection(sql)
  for (const word of words)
    for (const form of forms)
      pages.push((await seedPage(sql, world.workspaces.acme.id, `${word} ${form}`.normalize(form))).id)
})
afterAll(() => clone.drop())

/** Both pages, as they were written. */
const both = (word: string) => forms.map(form => `${word} ${form}`.normalize(form))

describe('a title in composed or decomposed letters', () => {
  it.each(words.flatMap(word => forms.map(form => [word, form] as const)))(
    'is found in the picker by %s in %s, by its beginning and by a part, and shown as it was written',
    async (word, form) => {
      for (const part of [word, word.slice(1)]) {
        const { pages } = await searchPicker(pool)({
          workspaceId: world.workspaces.acme.id,
          userId: world.users.ben.id,
          connectionId: connection.id,
          words: part.normalize(form),
          offset: 0,
        })
        expect(pages.map(page => page.title).sort()).toEqual(both(word).sort())
      }
    },
  )

  it('is found by the partner API in both forms', async () => {
    const place = { workspaceId: world.workspaces.acme.id, userId: world.users.ben.id }
    const token = presented((await seedInstalled(sql, { ...place, pages })).token)
    const search = openSearch(pool)
    for (const word of words)
      for (const form of forms) {
        const question = { query: word.normalize(form), type: null, limit: 10 }
        const listings = [
          await search.inTree(token, question, null, new Date()),
          await search.byTime(token, question, 'descending', null, new Date()),
        ]
        for (const listing of listings)
          expect(listing!.pages.map(page => page.title).sort()).toEqual(both(word).sort())
      }
  })
})

describe('a name in composed or decomposed letters', () => {
  it('is found in both forms, of a person and of a connection', async () => {
    const acme = world.workspaces.acme.id
    for (const form of forms) {
      await sql('update users set name = $2 where id = $1', [
        world.users.ben.id,
        'Zoë Müller'.normalize(form),
      ])
      await sql('update connections set name = $2, workspace_id = $3 where id = $1', [
        connection.id,
        'Café Naïve'.normalize(form),
        acme,
      ])
      for (const asked of forms) {
        const [{ found } = { found: false }] = await sql(
          `select ${holds('name', '$2')} as found from users where id = $1`,
          [world.users.ben.id, 'zoë mü'.normalize(asked)],
        )
        expect(found).toBe(true)
        const connections = await searchPageConnections(pool)({
          workspaceId: acme,
          userId: world.users.ada.id,
          pageId: world.pages.roadmap.id,
          words: 'é naï'.normalize(asked),
        })
        expect(connections.found).toHaveLength(1)
      }
    }
  })
})
