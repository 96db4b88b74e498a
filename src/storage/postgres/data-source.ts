import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { ClientBase } from 'pg'
import { DataSource, type MigrationInterface } from 'typeorm'
import { tables } from './tables.ts'

type MigrationClass = new () => MigrationInterface

/** Every migration of the folder, oldest first. */
async function readMigrations(folder: string): Promise<MigrationClass[]> {
  const files = (await readdir(folder)).filter(file => /^\d{13}-[\w-]+\.[jt]s$/.test(file)).sort()
  const modules = await Promise.all(files.map(file => import(path.join(folder, file))))
  return modules.flatMap(module => Object.values(module) as MigrationClass[])
}

/**
 * Opens the pool. TypeORM runs the migrations and writes rows of many columns (see repositories.ts); everything else is SQL on
 * the driver's pool, which `poolOf` gives.
 * @throws the driver's error when the database does not answer.
 */
export async function openDatabase(options: {
  url: string
  migrations: string
  poolSize?: number
  /** After how long a statement that waits for a lock gives up; 0: it waits as long as it must. */
  lockTimeoutMs?: number
}): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    url: options.url,
    entities: tables,
    migrations: await readMigrations(options.migrations),
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    poolSize: options.poolSize ?? 20,
    extra: {
      application_name: 'latchkey',
      // Said on the connection: a pooler in between refuses those that open one with settings that it does not know.
      onConnect: (client: ClientBase) =>
        client.query(
          `set idle_in_transaction_session_timeout = 60000; set lock_timeout = ${options.lockTimeoutMs ?? 0}`,
        ),
    },
  })
  return source.initialize()
}
