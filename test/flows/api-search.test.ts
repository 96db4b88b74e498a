import { describe, expect, it } from '@jest/globals'
import { collectPaginatedAPI, isFullPage } from '@notionhq/client'
import { clientWith } from '../support/api-client.ts'
import { grantPage, seedInstalled } from '../support/installed.ts'
import { openWorld } from '../support/open-world.ts'
import { seedPage } from '../support/seed.ts'

const { server, world } = await openWorld()
const acme = world.workspaces.acme.id
const relay = await seedInstalled(server.sql, {
  workspaceId: acme,
  userId: world.users.ben.id,
  pages: [world.pages.quarter.id, world.pages.diary.id],
})

const as = (token: string) => clientWith(server.base, token)
const installed = (userId: string, pages: string[], capabilities?: string[]) =>
  seedInstalled(server.sql, { workspaceId: acme, userId, pages, capabilities })

describe('a partner searches', () => {
  const titles = async (token: string, args = {}) =>
    (await collectPaginatedAPI(as(token).search, args)).map(
      page =>
        (isFullPage(page) &&
          page.properties.title?.type === 'title' &&
          page.properties.title.title[0]?.plain_text) as string,
    )

  it('everything it reaches, nested grants once, in parts', async () => {
    const { id, token } = await installed(world.users.cleo.id, [world.pages.roadmap.id])
    await grantPage(server.sql, acme, id, world.pages.launch.id, world.users.cleo.id)
    expect(await titles(token, { page_size: 1 })).toEqual(['Roadmap', 'Quarter One', 'Launch'])
  })

  it('by a part of the title, in any case', async () => {
    expect(await titles(relay.token, { query: 'LAUN' })).toEqual(['Launch'])
    expect(await titles(relay.token, { query: 'Handbook' })).toEqual([])
  })

  it('in order of the last edit', async () => {
    const { token } = await installed(world.users.cleo.id, [world.pages.roadmap.id])
    for (const [at, page] of [world.pages.quarter, world.pages.launch, world.pages.roadmap].entries())
      await server.sql(
        `update pages set updated_at = timestamptz '2026-03-01' + $2 * interval '1 day' where id = $1`,
        [page.id, at],
      )
    const sort = (direction: string) => ({ sort: { timestamp: 'last_edited_time', direction }, page_size: 1 })
    expect(await titles(token, sort('ascending'))).toEqual(['Quarter One', 'Launch', 'Roadmap'])
    expect(await titles(token, sort('descending'))).toEqual(['Roadmap', 'Launch', 'Quarter One'])
  })

  it('for pages or for databases, as its version of the dialect names them', async () => {
    const table = await seedPage(server.sql, acme, 'Table')
    await server.sql(`update pages set type = 'database' where id = $1`, [table.id])
    const { token } = await installed(world.users.ada.id, [table.id, world.pages.handbook.id])
    const found = await as(token).search({ filter: { property: 'object', value: 'data_source' } })
    expect(found).toMatchObject({
      type: 'page_or_data_source',
      results: [{ object: 'data_source', id: table.id, title: [{ plain_text: 'Table' }] }],
    })
    const older = await fetch(`${server.base}/v1/search`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'notion-version': '2022-06-28' },
      body: JSON.stringify({ filter: { property: 'object', value: 'database' } }),
    })
    expect(await older.json()).toMatchObject({ results: [{ object: 'database', id: table.id }] })
    expect(await titles(token, { query: 'table', filter: { property: 'object', value: 'page' } })).toEqual([])
  })
})
