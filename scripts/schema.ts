/**
 * npm run schema: writes migrations/schema.sql, the result of all migrations on an empty database. It starts a
 * PostgreSQL of its own for that, and removes it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDatabase } from '../src/storage/postgres/data-source.ts'
import { embeddedPostgres } from '../src/storage/postgres/embedded/server.ts'
import { migrate } from '../src/storage/postgres/migrate.ts'
import { schemaText } from './schema-text.ts'

const migrations = path.resolve(import.meta.dirname, '../migrations')
const folder = await mkdtemp(path.join(tmpdir(), 'latchkey-schema-'))
const postgres = await embeddedPostgres(folder, { fsync: 'off' })
try {
  const source = await openDatabase({ url: postgres.url, migrations })
  await migrate(source)
  await writeFile(path.join(migrations, 'schema.sql'), await schemaText(source))
  await source.destroy()
} finally {
  await postgres.stop()
  await rm(folder, { recursive: true })
}
console.log('Wrote migrations/schema.sql')
