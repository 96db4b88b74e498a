import type { Pool } from 'pg'
import type { DataSource } from 'typeorm'

/** The driver's own pool below TypeORM, for the hot paths' named prepared statements. */
export function poolOf(source: DataSource): Pool {
  return (source.driver as unknown as { master: Pool }).master
}
