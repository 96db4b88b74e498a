import type { DataSource } from 'typeorm'
import { poolOf } from './pool.ts'

/** Any number that only we use: one lock for every host that migrates this database. */
const migrationLock = 5_281_964_470

/**
 * Applies all pending migrations, or reverts the newest `down`. Safe to run on many hosts at once: one migrates, the others wait
 * for it.
 * @returns the names of the migrations that were applied or reverted, in that order.
 */
export async function migrate(source: DataSource, down = 0): Promise<string[]> {
  const lock = await poolOf(source).connect()
  try {
    // A transaction keeps the lock on one connection behind a transaction-mode pooler as well.
    await lock.query('begin; set local idle_in_transaction_session_timeout = 0')
    await lock.query('select pg_advisory_xact_lock($1)', [migrationLock])
    if (down > 0) {
      const names: string[] = []
      for (let step = 0; step < down; step++) {
        const newest = await newestMigration(source)
        if (newest === null) break
        await source.undoLastMigration({ transaction: 'each' })
        names.push(newest)
      }
      return names
    }
    const applied = await source.runMigrations({ transaction: 'each' })
    return applied.map(one => one.name)
  } finally {
    // Closing the connection releases the lock.
    lock.release(true)
  }
}

/**
 * Whether every migration of the folder is applied. Uses the pool: TypeORM's `showMigrations` never releases its connection when
 * its query fails.
 */
export async function schemaIsCurrent(source: DataSource): Promise<boolean> {
  const applied = await appliedMigrations(source)
  return source.migrations.every(one => applied.has(one.name ?? one.constructor.name))
}

async function appliedMigrations(source: DataSource): Promise<Set<string>> {
  try {
    const { rows } = await poolOf(source).query<{ name: string }>('select name from migrations')
    return new Set(rows.map(row => row.name))
  } catch (error) {
    // The table does not exist before the first migration.
    if ((error as { code?: string }).code === '42P01') return new Set()
    throw error
  }
}

async function newestMigration(source: DataSource): Promise<string | null> {
  const rows = (await source.query('select name from migrations order by id desc limit 1')) as {
    name: string
  }[]
  return rows[0]?.name ?? null
}
