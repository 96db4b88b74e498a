import { randomBytes } from 'node:crypto'
import path from 'node:path'
import pg from 'pg'
import type { DataSource } from 'typeorm'
import { openDatabase } from '../../src/storage/postgres/data-source.ts'

export type TestDatabase = { url: string; drop(): Promise<void> }

/** A database of the caller's own, cloned from the migrated template in some 30 ms. */
export async function cloneDatabase(): Promise<TestDatabase> {
  const template = new URL(process.env.TEST_DATABASE_URL!)
  const name = `test_${randomBytes(6).toString('hex')}`
  await cloneTemplate(`create database ${name} template ${template.pathname.slice(1)}`)
  const url = new URL(template)
  url.pathname = `/${name}`
  return {
    url: url.href,
    drop: () => onServer(client => client.query(`drop database if exists ${name} with (force)`)),
  }
}

/** An empty database of the caller's own, without even the schema. `rules`: of its language, as SQL. */
export async function emptyDatabase(rules = ''): Promise<TestDatabase> {
  const name = `empty_${randomBytes(6).toString('hex')}`
  await onServer(client => client.query(`create database ${name} template template0 ${rules}`))
  const url = new URL(process.env.TEST_DATABASE_URL!)
  url.pathname = `/${name}`
  return {
    url: url.href,
    drop: () => onServer(client => client.query(`drop database if exists ${name} with (force)`)),
  }
}

/** A clone, opened. */
export async function openClone(): Promise<{ source: DataSource; url: string; drop(): Promise<void> }> {
  const database = await cloneDatabase()
  const source = await openDatabase({ url: database.url, migrations: path.resolve('migrations') })
  return {
    source,
    url: database.url,
    async drop() {
      await source.destroy()
      await database.drop()
    },
  }
}

/** The server may take a moment to end the last session of the template, such as that of the migrations. */
async function cloneTemplate(statement: string, triesLeft = 100): Promise<void> {
  try {
    await onServer(client => client.query(statement))
  } catch (error) {
    if ((error as { code?: string }).code !== '55006' || triesLeft === 0) throw error
    await new Promise(resolve => setTimeout(resolve, 100))
    await cloneTemplate(statement, triesLeft - 1)
  }
}

async function onServer(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const server = new URL(process.env.TEST_DATABASE_URL!)
  server.pathname = '/postgres'
  const client = new pg.Client({ connectionString: server.href })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
