import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { openClone } from '../support/database.ts'
import { importLines, keptPaths, type Line, rightPaths } from '../support/directory.ts'

let database: Awaited<ReturnType<typeof openClone>>
let pool: Pool

beforeAll(async () => {
  database = await openClone()
  pool = poolOf(database.source)
})
afterAll(() => database.drop())

const rows = async (text: string, values: unknown[] = []) => (await pool.query(text, values)).rows
const refusal = (lines: Line[]) =>
  importLines(pool, lines).then(
    () => 'taken',
    error => error.message as string,
  )

const user = (externalId: string, more: Line = {}): Line => ({
  kind: 'user',
  external_id: externalId,
  email: `u${externalId}@papertrail.test`,
  name: `Person ${externalId}`,
  ...more,
})
const workspace = (externalId: string): Line => ({
  kind: 'workspace',
  external_id: externalId,
  name: `Space ${externalId}`,
  plan: 'free',
})
const member = (space: string, person: string, more: Line = {}): Line => ({
  kind: 'member',
  workspace_external_id: space,
  user_external_id: person,
  role: 'member',
  ...more,
})
const page = (space: string, externalId: string, parent: string | null = null, more: Line = {}): Line => ({
  kind: 'page',
  external_id: externalId,
  workspace_external_id: space,
  ...(parent === null ? {} : { parent_external_id: parent }),
  title: `Page ${externalId}`,
  ...more,
})

describe("a directory in the host's own ids", () => {
  it('is imported in any order, changes nothing the second time, and keeps the ids', async () => {
    const lines = [
      page('1', '1001', '1000'),
      page('1', '1000'),
      page('1', '1002', null, { private_to: [{ user_external_id: '17' }] }),
      member('1', '17', { role: 'owner' }),
      workspace('1'),
      user('17'),
    ]
    expect((await importLines(pool, lines)).changed).toEqual({ user: 1, workspace: 1, member: 1, page: 3 })
    expect((await importLines(pool, lines.toReversed())).changed).toEqual({
      user: 0,
      workspace: 0,
      member: 0,
      page: 0,
    })
    const [space] = await rows(`select id, external_id from workspaces where external_id = '1'`)
    expect(await keptPaths(pool, space.id)).toEqual(await rightPaths(pool, space.id))
    expect(
      await rows(
        `select p.external_id as page, above.external_id as parent, u.external_id as viewer
         from pages p left join pages above on above.id = p.parent_id
         left join page_viewers v on v.page_id = p.id left join users u on u.id = v.user_id
         where p.workspace_id = $1 order by 1`,
        [space.id],
      ),
    ).toEqual([
      { page: '1000', parent: null, viewer: null },
      { page: '1001', parent: '1000', viewer: null },
      { page: '1002', parent: null, viewer: '17' },
    ])
  })

  it('has the same page id in two workspaces as two pages', async () => {
    await importLines(pool, [workspace('2'), workspace('3'), page('2', 'home'), page('3', 'home')])
    expect(
      await rows(`select count(distinct id)::int as pages from pages where external_id = 'home'`),
    ).toEqual([{ pages: 2 }])
  })

  it('never reaches the row whose UUID an external id looks like', async () => {
    const [ada, space, root] = [randomUUID(), randomUUID(), randomUUID()]
    await importLines(pool, [
      { kind: 'user', id: ada, email: 'ada@uuid.test', name: 'Ada' },
      { kind: 'workspace', id: space, name: 'Ours', plan: 'free' },
      { kind: 'page', id: root, workspace_id: space, title: 'Ours' },
    ])
    await importLines(pool, [
      user(ada, { email: 'eve@uuid.test', name: 'Eve', disabled: true }),
      { ...workspace(space), name: 'Theirs' },
      {
        ...page('x', root),
        workspace_id: space,
        workspace_external_id: null,
        title: 'Theirs',
        archived: true,
      },
      member(space, ada),
    ])
    expect(await rows('select name, disabled, external_id from users where id = $1', [ada])).toEqual([
      { name: 'Ada', disabled: false, external_id: null },
    ])
    expect(await rows('select name from workspaces where id = $1', [space])).toEqual([{ name: 'Ours' }])
    expect(await rows('select title, archived from pages where id = $1', [root])).toEqual([
      { title: 'Ours', archived: false },
    ])
    expect(await rows('select from members where user_id = $1 or workspace_id = $2', [ada, space])).toEqual(
      [],
    )
  })

  it('leads an external id to the user who was imported by UUID and has both', async () => {
    const [ben, space] = [randomUUID(), randomUUID()]
    const both = { kind: 'user', id: ben, external_id: '20', email: 'ben@papertrail.test', name: 'Ben' }
    await importLines(pool, [
      both,
      { kind: 'workspace', id: space, name: 'Both', plan: 'free' },
      { ...member('', '20'), workspace_external_id: null, workspace_id: space },
    ])
    await importLines(pool, [
      user('20', { email: 'ben@papertrail.test', name: 'Benedict' }),
      {
        ...page('', 'secret', null, { private_to: [ben, { user_external_id: '20' }] }),
        workspace_external_id: null,
        workspace_id: space,
      },
    ])
    expect(await rows(`select id, name from users where external_id = '20'`)).toEqual([
      { id: ben, name: 'Benedict' },
    ])
    expect(await rows('select user_id from members where workspace_id = $1', [space])).toEqual([
      { user_id: ben },
    ])
    expect(await rows('select user_id from page_viewers where workspace_id = $1', [space])).toEqual([
      { user_id: ben },
    ])
  })

  it('refuses an external id that is somebody else’s, with the line and the id that it gave', async () => {
    const [one, other] = [randomUUID(), randomUUID()].sort() as [string, string]
    const given = (id: string, externalId: string) => ({
      ...user(externalId),
      id,
      email: `${id}@papertrail.test`,
    })
    expect(await refusal([given(one, '30'), given(other, '30')])).toBe(
      `line 2: the external_id 30 is that of user ${one}`,
    )
    await importLines(pool, [given(one, '30'), user('31')])
    expect(await refusal([given(other, '30')])).toBe(`line 1: the external_id 30 is that of user ${one}`)
    const [made] = await rows(`select id from users where external_id = '31'`)
    expect(await refusal([given(made.id, '32')])).toBe(
      `line 1: the user ${made.id} is known by the external_id 31, which cannot change`,
    )
  })

  it.each([
    [{ ...page('1', 'p'), id: randomUUID() }, 'id and external_id are both given; one is enough'],
    [{ ...page('1', 'p'), workspace_external_id: 7 }, 'workspace_external_id is no text: 7'],
    [{ ...page('1', '') }, 'external_id is empty'],
    [{ ...page('1', 'p\0') }, 'external_id has a NUL character'],
    [{ ...page('1', 'p'.repeat(256)) }, 'external_id is longer than 255 characters'],
    [page('1', 'p', 'p'), 'the page is its own parent'],
    [page('1', 'p', 'none'), 'the parent none is not known'],
    [page('none', 'p'), 'the workspace none is not known'],
    [
      page('1', 'p', null, { private_to: [{ user_external_id: 'none' }] }),
      'private_to names the user none, who is not known',
    ],
    [
      page('1', 'p', null, { private_to: [{ user_external_id: '17', group: 'g' }] }),
      'the JSON member "group" is unknown',
    ],
    [member('1', 'none'), 'the user none is not known'],
    [member('none', '17'), 'the workspace none is not known'],
  ] as [Line, string][])('refuses %o', async (line, reason) => {
    expect(await refusal([workspace('1'), line])).toBe(`line 2: ${reason}`)
  })

  it('takes ids of any characters, and tells them apart by code', async () => {
    const odd = ['a\tb', 'a\nb', 'a\\b', '{"a,b"}', 'NULL', '', 'é', 'e\u0301', '🏔️'].filter(Boolean)
    await importLines(pool, [
      workspace('odd'),
      ...odd.map((id, at) => user(id, { email: `odd${at}@papertrail.test` })),
      page('odd', 'p', null, { private_to: odd.map(id => ({ user_external_id: id })) }),
    ])
    const seen = await rows(
      `select u.external_id from pages p join page_viewers v on v.page_id = p.id join users u on u.id = v.user_id
       join workspaces w on w.id = p.workspace_id where w.external_id = 'odd'`,
    )
    expect(seen.map(row => row.external_id).sort()).toEqual(odd.sort())
  })
})
