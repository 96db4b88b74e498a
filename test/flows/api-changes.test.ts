import { describe, expect, it } from '@jest/globals'
import { APIErrorCode } from '@notionhq/client'
import { clientWith, refusalOf } from '../support/api-client.ts'
import { grantPage, seedInstalled } from '../support/installed.ts'
import { openWorld } from '../support/open-world.ts'

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

describe('a partner changes pages', () => {
  it('gives one a new title and icon, in its own name', async () => {
    const client = as(relay.token)
    const changed = await client.pages.update({
      page_id: world.pages.launch.id,
      icon: { type: 'emoji', emoji: '🚀' },
      properties: { title: { title: [{ text: { content: 'Launch, ' } }, { text: { content: 'soon' } }] } },
    })
    expect(changed).toMatchObject({
      icon: { type: 'emoji', emoji: '🚀' },
      properties: { title: { title: [{ plain_text: 'Launch, soon' }] } },
      last_edited_by: { id: relay.id },
    })
    expect(await client.pages.update({ page_id: world.pages.launch.id, icon: null })).toMatchObject({
      icon: null,
      properties: { title: { title: [{ plain_text: 'Launch, soon' }] } },
    })
    expect(await client.pages.retrieve({ page_id: world.pages.launch.id })).toMatchObject({ icon: null })
  })

  it('makes one below a page that it reaches, and reaches the new one through it', async () => {
    const client = as(relay.token)
    const made = await client.pages.create({
      parent: { page_id: world.pages.launch.id },
      properties: { title: { title: [{ text: { content: 'Made by Relay' } }] } },
      icon: { type: 'emoji', emoji: '🤖' },
    })
    expect(made).toMatchObject({
      parent: { type: 'page_id', page_id: world.pages.launch.id },
      created_by: { id: relay.id },
    })
    expect(await client.pages.retrieve({ page_id: made.id })).toMatchObject({ icon: { emoji: '🤖' } })
    const { results } = await client.search({ query: 'made by relay' })
    expect(results.map(one => one.id)).toEqual([made.id])
  })

  it('not below a page that it does not reach', async () => {
    const refused = await refusalOf(
      as(relay.token).pages.create({ parent: { page_id: world.pages.handbook.id }, properties: {} }),
    )
    expect(refused.code).toBe(APIErrorCode.ObjectNotFound)
  })

  it('moves one to the trash, and is out of its reach from then on', async () => {
    const client = as(relay.token)
    const { id } = await client.pages.create({ parent: { page_id: world.pages.quarter.id }, properties: {} })
    expect(await client.pages.update({ page_id: id, in_trash: true })).toMatchObject({
      in_trash: true,
      archived: true,
    })
    expect((await refusalOf(client.pages.retrieve({ page_id: id }))).code).toBe(APIErrorCode.ObjectNotFound)
    expect((await refusalOf(client.pages.update({ page_id: id, in_trash: false }))).code).toBe(
      APIErrorCode.ObjectNotFound,
    )
  })

  it('only with the capability, which the refusal names', async () => {
    const { token } = await installed(world.users.cleo.id, [world.pages.handbook.id], ['read_content'])
    const update = await refusalOf(as(token).pages.update({ page_id: world.pages.handbook.id, icon: null }))
    expect((update.headers as Headers).get('www-authenticate')).toContain(
      'scope="read_content update_content"',
    )
    const create = await refusalOf(
      as(token).pages.create({ parent: { page_id: world.pages.handbook.id }, properties: {} }),
    )
    expect((create.headers as Headers).get('www-authenticate')).toContain(
      'scope="read_content insert_content"',
    )
    expect([update.status, create.status]).toEqual([403, 403])
  })
})

describe('a change of an installation', () => {
  it('applies from the next call on', async () => {
    const { id, connectionId, token } = await installed(world.users.cleo.id, [world.pages.handbook.id])
    const client = as(token)
    const read = () => client.pages.retrieve({ page_id: world.pages.handbook.id })
    await read()
    await server.sql('delete from page_grants where installation_id = $1', [id])
    expect((await refusalOf(read())).status).toBe(404)
    await grantPage(server.sql, acme, id, world.pages.handbook.id, world.users.cleo.id)
    await read()
    await server.sql('update connections set disabled_at = now() where id = $1', [connectionId])
    expect((await refusalOf(read())).code).toBe(APIErrorCode.Unauthorized)
    await server.sql('update connections set disabled_at = null where id = $1', [connectionId])
    await read()
    await server.sql(`update installations set state = 'revoked' where id = $1`, [id])
    expect((await refusalOf(read())).status).toBe(401)
  })

  it('shows when it was last used, minutes later at most', async () => {
    const { id, token } = await installed(world.users.cleo.id, [world.pages.handbook.id])
    await as(token).users.me({})
    await server.restart()
    const [row] = await server.sql<{ fresh: boolean }>(
      `select last_used_at > now() - interval '1 minute' as fresh from installations where id = $1`,
      [id],
    )
    expect(row).toEqual({ fresh: true })
  })
})
