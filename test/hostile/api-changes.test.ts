import { beforeAll, describe, expect, it } from '@jest/globals'
import { call, type Sent } from '../support/api.ts'
import { type Installed, seedInstalled } from '../support/installed.ts'
import { openWorld } from '../support/open-world.ts'
import { seedPage } from '../support/seed.ts'

const { server, world } = await openWorld()
const launch = `/v1/pages/${world.pages.launch.id}`
let relay: Installed

beforeAll(async () => {
  relay = await installedIn(world.users.ben.id)
})

const installedIn = (userId: string) =>
  seedInstalled(server.sql, {
    workspaceId: world.workspaces.acme.id,
    userId,
    pages: [world.pages.roadmap.id],
  })
const ask = (path: string, sent: Sent = {}) => call(server.base, path, { token: relay.token, ...sent })
const code = async (path: string, sent?: Sent) => {
  const { json, status } = await ask(path, sent)
  expect(json).toMatchObject({
    object: 'error',
    status,
    message: expect.any(String),
    request_id: expect.any(String),
  })
  return `${status} ${json.code}`
}
const edit = (body: unknown) => code(launch, { method: 'PATCH', body })
const make = (body: unknown) => code('/v1/pages', { body })

describe('changes', () => {
  const titled = (content: unknown) => ({ properties: { title: { title: [{ text: { content } }] } } })

  it.each([
    titled('a\0b'),
    titled('\udfff'),
    titled('x'.repeat(2_001)),
    titled(7),
    titled(null),
    { properties: { title: { title: 'text' } } },
    { properties: { title: { title: [{ mention: {} }] } } },
    { properties: { title: { title: Array(101).fill({ text: { content: '' } }) } } },
    { properties: { Status: { select: { name: 'Done' } } } },
    { properties: { a: { title: [] }, b: { title: [] } } },
    { properties: [] },
    { icon: { type: 'external', external: { url: 'https://evil.test/x.png' } } },
    { icon: { emoji: '<script>' } },
    { icon: { emoji: '1' } },
    { cover: { type: 'external' } },
    { is_locked: true },
    { in_trash: 'true' },
    { in_trash: true, archived: false },
    { erase_content: true },
    { parent: { page_id: 'x' } },
  ])('with %j are refused, and change nothing', async body => {
    const before = await server.sql('select * from pages where id = $1', [world.pages.launch.id])
    expect(await edit(body)).toBe('400 validation_error')
    expect(await server.sql('select * from pages where id = $1', [world.pages.launch.id])).toEqual(before)
  })

  it.each([
    [titled(7), 'body.properties.title.title[0].text.content should be a string, instead was 7.'],
    [{ properties: { Status: {} } }, 'body.properties.Status.title should be an array of rich text: '],
    [{ properties: [] }, 'body.properties should be an object, instead was an array.'],
    [{ icon: { emoji: '1' } }, 'body.icon should be null or {"type": "emoji", "emoji": "…"} with one emoji.'],
    [{ icon: { type: 'external' } }, 'body.icon.emoji should be one emoji: no other icon is kept here.'],
    [{ cover: {} }, 'body.cover should be null: it is not kept here.'],
    [{ in_trash: 'true' }, 'body.in_trash should be true or false, instead was "true".'],
    [{ in_trash: true, archived: false }, 'body.in_trash and body.archived should say the same.'],
    [{ ['x'.repeat(200)]: 1 }, `body.${'x'.repeat(100)} is not supported here.`],
    [[], 'body should be an object, instead was an array.'],
  ])('with %j are refused with the member that is wrong', async (body, sentence) => {
    const { json } = await ask(launch, { method: 'PATCH', body })
    expect(json.message.slice(0, sentence.length)).toBe(sentence)
  })

  it('make no page without a parent, in the workspace itself, or with content', async () => {
    const parent = { page_id: world.pages.launch.id }
    expect(await make({})).toBe('400 validation_error')
    expect(await make({ parent: { workspace: true } })).toBe('400 validation_error')
    expect(await make({ parent: { page_id: 'x' } })).toBe('400 validation_error')
    expect(await make({ parent: null })).toBe('400 validation_error')
    expect(await make({ parent, children: [{ paragraph: {} }] })).toBe('400 validation_error')
    expect(await make({ parent, id: world.pages.handbook.id })).toBe('400 validation_error')
    expect(await make({ parent: { page_id: world.pages.ideas.id } })).toBe('404 object_not_found')
  })

  it('make no page deeper than the tree may be', async () => {
    let deepest = await seedPage(server.sql, world.workspaces.acme.id, 'Level 1', world.pages.launch)
    while (deepest.path.length < 100)
      deepest = await seedPage(server.sql, world.workspaces.acme.id, 'Level', deepest)
    expect(await make({ parent: { page_id: deepest.id } })).toBe('400 validation_error')
    const children = await ask('/v1/search', { body: { query: 'Level', page_size: 100 } })
    expect(children.json.results.length).toBe(97)
    const part = await ask('/v1/search', { body: { page_size: 99 } })
    expect((await ask('/v1/search', { body: { start_cursor: part.json.next_cursor } })).status).toBe(200)
  })

  it('keep a title of 2,000 characters from anywhere in Unicode', async () => {
    const content = '𝕏'.repeat(2_000)
    const answer = await ask(launch, { method: 'PATCH', body: titled(content) })
    expect(answer.json.properties.title.title[0].plain_text).toBe(content)
  })
})
