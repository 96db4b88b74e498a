import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { call, type Sent } from '../support/api.ts'
import { type Installed, seedInstalled } from '../support/installed.ts'
import { openWorld } from '../support/open-world.ts'

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

describe('addresses', () => {
  it.each([
    '/v1/nowhere',
    '/v1/databases/x',
    '/v1/users/me/',
    '/v1/pages/a/b',
    '/v1/blocks/a',
    '/v1//pages/a',
    '/v1/../v1/pages',
  ])('%s is unknown', async path => {
    expect(await code(path)).toBe('400 invalid_request_url')
  })

  it('take their own methods only, and answer JSON to a browser too', async () => {
    for (const method of ['DELETE', 'PUT', 'POST', 'OPTIONS'])
      expect(await code(launch, { method })).toBe('405 invalid_request_url')
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
  ])('%s is refused as invalid JSON', async body => {
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

  it('a cursor continues its own question for its own installation only, unaltered', async () => {
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

  it('a cursor does not reveal the page that it points to', async () => {
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

  it.each([
    [{ query: 7 }, 'body.query should be a string, instead was 7.'],
    [{ query: 'a\0' }, 'body.query should be valid Unicode without NUL.'],
    [{ query: 'x'.repeat(2_001) }, 'body.query should be at most 2000 characters.'],
    [{ filter: { property: 'title' } }, 'body.filter.property should be "object", instead was "title".'],
    [{ filter: { property: 'object' } }, 'body.filter should have property and value together.'],
    [{ sort: {} }, 'body.sort.timestamp should be "last_edited_time", instead was missing.'],
    [{ sort: { order: 1 } }, 'body.sort.timestamp should be "last_edited_time", instead was missing.'],
    [{ order: 'by' }, 'body.order is not supported here.'],
    [
      { page_size: 'x'.repeat(200) },
      `body.page_size should be a whole number from 1 to 100, instead was "${'x'.repeat(79)}….`,
    ],
  ])('with %j are refused with the member that is wrong', async (body, sentence) => {
    expect((await ask('/v1/search', { body })).json.message).toBe(sentence)
  })

  it('in the trash are empty, since it is out of reach', async () => {
    expect((await ask('/v1/search', { body: { filter: { in_trash: true } } })).json.results).toEqual([])
  })
})
