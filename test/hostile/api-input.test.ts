import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { call, type Sent } from '../support/api.ts'
import { type Installed, seedInstalled } from '../support/installed.ts'
import { seedPage, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let world: World
let relay: Installed
let launch: string

beforeAll(async () => {
  server = await startServer()
  world = await seedWorld(server.sql)
  launch = `/v1/pages/${world.pages.launch.id}`
  relay = await installedIn(world.users.ben.id)
})
afterAll(() => server.close())

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

describe('addresses', () => {
  it.each([
    '/v1/nowhere',
    '/v1/databases/x',
    '/v1/users/me/',
    '/v1/pages',
    '/v1/pages/a/b',
    '/v1/blocks/a',
    '/v1//pages/a',
    '/v1/../v1/pages',
  ])('%s is none', async path => {
    expect(await code(path)).toBe('400 invalid_request_url')
  })

  it('know their methods only, and answer JSON to a browser too', async () => {
    for (const method of ['DELETE', 'PUT', 'POST', 'OPTIONS'])
      expect(await code(launch, { method })).toBe('400 invalid_request_url')
    const answer = await ask('/v1/nowhere', { headers: [['accept', 'text/html']] })
    expect(answer.headers['content-type']).toContain('application/json')
    expect((await ask(launch, { method: 'HEAD' })).status).toBe(200)
  })

  it.each([
    'me2',
    '%00',
    '%2e%2e',
    'null',
    '1',
    `${'f'.repeat(32)}0`,
    'f'.repeat(5_000),
    'ÿ'.repeat(9),
    "' or 1=1 --",
  ])('with the id %j are refused', async id => {
    const sent = encodeURI(id).replaceAll('%25', '%')
    expect(await code(`/v1/pages/${sent}`)).toBe('400 validation_error')
    expect(await code(`/v1/blocks/${sent}/children`)).toBe('400 validation_error')
    expect(await code(`/v1/users/${sent}`)).toBe('400 validation_error')
  })
})

describe('bodies', () => {
  it.each([
    '{',
    'null',
    '"text"',
    '1',
    '{"query": NaN}',
    'query=x',
    '{"__proto__": {}}',
    '{"a":{"__proto__":1}}',
  ])('%s is no JSON of ours', async body => {
    expect(await code('/v1/search', { body })).toBe('400 invalid_json')
  })

  it('that are arrays, too large, or deep without end are refused', async () => {
    expect(await code('/v1/search', { body: '[]' })).toBe('400 validation_error')
    expect(await code('/v1/search', { body: { query: 'x'.repeat(1_000_000) } })).toBe('400 validation_error')
    const deep = `{"query":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    expect(await code('/v1/search', { body: deep })).toBe('400 validation_error')
    expect(await code('/v1/search', { body: `{"query":${'['.repeat(200_000)}` })).toBe('400 invalid_json')
  })

  it('that unpack to more than may be sent are refused, honest compression is read', async () => {
    const headers: [string, string][] = [['content-encoding', 'gzip']]
    const bomb = gzipSync(`{"query":"${' '.repeat(50_000_000)}"}`)
    expect(await code('/v1/search', { headers, body: bomb })).toBe('400 validation_error')
    expect(await code('/v1/search', { headers, body: 'no gzip' })).toBe('400 invalid_json')
    expect((await ask('/v1/search', { headers, body: gzipSync('{}') })).status).toBe(200)
    const unknown: [string, string][] = [['content-encoding', 'br-ish']]
    expect(await code('/v1/search', { headers: unknown, body: '{}' })).toBe('400 validation_error')
  })

  it('leave no trace on any object', async () => {
    await ask('/v1/search', { body: '{"constructor":{"prototype":{"polluted":true}}}' })
    await ask('/v1/pages', { body: '{"parent":{"__proto__":{"polluted":true}}}' })
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('parts and cursors', () => {
  it.each(['0', '101', '1e9', '1.5', '-1', 'ten', '', '99999999999', '1&page_size=2'])(
    'page_size=%s is refused',
    async size => {
      expect(await code(`/v1/users?page_size=${size}`)).toBe('400 validation_error')
      expect(await code(`/v1/blocks/${world.pages.roadmap.id}/children?page_size=${size}`)).toBe(
        '400 validation_error',
      )
    },
  )

  it.each([0, 101, 1e9, 1.5, -1, '', true, [], {}])('page_size %j is refused in a body', async page_size => {
    expect(await code('/v1/search', { body: { page_size } })).toBe('400 validation_error')
  })

  it('a cursor goes on for its own installation and question only, unaltered', async () => {
    const first = (await ask('/v1/search', { body: { page_size: 1 } })).json
    const on = (start_cursor: unknown, more = {}, sent = {}) =>
      ask('/v1/search', { body: { page_size: 1, start_cursor, ...more }, ...sent })
    expect((await on(first.next_cursor)).status).toBe(200)

    const stranger = await installedIn(world.users.ada.id)
    const altered = first.next_cursor.slice(0, -4) + (first.next_cursor.endsWith('AAAA') ? 'BBBB' : 'AAAA')
    const users = (await ask('/v1/users?page_size=1')).json.next_cursor
    for (const answer of [
      await on(first.next_cursor, {}, { token: stranger.token }),
      await on(first.next_cursor, { query: 'Launch' }),
      await on(first.next_cursor, { sort: { timestamp: 'last_edited_time', direction: 'ascending' } }),
      await on(altered),
      await on(users),
      await on(''),
      await on('x'.repeat(100_000)),
      await on(7),
      await on('null.null'),
    ])
      expect(answer.json).toMatchObject({ status: 400, code: 'validation_error' })
    expect(await code(`/v1/users?start_cursor=${encodeURIComponent(first.next_cursor)}`)).toBe(
      '400 validation_error',
    )
  })

  it('a cursor shows nothing of where it stands', async () => {
    const { next_cursor } = (await ask('/v1/search', { body: { page_size: 1 } })).json
    const opened = Buffer.from(next_cursor.split('.').at(-1), 'base64url').toString('latin1')
    expect(opened + next_cursor).not.toContain(world.pages.roadmap.id.slice(0, 8))
  })
})

describe('searches', () => {
  it('take patterns, quotes and odd characters as plain text', async () => {
    for (const query of ['%', '_', '\\', "'", '%%%', 'La%nch', 'La_nch', '\\x', '؜', '\u0001', '🗺️'])
      expect((await ask('/v1/search', { body: { query } })).json).toMatchObject({
        results: [],
        has_more: false,
      })
  })

  it.each([
    { query: 'a\0b' },
    { query: '\ud800' },
    { query: 7 },
    { query: 'x'.repeat(2_001) },
    { filter: { property: 'object', value: 'block' } },
    { filter: { property: 'title', value: 'page' } },
    { filter: [] },
    { sort: { timestamp: 'created_time', direction: 'ascending' } },
    { sort: { timestamp: 'last_edited_time', direction: 'sideways' } },
    { sort: 'last_edited_time; drop table pages' },
    { order: 'by' },
  ])('with %j are refused', async body => {
    expect(await code('/v1/search', { body: JSON.stringify(body) })).toBe('400 validation_error')
  })

  it('in the trash find nothing, since nothing there is in reach', async () => {
    expect((await ask('/v1/search', { body: { filter: { in_trash: true } } })).json.results).toEqual([])
  })
})

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
