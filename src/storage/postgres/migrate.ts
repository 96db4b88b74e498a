import type { DataSource } from 'typeorm'

/** Any number that only we use: one lock for every host that migrates this database. */
const migrationLock = 5_281_964_470

/**
 * Brings the schema up to date, or takes back the newest `down` migrations. Safe to run on many hosts at once: all but one
 * wait, and then find nothing to do.
 * @returns the names of the migrations that were applied or taken back, in that order.
 */
export async function migrate(source: DataSource, down = 0): Promise<string[]> {
  const lock = source.createQueryRunner()
  await lock.connect()
  try {
    await lock.query('select pg_advisory_lock($1)', [migrationLock])
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
    await lock.query('select pg_advisory_unlock($1)', [migrationLock]).catch(() => {})
    await lock.release()
  }
}

/** Is every migration of the folder applied? */
export async function schemaIsCurrent(source: DataSource): Promise<boolean> {
  return !(await source.showMigrations())
}

async function newestMigration(source: DataSource): Promise<string | null> {
  const rows = (await source.query('select name from migrations order by id desc limit 1')) as {
    name: string
  }[]
  return rows[0]?.name ?? null
}
