/** Files that are made from others are as those say now. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { DataSource } from 'typeorm'
import { createMigration } from '../scripts/migration.ts'
import { referencePages } from '../scripts/reference.ts'
import { schemaText } from '../scripts/schema-text.ts'
import { openDatabase } from '../src/storage/postgres/data-source.ts'
import { migrate } from '../src/storage/postgres/migrate.ts'
import { emptyDatabase, type TestDatabase } from './support/database.ts'

let database: TestDatabase
let opened: DataSource[]
let folder: string

beforeEach(async () => {
  database = await emptyDatabase()
  opened = []
  folder = await mkdtemp(path.join(tmpdir(), 'latchkey-migrations-'))
})
afterEach(async () => {
  for (const source of opened) await source.destroy()
  await database.drop()
  await rm(folder, { recursive: true })
})

async function open(migrations: string): Promise<DataSource> {
  const source = await openDatabase({ url: database.url, migrations: path.resolve(migrations) })
  opened.push(source)
  return source
}

describe('docs/reference', () => {
  it('says what the code says (else: npm run docs)', async () => {
    const pages = referencePages()
    for (const [file, text] of Object.entries(pages)) expect(await readFile(file, 'utf8')).toBe(text)
    expect((await readdir('docs/reference')).map(name => `docs/reference/${name}`).sort()).toEqual(
      Object.keys(pages).sort(),
    )
  })

  it('has every command and option, and for every variable what is accepted', () => {
    const pages = referencePages()
    expect(pages['docs/reference/commands.md']).toMatch(/^## latchkey connection create$/m)
    expect(pages['docs/reference/commands.md']).toContain('| `--capabilities <list>` | comma-separated:')
    const variables = pages['docs/reference/variables.md']!
    expect(variables).toContain('| `PORT` | a port number from 0 to 65535 | `3000` |')
    const rows = [...variables.matchAll(/^\| `([A-Z_]+)` \| (.*?) \|/gm)]
    const silent = rows.filter(([, , accepted]) => accepted === '').map(([, name]) => name)
    // Any text, as the host's provider gave it.
    expect(silent).toEqual(['NODE_ENV', 'LOGIN_CLIENT_ID', 'LOGIN_CLIENT_SECRET'])
  })
})

describe('migrations/schema.sql', () => {
  it('is what all migrations make (else: npm run schema)', async () => {
    const source = await open('migrations')
    await migrate(source)
    expect(await schemaText(source)).toBe(await readFile('migrations/schema.sql', 'utf8'))
  })

  it('makes the same schema of an empty database', async () => {
    const source = await open('migrations')
    const text = await readFile('migrations/schema.sql', 'utf8')
    await source.query(text)
    expect(await schemaText(source)).toBe(text)
  })
})

describe('npm run migration', () => {
  const now = new Date('2030-01-02T03:04:05.678Z')
  const time = now.getTime()

  it('makes a file named after the moment, which goes up and down once its SQL is written', async () => {
    const file = createMigration(folder, 'add-logo-hash', now)
    expect(path.basename(file)).toBe(`${time}-add-logo-hash.ts`)
    const source = await open(folder)
    await expect(migrate(source)).rejects.toThrow('syntax error')

    const written = (await readFile(file, 'utf8'))
      .replace('TODO: the change', 'create table logos (id uuid primary key)')
      .replace('TODO: the way back', 'drop table logos')
    // Node caches modules by file name, so the written one gets another.
    await rm(file)
    await writeFile(path.join(folder, `${time + 1}-add-logo-hash.ts`), written)
    const again = await open(folder)
    expect(await migrate(again)).toEqual([`AddLogoHash${time}`])
    expect(await schemaText(again)).toContain('CREATE TABLE logos (')
    expect(await migrate(again, 1)).toEqual([`AddLogoHash${time}`])
    expect(await schemaText(again)).not.toContain('logos')
  })

  it('refuses a bad name, a name that is taken, and a clock that is behind', async () => {
    for (const name of [
      '',
      'logo',
      'Add-Logo',
      'add_logo',
      'add logo',
      '../add-logo',
      'add-',
      'add--logo',
      '1-add',
    ])
      expect(() => createMigration(folder, name, now)).toThrow(/such as add-logo-hash; found/)
    createMigration(folder, 'add-logo', now)
    expect(() => createMigration(folder, 'add-logo', new Date(time + 1))).toThrow(/named add-logo already/)
    expect(() => createMigration(folder, 'add-other', now)).toThrow(/clock says 2030-01-02T03:04:05.678Z/)
    expect(await readdir(folder)).toEqual([`${time}-add-logo.ts`])
  })
})
