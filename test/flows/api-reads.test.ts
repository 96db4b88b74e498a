import { describe, expect, it } from '@jest/globals'
import { APIErrorCode, collectPaginatedAPI } from '@notionhq/client'
import { clientWith, refusalOf } from '../support/api-client.ts'
import { seedInstalled } from '../support/installed.ts'
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

describe('a partner asks who it is', () => {
  it('and gets its bot, its workspace and the member who installed it', async () => {
    expect(await as(relay.token).users.me({})).toEqual({
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
    const me = await as(token).users.me({})
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
    expect(await as(token).users.me({})).toMatchObject({
      name: 'Acme Reporter',
      bot: { owner: { type: 'workspace', workspace: true } },
    })
  })
})

describe('a partner reads the people of the workspace', () => {
  it('members and owners, no guests, no disabled ones, in parts', async () => {
    const people = await collectPaginatedAPI(as(relay.token).users.list, { page_size: 1 })
    expect(people.map(person => person.name).sort()).toEqual(['Ada', 'Ben', 'Cleo'])
    expect(people.every(person => person.type === 'person' && person.person.email)).toBe(true)
  })

  it('without e-mail addresses where they were not allowed', async () => {
    const { token } = await installed(world.users.cleo.id, [], ['read_user_without_email'])
    const { results } = await as(token).users.list({})
    expect(results.map(person => person.type === 'person' && person.person)).toEqual([{}, {}, {}])
    expect(await as(token).users.retrieve({ user_id: world.users.ada.id })).toEqual({
      object: 'user',
      id: world.users.ada.id,
      type: 'person',
      name: 'Ada',
      avatar_url: null,
      person: {},
    })
  })

  it('and finds its own bot by id, but no guest and no stranger', async () => {
    const client = as(relay.token)
    expect(await client.users.retrieve({ user_id: relay.id })).toMatchObject({ type: 'bot', id: relay.id })
    for (const user of [world.users.gus, world.users.dora])
      expect((await refusalOf(client.users.retrieve({ user_id: user.id }))).code).toBe(
        APIErrorCode.ObjectNotFound,
      )
  })

  it('but not without a capability for it', async () => {
    const { token } = await installed(world.users.cleo.id, [world.pages.handbook.id], ['read_content'])
    const refused = await refusalOf(as(token).users.list({}))
    expect(refused).toMatchObject({ status: 403, code: APIErrorCode.RestrictedResource })
    expect((refused.headers as Headers).get('www-authenticate')).toBe(
      `Bearer realm="${server.base}", error="insufficient_scope", scope="read_content read_user_without_email", ` +
        `resource_metadata="${server.base}/.well-known/oauth-protected-resource"`,
    )
  })
})

describe('a partner reads pages', () => {
  it('one by one, with the parent only where it reaches it', async () => {
    const client = as(relay.token)
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
    const children = await collectPaginatedAPI(as(token).blocks.children.list, {
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
    const [quarter] = (await as(relay.token).blocks.children.list({ block_id: world.pages.quarter.id }))
      .results
    expect(quarter).toMatchObject({ id: world.pages.launch.id, child_page: { title: 'Launch' } })
  })

  it('that it was not granted with the typed error and the way to the picker', async () => {
    const refused = await refusalOf(as(relay.token).pages.retrieve({ page_id: world.pages.handbook.id }))
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
