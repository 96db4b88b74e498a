import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { repositoriesOn } from '../../src/storage/postgres/repositories.ts'
import { users } from '../../src/storage/postgres/tables.ts'
import { transact } from '../../src/storage/postgres/transaction.ts'
import { openClone } from '../support/database.ts'

type Column = { table: string; column: string; type: string; nullable: boolean }

describe('the tables', () => {
  let clone: Awaited<ReturnType<typeof openClone>>
  beforeAll(async () => {
    clone = await openClone()
  })
  afterAll(() => clone.drop())

  it('are described as the migrations made them, column by column', async () => {
    const made: Column[] = await clone.source.query(
      `select table_name as table, column_name as column, is_nullable = 'YES' as nullable,
         case data_type when 'ARRAY' then (udt_schema || '.' || udt_name)::regtype::text else data_type end as type
       from information_schema.columns where table_schema = 'public' and table_name <> 'migrations'`,
    )
    const described = clone.source.entityMetadatas.flatMap(({ tableName, columns }) =>
      columns.map(column => ({
        table: tableName,
        column: column.databaseName,
        type: `${clone.source.driver.normalizeType(column)}${column.isArray ? '[]' : ''}`,
        nullable: column.isNullable,
      })),
    )
    expect(linesOf(described)).toEqual(linesOf(made))
  })

  it('have no value of ours where PostgreSQL computes one', async () => {
    const generated: { table: string; column: string }[] = await clone.source.query(
      `select table_name as table, column_name as column from information_schema.columns
       where table_schema = 'public' and is_generated = 'ALWAYS' order by 1, 2`,
    )
    const unwritten = clone.source.entityMetadatas.flatMap(({ tableName, columns }) =>
      columns
        .filter(column => !column.isInsert && !column.isUpdate)
        .map(column => ({ table: tableName, column: column.databaseName })),
    )
    expect(unwritten.sort((a, b) => a.table.localeCompare(b.table))).toEqual(generated)
  })
})

describe('repositories in a transaction', () => {
  it('write what the SQL of the transaction reads, and are rolled back with it', async () => {
    const clone = await openClone()
    const pool = poolOf(clone.source)
    const now = new Date()
    const ada = { id: '00000000-0000-7000-8000-000000000001', email: 'ada@acme.test', name: 'Ada' }
    const names = 'select name from users'
    const work = transact(pool, async client => {
      const repository = repositoriesOn(clone.source, client).getRepository(users)
      await repository.insert({ ...ada, disabled: false, createdAt: now, updatedAt: now })
      expect((await client.query(names)).rows).toEqual([{ name: 'Ada' }])
      expect((await pool.query(names)).rows).toEqual([])
      throw new Error('thought better of it')
    })
    await expect(work).rejects.toThrow('thought better of it')
    expect((await pool.query(names)).rows).toEqual([])
    await clone.drop()
  })

  it('report a violated constraint as the driver does', async () => {
    const clone = await openClone()
    const now = new Date()
    const row = { id: '00000000-0000-7000-8000-000000000001', email: 'ada@acme.test', name: 'Ada' }
    const insert = () =>
      transact(poolOf(clone.source), async client => {
        const repository = repositoriesOn(clone.source, client).getRepository(users)
        await repository.insert({ ...row, disabled: false, createdAt: now, updatedAt: now })
      })
    await insert()
    await expect(insert()).rejects.toMatchObject({ code: '23505', constraint: 'users_pkey' })
    await clone.drop()
  })
})

const linesOf = (columns: Column[]) =>
  columns
    .map(one => `${one.table}.${one.column} ${one.type}${one.nullable ? ' null' : ''}`)
    .sort((a, b) => a.localeCompare(b))
