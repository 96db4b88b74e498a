import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import type { DataSource } from 'typeorm'
import { openDatabase } from '../../src/storage/postgres/data-source.ts'
import { findSharedAddresses } from '../../src/storage/postgres/directory/shared-addresses.ts'
import { migrate } from '../../src/storage/postgres/migrate.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { userStore } from '../../src/storage/postgres/stores/users.ts'
import { emptyDatabase, openClone } from '../support/database.ts'
import { importLines, memberLine, userLine, workspaceLine } from '../support/directory.ts'

const migrations = path.resolve('migrations')

describe('e-mail addresses in a database with Turkish rules', () => {
  let database: Awaited<ReturnType<typeof emptyDatabase>>
  let source: DataSource
  let pool: Pool

  beforeAll(async () => {
    database = await emptyDatabase(`locale_provider icu icu_locale 'tr-TR' locale 'C' encoding 'UTF8'`)
    source = await openDatabase({ url: database.url, migrations })
    await migrate(source)
    pool = poolOf(source)
  })
  afterAll(async () => {
    await source.destroy()
    await database.drop()
  })

  it('are found in any case', async () => {
    const id = randomUUID()
    await importLines(pool, [userLine(id, { email: 'INFO@Acme.test' })])
    for (const email of ['info@acme.test', 'INFO@ACME.TEST', 'Info@Acme.Test'])
      expect((await userStore(pool).byEmail(email))?.user.id).toBe(id)
    expect(await userStore(pool).byEmail('ınfo@acme.test')).toBeNull()
  })

  it('are those of one person, in whatever case', async () => {
    const [first, second] = [randomUUID(), randomUUID()]
    const lines = [
      userLine(first, { email: 'LINDI@acme.test' }),
      userLine(second, { email: 'lindi@acme.test' }),
    ]
    await expect(importLines(pool, lines)).rejects.toThrow(/lindi@acme\.test is that of user/)
  })

  it('that exist twice from before are named, and nothing is migrated', async () => {
    while ((await migrate(source, 1))[0] !== 'CompareAddressesByCode1764000000130');
    const insert = 'insert into users (id, email, name) values ($1, $2, $3)'
    for (const email of ['PINI@acme.test', 'pini@acme.test'])
      await pool.query(insert, [randomUUID(), email, 'Pini'])
    expect(await findSharedAddresses(source)).toEqual([
      { email: expect.stringMatching(/^pini@/i), userIds: [expect.any(String), expect.any(String)] },
    ])
    await expect(migrate(source)).rejects.toThrow(
      /pini@acme\.test is that of 2 users .* "latchkey doctor" lists/i,
    )
    await pool.query(`delete from users where email = 'PINI@acme.test'`)
    expect(await findSharedAddresses(source)).toEqual([])
    await migrate(source)
  })
})

describe('a person who comes back under a new id, with the address they had', () => {
  let clone: Awaited<ReturnType<typeof openClone>>
  let pool: Pool
  const [acme, before, now] = [randomUUID(), randomUUID(), randomUUID()]
  const email = 'Zoë@acme.test'
  const account = async (id: string) =>
    (await pool.query('select email, disabled from users where id = $1', [id])).rows[0]

  beforeAll(async () => {
    clone = await openClone()
    pool = poolOf(clone.source)
  })
  afterAll(() => clone.drop())

  it('is refused while the account of before is in use, and nothing is imported', async () => {
    await importLines(pool, [
      workspaceLine(acme),
      userLine(before, { email, password: 'first' }),
      memberLine(acme, before),
    ])
    await expect(importLines(pool, [userLine(now, { email })])).rejects.toThrow(/is that of user/)
    expect(await account(now)).toBeUndefined()
  })

  it('is imported once the account of before is disabled, and signs in to the new one', async () => {
    await importLines(pool, [userLine(before, { email, disabled: true })])
    const lines = [userLine(now, { email: email.normalize('NFD').replace('Z', 'z'), password: 'second' })]
    expect((await importLines(pool, lines)).changed.user).toBe(1)
    expect((await importLines(pool, lines)).changed.user).toBe(0)
    expect((await userStore(pool).byEmail(email))?.user).toMatchObject({ id: now, disabled: false })
    expect(await account(before)).toEqual({ email, disabled: true })
  })

  it('is imported in every nightly file that says both, in any order', async () => {
    const lines = [
      userLine(now, { email }),
      userLine(before, { email, disabled: true }),
      memberLine(acme, now),
    ]
    for (const file of [lines, lines.toReversed()]) await importLines(pool, file)
    expect((await userStore(pool).byEmail(email))?.user.id).toBe(now)
  })

  it('inherits no membership, no password and nothing that was installed', async () => {
    const { rows } = await pool.query('select workspace_id, user_id from members where user_id = any ($1)', [
      [before, now],
    ])
    expect(rows.map(row => row.user_id).sort()).toEqual([before, now].sort())
    expect((await userStore(pool).byEmail(email))?.passwordHash).toMatch(/ second$/)
  })

  it('is imported where the account of before was taken out of its last workspace, which disables that', async () => {
    const [left, back] = [randomUUID(), randomUUID()]
    const lines = [userLine(left, { email: 'left@acme.test' }), memberLine(acme, left)]
    await importLines(pool, lines)
    const file = [userLine(back, { email: 'LEFT@acme.test' }), memberLine(acme, left, { removed: true })]
    await importLines(pool, file)
    expect(await account(left)).toEqual({ email: 'left@acme.test', disabled: true })
    expect((await userStore(pool).byEmail('left@acme.test'))?.user.id).toBe(back)
  })

  it('changes places with the account of before, when the file says so', async () => {
    await importLines(pool, [userLine(now, { email, disabled: true }), userLine(before, { email })])
    expect((await userStore(pool).byEmail(email))?.user.id).toBe(before)
  })
})
