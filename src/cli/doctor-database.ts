import path from 'node:path'
import type { Config } from '../config.ts'
import { root } from '../root.ts'
import { openDatabase } from '../storage/postgres/data-source.ts'
import { findSharedAddresses } from '../storage/postgres/directory/shared-addresses.ts'
import { embeddedPostgres } from '../storage/postgres/embedded/server.ts'
import { schemaIsCurrent } from '../storage/postgres/migrate.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { sentenceOf } from './command.ts'
import { type Finding, finding, type Verdict } from './doctor-finding.ts'
import { examinePooler } from './doctor-pooler.ts'
import { examineRotation } from './doctor-rotation.ts'
import { examineTls } from './doctor-tls.ts'
import { hasDatabase } from './stores.ts'

const oldestPostgres = 140_000
const maxSkewMs = 5_000

/** The part of PostgreSQL that `latchkey doctor` checks. */
export async function examineDatabase(config: Config): Promise<Finding[]> {
  if (!hasDatabase(config)) {
    const found = `embedded, not made yet in ${config.dataDir} (DATA_DIR); "latchkey start" does it`
    return [{ name: 'database', ok: true, found }]
  }
  let embedded: Awaited<ReturnType<typeof embeddedPostgres>> | null = null
  try {
    embedded = config.databaseUrl ? null : await embeddedPostgres(config.dataDir)
    const source = await openDatabase({
      url: config.databaseUrl ?? embedded!.url,
      migrations: path.join(root, 'migrations'),
      pooler: config.pooler === 'transaction',
    })
    try {
      const schema = await finding('schema', () => examineSchema(source, embedded !== null))
      const keys = config.secretKeys
      return [
        await finding('database', () => examineServer(source, embedded && config.dataDir)),
        ...(config.databaseUrl
          ? [
              { name: 'tls', ...examineTls(config.databaseUrl) },
              await finding('pooler', () => examinePooler(poolOf(source), config)),
            ]
          : []),
        schema,
        await finding('addresses', () => examineAddresses(source)),
        await finding('clock', () => examineClock(source)),
        ...(schema.ok && keys
          ? [await finding('rotation', () => examineRotation(poolOf(source), keys))]
          : []),
      ]
    } finally {
      await source.destroy()
    }
  } catch (error) {
    const advice = config.databaseUrl
      ? 'See that PostgreSQL runs and that DATABASE_URL names its host, database, user and password.'
      : 'Remove the data directory if it is not needed, or set DATABASE_URL to a PostgreSQL of yours.'
    return [{ name: 'database', ok: false, found: sentenceOf(error), advice }]
  } finally {
    await embedded?.stop()
  }
}

type Queries = { query(text: string): Promise<unknown> }

async function examineServer(source: Queries, folder: string | null): Promise<Verdict> {
  const [row] = (await source.query(
    `select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
       current_setting('max_connections')::int as connections, current_setting('server_encoding') as encoding`,
  )) as { version: string; number: number; connections: number; encoding: string }[]
  const found = `PostgreSQL ${row!.version}${folder ? `, embedded in ${folder}` : ''}, ${row!.connections} connections at most`
  if (row!.number < oldestPostgres) return { ok: false, found, advice: 'Use PostgreSQL 14 or newer.' }
  if (row!.encoding !== 'UTF8')
    return {
      ok: false,
      found: `${found}, encoding ${row!.encoding}`,
      advice: 'Use a database with the encoding UTF8.',
    }
  return { ok: true, found }
}

async function examineSchema(
  source: Parameters<typeof schemaIsCurrent>[0],
  embedded: boolean,
): Promise<Verdict> {
  if (await schemaIsCurrent(source)) return { ok: true, found: 'up to date' }
  return {
    ok: false,
    found: 'behind this version',
    advice: embedded ? 'Run "latchkey migrate"; "latchkey start" does it too.' : 'Run "latchkey migrate".',
  }
}

/** Each is that of one person; see emailKey. */
async function examineAddresses(source: Parameters<typeof findSharedAddresses>[0]): Promise<Verdict> {
  const shared = await findSharedAddresses(source)
  if (shared.length === 0) return { ok: true, found: 'each e-mail address is that of one user' }
  return {
    ok: false,
    found: shared.map(one => `${one.email} is that of the users ${one.userIds.join(', ')}`).join('; '),
    advice: 'Import all but one of them with another address, or disabled.',
  }
}

/** Tokens and codes expire by both clocks. */
async function examineClock(source: Queries): Promise<Verdict> {
  const before = Date.now()
  const [row] = (await source.query('select clock_timestamp() as now')) as { now: Date }[]
  const skew = Math.abs(row!.now.getTime() - (before + Date.now()) / 2)
  const found = `${Math.round(skew)} ms apart from the database's`
  if (skew <= maxSkewMs) return { ok: true, found }
  return { ok: false, found, advice: 'Let NTP set the clocks of both hosts.' }
}
