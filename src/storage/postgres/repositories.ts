import type { ClientBase } from 'pg'
import type { DataSource, EntityManager } from 'typeorm'

/**
 * TypeORM's repositories on a connection that a transaction has taken already: their writes are committed and rolled back with
 * the SQL of the same transaction. Use `insert` and `update`; `save` reads first and opens a transaction of its own.
 */
export function repositoriesOn(source: DataSource, client: ClientBase): EntityManager {
  const runner = source.createQueryRunner()
  // TypeORM has no way to lend it a connection; unlent, the runner would take another one out of the pool.
  Object.assign(runner, { databaseConnection: client })
  return runner.manager
}
