import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { ImportRefused } from '../../src/storage/postgres/directory/refused.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { openClone } from '../support/database.ts'
import {
  importBytes,
  importLines,
  type Line,
  memberLine,
  pageLine,
  userLine,
  workspaceLine,
} from '../support/directory.ts'

let database: Awaited<ReturnType<typeof openClone>>
let pool: Pool

const [acme, side, ada, ben, roadmap, launch, ideas] = Array.from({ length: 7 }, () => randomUUID()) as [
  ...[string, string, string, string, string, string, string],
]

beforeAll(async () => {
  database = await openClone()
  pool = poolOf(database.source)
  await importLines(pool, [
    workspaceLine(acme),
    workspaceLine(side),
    userLine(ada, { email: 'ada@acme.test' }),
    userLine(ben, { email: 'ben@acme.test' }),
    memberLine(acme, ada),
    pageLine(acme, roadmap),
    pageLine(acme, launch, roadmap),
    pageLine(side, ideas),
  ])
})
afterAll(() => database.drop())

async function everything(): Promise<string> {
  const { rows } = await pool.query(
    `select (select json_agg(t order by id) from users t)::text || (select json_agg(t order by id) from workspaces t)::text
       || (select json_agg(t order by user_id) from members t)::text || (select json_agg(t order by id) from pages t)::text
       || (select json_agg(t order by page_id) from page_paths t)::text as all`,
  )
  return rows[0].all
}

/** The bad line is the third, among good ones that are not kept either. */
async function refusal(bad: Line | string, more: (Line | string)[] = []): Promise<string> {
  const before = await everything()
  const stranger = randomUUID()
  const refused = await importLines(pool, [
    workspaceLine(stranger),
    pageLine(stranger, randomUUID()),
    bad,
    ...more,
    workspaceLine(acme, { name: 'Changed' }),
  ]).catch(error => error)
  expect(refused).toBeInstanceOf(ImportRefused)
  expect(await everything()).toBe(before)
  return refused.message
}

const page = (more: Line) => pageLine(acme, randomUUID(), null, more)
const without = (line: Line, name: string) =>
  Object.fromEntries(Object.entries(line).filter(([key]) => key !== name))

describe('a line that cannot stand is refused with its number, and nothing is kept:', () => {
  const id = randomUUID()
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const inPage = `"id":"${id}","workspace_id":"${acme}"`
  it.each<[string, Line | string, RegExp]>([
    ['broken JSON', '{"kind":"page"', /no JSON/],
    ['an array', '[]', /no JSON object/],
    ['null', 'null', /no JSON object/],
    ['text', '"page"', /no JSON object/],
    ['two objects on one line', '{} {}', /no JSON/],
    ['an unknown kind', { kind: 'team', id }, /kind "team" is unknown/],
    ['a kind of another case', { kind: 'Page', id }, /kind "Page" is unknown/],
    ['no kind', { id }, /kind is missing/],
    ['an unknown member', page({ parent: roadmap }), /member "parent" is unknown/],
    ['a member of another kind', workspaceLine(id, { email: 'a@b.test' }), /member "email" is unknown/],
    ['__proto__', `{"kind":"workspace","id":"${id}","name":"x","plan":"free","__proto__":{}}`, /__proto__/],
    ['a bad id', page({ id: 'roadmap' }), /id is no UUID: "roadmap"/],
    ['an id that is a number', page({ id: 7 }), /id is no UUID: 7/],
    ['an id in braces', page({ id: `{${id}}` }), /id is no UUID/],
    ['an id with a dash too few', page({ id: id.replace('-', '') }), /id is no UUID/],
    ['the greatest id', page({ id: 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF' }), /id is no UUID/],
    ['no id', without(page({}), 'id'), /id is missing/],
    ['no workspace', without(page({}), 'workspace_id'), /workspace_id is missing/],
    ['a workspace that is not known', pageLine(id, randomUUID()), /workspace .* is not known/],
    ['a member of a workspace that is not known', memberLine(id, ada), /workspace .* is not known/],
    ['a member who is not known', memberLine(acme, id), /user .* is not known/],
    ['a parent that is not known', page({ parent_id: id }), /parent .* is not known/],
    ['a parent in another workspace', page({ parent_id: ideas }), /parent .* is in another workspace/],
    ['a page that is its own parent', page({ id, parent_id: id }), /its own parent/],
    ['a cycle through what stands', pageLine(acme, roadmap, launch), /cycle/],
    ['an unknown role', memberLine(acme, ben, { role: 'admin' }), /role "admin" is unknown/],
    ['no role', memberLine(acme, ben, { role: null }), /role is missing/],
    ['an unknown plan', workspaceLine(acme, { plan: 'gold' }), /plan "gold" is unknown/],
    ['an unknown type', page({ type: 'folder' }), /type "folder" is unknown/],
    ['a title of 2,001 characters', page({ title: 'x'.repeat(2_001) }), /title is longer than 2,000/],
    ['a title of 2,001 wide characters', page({ title: '🏔'.repeat(2_001) }), /title is longer than 2,000/],
    ['no title', without(page({}), 'title'), /title is missing/],
    ['a title that is a list', page({ title: ['Roadmap'] }), /title is no text/],
    ['a title nested deep', `{"kind":"page",${inPage},"title":${deep}}`, /title is no text: a list/],
    ['a kind nested deep', `{"kind":${deep}}`, /kind is no text: a list/],
    ['an id nested deep', `{"kind":"page","title":"x","id":${deep}}`, /id is no UUID: a list/],
    [
      'a viewer nested deep',
      `{"kind":"page",${inPage},"title":"x","private_to":[${deep}]}`,
      /private_to has what is no UUID: a list/,
    ],
    ['a flag nested deep', `{"kind":"page",${inPage},"title":"x","archived":{"a":1}}`, /false: an object/],
    ['a NUL in a title', page({ title: 'Road\0map' }), /title has a NUL/],
    ['a NUL in an icon', page({ icon: '\0' }), /icon has a NUL/],
    ['a NUL in a name', workspaceLine(acme, { name: 'Acme\0' }), /name has a NUL/],
    [
      'half of a surrogate pair',
      `{"kind":"workspace","id":"${id}","name":"\\ud83c","plan":"free"}`,
      /surrogate/,
    ],
    ['private_to below a root', page({ parent_id: roadmap, private_to: [ada] }), /only a root/],
    ['private_to that is no list', page({ private_to: ada }), /private_to is no list/],
    ['private_to with a bad id', page({ private_to: [ada, 'ben'] }), /private_to has what is no UUID: "ben"/],
    ['private_to with a stranger', page({ private_to: [id] }), /private_to names the user .* not known/],
    ['archived that is text', page({ archived: 'yes' }), /archived is neither true nor false/],
    ['removed that is a number', memberLine(acme, ada, { removed: 1 }), /removed is neither true nor false/],
    ['a user without an address', userLine(id, { email: 'ada' }), /email is no address/],
    ['an address that is taken', userLine(id, { email: 'ADA@acme.test' }), /ADA@acme\.test is that of user/],
    [
      'an avatar that a browser would run',
      userLine(id, { avatar_url: 'javascript:1' }),
      /avatar_url is no web/,
    ],
    ['an empty password', userLine(id, { password: '' }), /password is empty/],
    ['an empty name', userLine(id, { name: '' }), /name is empty/],
    ['a name without end', userLine(id, { name: 'x'.repeat(501) }), /name is longer than 500/],
    ['a line without end', `{"kind":"page","title":"${'x'.repeat(1_000_001)}"}`, /longer than 1,000,000/],
  ])('%s', async (_name, bad, words) => {
    const message = await refusal(bad)
    expect(message).toMatch(/^line 3: /)
    expect(message).toMatch(words)
    expect(message.length).toBeLessThan(250)
  })
})

describe('what only the whole file shows is refused by the line that shows it first:', () => {
  it('two new pages that are each the other’s parent, and one below them', async () => {
    const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()]
    expect(await refusal(pageLine(acme, a, b), [pageLine(acme, b, a), pageLine(acme, c, a)])).toBe(
      'line 3: its parents form a cycle',
    )
  })

  it('a cycle through a new page and one that stands', async () => {
    const fresh = randomUUID()
    expect(await refusal(pageLine(acme, roadmap, fresh), [pageLine(acme, fresh, launch)])).toBe(
      'line 3: its parents form a cycle',
    )
  })

  it('a parent that an earlier line puts in another workspace', async () => {
    const [parent, child] = [randomUUID(), randomUUID()]
    expect(await refusal(pageLine(side, parent), [pageLine(acme, child, parent)])).toMatch(
      /^line 4: the parent .* is in another workspace$/,
    )
  })

  it('the hundred and first level', async () => {
    const chain = Array.from({ length: 101 }, () => randomUUID())
    const lines = chain.map((id, at) => pageLine(acme, id, chain[at - 1] ?? null))
    expect(await refusal(lines[100]!, lines.slice(0, 100).reverse())).toBe(
      'line 3: the page is deeper than 100 levels',
    )
    const below = lines.slice(0, 99)
    below[0] = pageLine(acme, chain[0]!, launch)
    expect(await refusal(below[98]!, below.slice(0, 98))).toMatch(/deeper than 100 levels/)
  })

  it('two users of one address', async () => {
    const [a, b] = [randomUUID(), randomUUID()]
    expect(
      await refusal(userLine(a, { email: 'new@acme.test' }), [userLine(b, { email: 'NEW@acme.test' })]),
    ).toMatch(/^line 4: the e-mail address NEW@acme\.test is that of user/)
  })

  it('a move that would carry pages below the hundredth level', async () => {
    const workspace = randomUUID()
    const deep = Array.from({ length: 60 }, () => randomUUID())
    const other = Array.from({ length: 50 }, () => randomUUID())
    const chained = (list: string[]) => list.map((id, at) => pageLine(workspace, id, list[at - 1] ?? null))
    await importLines(pool, [workspaceLine(workspace), ...chained(deep), ...chained(other)])
    expect(await refusal(pageLine(workspace, other[0]!, deep[59]!))).toMatch(
      /^line 3: it or a page below it would be deeper than 100 levels$/,
    )
    const tail = [pageLine(workspace, randomUUID(), other[38]!), pageLine(workspace, other[39]!, null)]
    await importLines(pool, [pageLine(workspace, other[0]!, deep[59]!), tail[1]!])
    expect(await refusal(pageLine(workspace, other[39]!, other[38]!), [tail[0]!])).toMatch(/deeper than 100/)
  })
})

describe('several bad lines', () => {
  const end = 'The import was refused. These are all that were found. Correct the lines, and run it again.'

  it('are told at once, each with its number, whatever is wrong with them', async () => {
    const before = await everything()
    const [user, nobody] = [randomUUID(), randomUUID()]
    const long = Buffer.from(`"${'x'.repeat(1_000_001)}"`)
    const lines = [
      JSON.stringify(workspaceLine(randomUUID())),
      '{"kind":"page"',
      '',
      Buffer.from('{"kind":"Caf\u00e9"}', 'latin1'),
      long,
      JSON.stringify(userLine(user, { email: 'nobody' })),
      // Contradictions between lines are looked for only when all lines can be read.
      JSON.stringify(memberLine(acme, nobody)),
    ]
    const bytes = lines.flatMap(line => [Buffer.from(line), Buffer.from('\n')])
    await expect(importBytes(pool, [Buffer.concat(bytes)])).rejects.toThrow(
      new ImportRefused([
        { line: 2, reason: 'it is no JSON' },
        { line: 4, reason: 'it is no UTF-8' },
        { line: 5, reason: 'it is longer than 1,000,000 characters' },
        { line: 6, reason: 'email is no address: "nobody"' },
      ]),
    )
    expect(await everything()).toBe(before)
  })

  it('are told too where only the whole file shows them', async () => {
    const [workspace, user, parent] = [randomUUID(), randomUUID(), randomUUID()]
    expect(await refusal(memberLine(workspace, user), [pageLine(acme, randomUUID(), parent)])).toBe(
      [
        `line 3: the workspace ${workspace} is not known`,
        `line 4: the parent ${parent} is not known`,
        end,
      ].join('\n'),
    )
  })

  it('are twenty at most: the rest is only said to be there', async () => {
    const readable = Array.from({ length: 30 }, () => memberLine(acme, randomUUID()))
    for (const lines of [readable, readable.map(() => '{')]) {
      const told = (await refusal(lines[0]!, lines.slice(1))).split('\n')
      expect(told).toHaveLength(21)
      expect(told[19]).toMatch(/^line 22: /)
      expect(told[20]).toContain('These are the first 20; there are others.')
    }
  })

  it('end with one that finds no end', async () => {
    const endless = function* () {
      yield Buffer.from('{\n')
      for (;;) yield Buffer.alloc(300_000, 'x')
    }
    await expect(importBytes(pool, endless())).rejects.toThrow(
      ['line 1: it is no JSON', 'line 2: it is longer than 1,000,000 characters', end].join('\n'),
    )
  })
})

describe('bytes that are no UTF-8', () => {
  it('are refused by their line', async () => {
    const good = Buffer.from(`${JSON.stringify(workspaceLine(randomUUID()))}\n`)
    const bad = Buffer.from(
      `${JSON.stringify(workspaceLine(randomUUID(), { name: 'Caf\u00e9' }))}\n`,
      'latin1',
    )
    const before = await everything()
    await expect(importBytes(pool, [Buffer.concat([good, good, good, bad, good])])).rejects.toThrow(
      'line 4: it is no UTF-8',
    )
    await expect(importBytes(pool, [good, bad.subarray(0, -1)])).rejects.toThrow('line 2: it is no UTF-8')
    expect(await everything()).toBe(before)
  })
})
