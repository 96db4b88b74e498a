import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { latchkey } from '../support/command.ts'
import { openClone } from '../support/database.ts'
import { keptPaths, pageLine, rightPaths, userLine, workspaceLine } from '../support/directory.ts'

let database: Awaited<ReturnType<typeof openClone>>
let pool: Pool
let folder: string
let env: Record<string, string>

beforeAll(async () => {
  database = await openClone()
  pool = poolOf(database.source)
  folder = await mkdtemp(path.join(tmpdir(), 'latchkey-import-'))
  env = { DATABASE_URL: database.url, DATA_DIR: folder }
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

const text = (lines: object[]) => lines.map(line => `${JSON.stringify(line)}\n`).join('')

async function file(lines: object[]): Promise<string> {
  const name = path.join(folder, `${randomUUID()}.ndjson`)
  await writeFile(name, text(lines))
  return name
}

describe('latchkey import', () => {
  it('reads a file or standard input, and says what was new', async () => {
    const [workspace, ada, page] = [randomUUID(), randomUUID(), randomUUID()]
    const lines = [
      userLine(ada, { password: 'a long password' }),
      workspaceLine(workspace),
      pageLine(workspace, page),
    ]
    const first = await latchkey(['import', await file(lines)], env)
    expect([first.code, first.err]).toEqual([0, ''])
    expect(first.out).toMatch(
      /^Read 3 lines in .* s; new or changed: 1 user, 1 workspace, 0 members, 1 page\.\n$/,
    )
    const { rows } = await pool.query('select password_hash from users where id = $1', [ada])
    expect(rows[0].password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)

    lines[2]!.title = 'Plan'
    const second = await latchkey(['import', '-', '--json'], env, text(lines))
    expect([second.code, second.err, second.json()]).toEqual([
      0,
      '',
      { lines: 3, changed: { users: 0, workspaces: 0, members: 0, pages: 1 } },
    ])
  })

  it('shows lines that can be pasted, and tells which workspaces lost their last owner', async () => {
    const { out: help } = await latchkey(['import', '--help'], env)
    const shown = help.split('\n').filter(line => line.startsWith('{'))
    const pasted = await latchkey(['import', '-', '--json'], env, shown.join('\n'))
    expect(pasted.json()).toEqual({
      lines: 4,
      changed: { users: 1, workspaces: 1, members: 1, pages: 1 },
    })
    const [workspace, ada, ben] = [randomUUID(), randomUUID(), randomUUID()]
    const members = (...all: object[]) =>
      all.map(one => ({ kind: 'member', workspace_id: workspace, ...one }))
    const two = [
      { user_id: ada, role: 'owner' },
      { user_id: ben, role: 'member' },
    ]
    await latchkey(
      ['import', '-'],
      env,
      text([userLine(ada), userLine(ben), workspaceLine(workspace), ...members(...two)]),
    )
    const left = await latchkey(['import', '-'], env, text(members({ user_id: ada, removed: true })))
    expect(left.out).toContain(`(${workspace}) has no owner now`)
    expect(
      (await latchkey(['import', '-', '--json'], env, text(members({ user_id: ben, role: 'owner' })))).json(),
    ).toEqual({
      lines: 1,
      changed: { users: 0, workspaces: 0, members: 1, pages: 0 },
    })
  })

  it('refuses a bad line with its number, and a file that is not there', async () => {
    const workspace = randomUUID()
    const bad = await latchkey(
      ['import', await file([workspaceLine(workspace), pageLine(workspace, 'one')]), '--json'],
      env,
    )
    expect([bad.code, bad.out, bad.err]).toEqual([1, '', 'latchkey: line 2: id is no UUID: "one"\n'])
    const worse = [workspaceLine(workspace), pageLine(workspace, 'one'), { kind: 'paeg' }]
    const several = await latchkey(['import', await file(worse)], env)
    expect([several.code, several.out, several.err.split('\n')]).toEqual([
      1,
      '',
      [
        'latchkey: line 2: id is no UUID: "one"',
        'line 3: the kind "paeg" is unknown (user, workspace, member or page)',
        'The import was refused. These are all that were found. Correct the lines, and run it again.',
        '',
      ],
    ])
    expect((await pool.query('select from workspaces where id = $1', [workspace])).rowCount).toBe(0)
    const missing = await latchkey(['import', path.join(folder, 'nowhere.ndjson')], env)
    expect([missing.code, missing.err]).toEqual([
      1,
      expect.stringMatching(/^latchkey: There is no file .*nowhere/),
    ])
    const directory = await latchkey(['import', folder], env)
    expect([directory.code, directory.err]).toEqual([1, expect.stringMatching(/^latchkey: There is no file/)])
  })

  it('keeps whole batches only when it is killed, and finishes when it is run again', async () => {
    const workspace = randomUUID()
    const pages = Array.from({ length: 40_000 }, () => randomUUID())
    const lines = [
      workspaceLine(workspace),
      ...pages.map((id, at) => pageLine(workspace, id, at < 10 ? null : pages[Math.floor(at / 3)]!)),
    ]
    const name = await file(lines.reverse())
    const child = spawn(process.execPath, ['src/cli.ts', 'import', name], {
      env: { ...env, PATH: process.env.PATH! },
    })
    const count = async () =>
      (await pool.query('select count(*)::int as count from pages where workspace_id = $1', [workspace]))
        .rows[0].count
    while ((await count()) === 0 && child.exitCode === null)
      await new Promise(resolve => setTimeout(resolve, 20))
    child.kill('SIGKILL')
    if (child.exitCode === null) await once(child, 'exit')
    const kept = await keptPaths(pool, workspace)
    expect(kept.length).toBeGreaterThan(0)
    expect(kept).toEqual(await rightPaths(pool, workspace))

    const again = (await latchkey(['import', name, '--json'], env)).json() as { changed: { pages: number } }
    expect(await count()).toBe(40_000)
    expect(again.changed.pages).toBeLessThanOrEqual(40_000 - kept.length)
    expect(await keptPaths(pool, workspace)).toEqual(await rightPaths(pool, workspace))
  })
})
