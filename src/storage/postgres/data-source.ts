import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { DataSource, type MigrationInterface } from 'typeorm'
import { type Bounds, distrustAfterHang, poolOf, poolOptions } from './pool.ts'
import { tables } from './tables.ts'
import { withTlsAdvice } from './tls.ts'

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
 * @param options.bounds how long a request may wait; left out, work waits as long as it must.
 * @param options.pooler the address is that of a pooler in transaction mode.
 * @throws the driver's error when the database does not answer, BadAddress.
 */
export async function openDatabase(options: {
  url: string
  migrations: string
  poolSize?: number
  bounds?: Bounds
  pooler?: boolean
}): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    entities: tables,
    migrations: await readMigrations(options.migrations),
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    poolSize: options.poolSize ?? 20,
    extra: poolOptions(options),
  })
  await source.initialize().catch(error => {
    throw withTlsAdvice(error)
  })
  distrustAfterHang(poolOf(source))
  return source
}
