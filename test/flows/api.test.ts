import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  APIErrorCode,
  APIResponseError,
  Client,
  collectPaginatedAPI,
  isFullPage,
  LogLevel,
} from '@notionhq/client'
import { grantPage, type Installed, seedInstalled } from '../support/installed.ts'
import { seedPage, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let world: World
let relay: Installed
let acme: string

beforeAll(async () => {
  server = await startServer()
  world = await seedWorld(server.sql)
  acme = world.workspaces.acme.id
  relay = await seedInstalled(server.sql, {
    workspaceId: acme,
    userId: world.users.ben.id,
    pages: [world.pages.quarter.id, world.pages.diary.id],
  })
})
afterAll(() => server.close())

/** The unmodified client of the dialect, with nothing but its base address changed. */
const clientWith = (token: string) =>
  new Client({ auth: token, baseUrl: server.base, logLevel: LogLevel.ERROR, logger: () => {}, retry: false })

const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect(true).toBe('refused'),
    fault => {
      expect(fault).toBeInstanceOf(APIResponseError)
      return fault as APIResponseError
    },
  ) as Promise<APIResponseError>

const installed = (userId: string, pages: string[], capabilities?: string[]) =>
  seedInstalled(server.sql, { workspaceId: acme, userId, pages, capabilities })

describe('a partner asks who it is', () => {
  it('and learns its bot, its workspace and who installed it', async () => {
    expect(await clientWith(relay.token).users.me({})).toEqual({
      object: 'user',
      id: relay.id,
      type: 'bot',
      name: 'Relay Automations',
      avatar_url: null,
      bot: {
        owner: {
          type: 'user',
          user: {
            object: 'user',
            id: world.users.ben.id,
            type: 'person',
            name: 'Ben',
            avatar_url: null,
            person: { email: 'ben@acme.test' },
          },
        },
        workspace_id: acme,
        workspace_name: 'Acme',
        workspace_limits: { max_file_upload_size_in_bytes: 5_242_880 },
      },
    })
  })

  it('with any token, and without a user capability learns an id only', async () => {
    const { token } = await installed(world.users.cleo.id, [], ['insert_comments'])
    const me = await clientWith(token).users.me({})
    expect(me).toMatchObject({ bot: { owner: { user: { object: 'user', id: world.users.cleo.id } } } })
    expect(JSON.stringify(me)).not.toContain('Cleo')
  })

  it('as an internal connection, which belongs to the workspace', async () => {
    const { token } = await seedInstalled(server.sql, {
      workspaceId: acme,
      userId: null,
      pages: [world.pages.handbook.id],
      grantedBy: world.users.ada.id,
      name: 'Acme Reporter',
    })
    expect(await clientWith(token).users.me({})).toMatchObject({
      name: 'Acme Reporter',
      bot: { owner: { type: 'workspace', workspace: true } },
    })
  })
})

describe('a partner reads the people of the workspace', () => {
  it('members and owners, no guests, no disabled ones, in parts', async () => {
    const people = await collectPaginatedAPI(clientWith(relay.token).users.list, { page_size: 1 })
    expect(people.map(person => person.name).sort()).toEqual(['Ada', 'Ben', 'Cleo'])
    expect(people.every(person => person.type === 'person' && person.person.email)).toBe(true)
  })

  it('without e-mail addresses where those were not allowed', async () => {
    const { token } = await installed(world.users.cleo.id, [], ['read_user_without_email'])
    const { results } = await clientWith(token).users.list({})
    expect(results.map(person => person.type === 'person' && person.person)).toEqual([{}, {}, {}])
    expect(await clientWith(token).users.retrieve({ user_id: world.users.ada.id })).toEqual({
      object: 'user',
      id: world.users.ada.id,
      type: 'person',
      name: 'Ada',
      avatar_url: null,
      person: {},
    })
  })

  it('and is told of its own bot by id, but of no guest and no stranger', async () => {
    const client = clientWith(relay.token)
    expect(await client.users.retrieve({ user_id: relay.id })).toMatchObject({ type: 'bot', id: relay.id })
    for (const user of [world.users.gus, world.users.dora])
      expect((await failure(client.users.retrieve({ user_id: user.id }))).code).toBe(
        APIErrorCode.ObjectNotFound,
      )
  })

  it('but not without a capability for it', async () => {
    const { token } = await installed(world.users.cleo.id, [world.pages.handbook.id], ['read_content'])
    const refused = await failure(clientWith(token).users.list({}))
    expect(refused).toMatchObject({ status: 403, code: APIErrorCode.RestrictedResource })
    expect((refused.headers as Headers).get('www-authenticate')).toBe(
      `Bearer realm="${server.base}", error="insufficient_scope", scope="read_user_without_email"`,
    )
  })
})

describe('a partner reads pages', () => {
  it('one by one, told of the parent only where it reaches it', async () => {
    const client = clientWith(relay.token)
    const launch = await client.pages.retrieve({ page_id: world.pages.launch.id })
    expect(launch).toEqual({
      object: 'page',
      id: world.pages.launch.id,
      created_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      last_edited_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      in_trash: false,
      archived: false,
      is_archived: false,
      is_locked: false,
      url: `${server.base}/w/${acme}/p/${world.pages.launch.id}`,
      public_url: null,
      parent: { type: 'page_id', page_id: world.pages.quarter.id },
      properties: {
        title: {
          id: 'title',
          type: 'title',
          title: [expect.objectContaining({ type: 'text', plain_text: 'Launch', href: null })],
        },
      },
      icon: null,
      cover: null,
      created_by: { object: 'user', id: expect.any(String) },
      last_edited_by: { object: 'user', id: expect.any(String) },
    })
    const quarter = await client.pages.retrieve({ page_id: world.pages.quarter.id.replaceAll('-', '') })
    expect(quarter).toMatchObject({ parent: { type: 'workspace', workspace: true } })
    expect(JSON.stringify(quarter)).not.toContain(world.pages.roadmap.id)
  })

  it('and the pages below one, in parts', async () => {
    const { token } = await installed(world.users.ada.id, [world.pages.handbook.id])
    for (const title of ['Chapter 2', 'chapter 1', 'Chapter 3'])
      await seedPage(server.sql, acme, title, world.pages.handbook)
    const children = await collectPaginatedAPI(clientWith(token).blocks.children.list, {
      block_id: world.pages.handbook.id,
      page_size: 2,
    })
    expect(
      children.map(child => 'type' in child && child.type === 'child_page' && child.child_page.title),
    ).toEqual(['chapter 1', 'Chapter 2', 'Chapter 3'])
    expect(children[0]).toMatchObject({
      object: 'block',
      has_children: false,
      parent: { type: 'page_id', page_id: world.pages.handbook.id },
    })
    const [quarter] = (
      await clientWith(relay.token).blocks.children.list({ block_id: world.pages.quarter.id })
    ).results
    expect(quarter).toMatchObject({ id: world.pages.launch.id, child_page: { title: 'Launch' } })
  })

  it('that it was not granted with the typed error and the way to the picker', async () => {
    const refused = await failure(
      clientWith(relay.token).pages.retrieve({ page_id: world.pages.handbook.id }),
    )
    expect(refused).toMatchObject({ status: 404, code: APIErrorCode.ObjectNotFound })
    expect(refused.message).toContain('"Relay Automations"')
    expect(refused.message).toContain('shared')
    expect(refused.additional_data).toEqual({
      manage_access_url: `${server.base}/settings/${acme}/my-connections/${relay.id}/pages`,
    })
    expect(refused.request_id).toBe((refused.headers as Headers).get('x-request-id'))
    expect(refused.request_id).toBe((refused.headers as Headers).get('x-notion-request-id'))
  })
})

describe('a partner searches', () => {
  const titles = async (token: string, args = {}) =>
    (await collectPaginatedAPI(clientWith(token).search, args)).map(
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
    const found = await clientWith(token).search({ filter: { property: 'object', value: 'data_source' } })
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

describe('a partner changes pages', () => {
  it('gives one another title and icon, in its own name', async () => {
    const client = clientWith(relay.token)
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
    const client = clientWith(relay.token)
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
    const refused = await failure(
      clientWith(relay.token).pages.create({ parent: { page_id: world.pages.handbook.id }, properties: {} }),
    )
    expect(refused.code).toBe(APIErrorCode.ObjectNotFound)
  })

  it('moves one to the trash, and is out of its reach from then on', async () => {
    const client = clientWith(relay.token)
    const { id } = await client.pages.create({ parent: { page_id: world.pages.quarter.id }, properties: {} })
    expect(await client.pages.update({ page_id: id, in_trash: true })).toMatchObject({
      in_trash: true,
      archived: true,
    })
    expect((await failure(client.pages.retrieve({ page_id: id }))).code).toBe(APIErrorCode.ObjectNotFound)
    expect((await failure(client.pages.update({ page_id: id, in_trash: false }))).code).toBe(
      APIErrorCode.ObjectNotFound,
    )
  })

  it('only with the capability, which the refusal names', async () => {
    const { token } = await installed(world.users.cleo.id, [world.pages.handbook.id], ['read_content'])
    const update = await failure(
      clientWith(token).pages.update({ page_id: world.pages.handbook.id, icon: null }),
    )
    expect((update.headers as Headers).get('www-authenticate')).toContain('scope="update_content"')
    const create = await failure(
      clientWith(token).pages.create({ parent: { page_id: world.pages.handbook.id }, properties: {} }),
    )
    expect((create.headers as Headers).get('www-authenticate')).toContain('scope="insert_content"')
    expect([update.status, create.status]).toEqual([403, 403])
  })
})

describe('what happens to an installation', () => {
  it('is felt by the very next call', async () => {
    const { id, connectionId, token } = await installed(world.users.cleo.id, [world.pages.handbook.id])
    const client = clientWith(token)
    const read = () => client.pages.retrieve({ page_id: world.pages.handbook.id })
    await read()
    await server.sql('delete from page_grants where installation_id = $1', [id])
    expect((await failure(read())).status).toBe(404)
    await grantPage(server.sql, acme, id, world.pages.handbook.id, world.users.cleo.id)
    await read()
    await server.sql('update connections set disabled_at = now() where id = $1', [connectionId])
    expect((await failure(read())).code).toBe(APIErrorCode.Unauthorized)
    await server.sql('update connections set disabled_at = null where id = $1', [connectionId])
    await read()
    await server.sql(`update installations set state = 'revoked' where id = $1`, [id])
    expect((await failure(read())).status).toBe(401)
  })

  it('shows when it was last used, minutes later at most', async () => {
    const { id, token } = await installed(world.users.cleo.id, [world.pages.handbook.id])
    await clientWith(token).users.me({})
    await server.restart()
    const [row] = await server.sql<{ fresh: boolean }>(
      `select last_used_at > now() - interval '1 minute' as fresh from installations where id = $1`,
      [id],
    )
    expect(row).toEqual({ fresh: true })
  })
})
