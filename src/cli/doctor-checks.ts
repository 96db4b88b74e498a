/** What `latchkey doctor` looks at. Each check tells what it found, and what to do where that is not well. */
import path from 'node:path'
import { type Config, readConfig } from '../config.ts'
import { listSigningKeys } from '../oidc/keys.ts'
import { root } from '../root.ts'
import { openDatabase } from '../storage/postgres/data-source.ts'
import { embeddedPostgres } from '../storage/postgres/embedded/server.ts'
import { schemaIsCurrent } from '../storage/postgres/migrate.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { sentenceOf } from './command.ts'
import { examineRotation } from './doctor-rotation.ts'
import { hasDatabase } from './stores.ts'

export type Finding = { name: string; ok: boolean; found: string; advice?: string }
type Verdict = Omit<Finding, 'name'>

const oldestPostgres = 140_000
const maxSkewMs = 5_000

/** @throws BadConfig */
export async function examine(): Promise<Finding[]> {
  const config = readConfig()
  const findings = await examineDatabase(config)
  findings.push(await finding('redis', () => examineRedis(config)))
  findings.push(await finding('keys', () => examineKeys(config)))
  findings.push(await finding('issuer', () => examineIssuer(config)))
  return findings
}

async function finding(name: string, check: () => Promise<Verdict>, advice?: string): Promise<Finding> {
  try {
    return { name, ...(await check()) }
  } catch (error) {
    return { name, ok: false, found: sentenceOf(error), advice }
  }
}

async function examineDatabase(config: Config): Promise<Finding[]> {
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
      poolSize: 1,
    })
    try {
      const schema = await finding('schema', () => examineSchema(source, embedded !== null))
      const keys = config.secretKeys
      return [
        await finding('database', () => examineServer(source, embedded && config.dataDir)),
        schema,
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
       current_setting('max_connections')::int as connections`,
  )) as { version: string; number: number; connections: number }[]
  const found = `PostgreSQL ${row!.version}${folder ? `, embedded in ${folder}` : ''}, ${row!.connections} connections at most`
  if (row!.number < oldestPostgres) return { ok: false, found, advice: 'Use PostgreSQL 14 or newer.' }
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

/** Tokens and codes expire by both clocks. */
async function examineClock(source: Queries): Promise<Verdict> {
  const before = Date.now()
  const [row] = (await source.query('select clock_timestamp() as now')) as { now: Date }[]
  const skew = Math.abs(row!.now.getTime() - (before + Date.now()) / 2)
  const found = `${Math.round(skew)} ms apart from the database's`
  if (skew <= maxSkewMs) return { ok: true, found }
  return { ok: false, found, advice: 'Let NTP set the clocks of both hosts.' }
}

async function examineRedis({ redisUrl }: Config): Promise<Verdict> {
  if (!redisUrl) return { ok: true, found: 'none; short-lived state is kept in memory, for one process' }
  const { openRedis } = await import('../storage/redis/client.ts')
  const redis = openRedis(redisUrl)
  try {
    const begun = performance.now()
    const info = await redis.info('server')
    const version = /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'
    const found = `Redis ${version}, answers in ${(performance.now() - begun).toFixed(1)} ms`
    const [major = 0, minor = 0] = version.split('.').map(Number)
    if (major < 6 || (major === 6 && minor < 2))
      return { ok: false, found, advice: 'Use Redis 6.2 or newer.' }
    return { ok: true, found }
  } catch (error) {
    return { ok: false, found: sentenceOf(error), advice: 'See that Redis runs and that REDIS_URL names it.' }
  } finally {
    redis.disconnect()
  }
}

async function examineKeys(config: Config): Promise<Verdict> {
  try {
    const signing = await listSigningKeys(config)
    if (config.signingKeys && signing.length === 0)
      throw new Error(`SIGNING_KEYS: there is no file ${config.signingKeys}`)
    const secrets = config.secretKeys ?? []
    if (new Set(secrets.map(key => key.toString('hex'))).size < secrets.length)
      return { ok: false, found: 'SECRET_KEYS names one key twice', advice: 'Leave it out once.' }
    const own = 'made under DATA_DIR at the first start'
    const found =
      `signing: ${signing.length > 0 ? count(signing.length, 'key') : own}; ` +
      `secret: ${secrets.length > 0 ? count(secrets.length, 'key') : own}`
    return { ok: true, found }
  } catch (error) {
    return { ok: false, found: sentenceOf(error), advice: 'Make a key file with "latchkey keys rotate".' }
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/**
 * Does the public address lead to a server with these keys? Another one may be called the same, as on one's own machine. Only
 * where it runs can that be seen.
 */
async function examineIssuer(config: Config): Promise<Verdict> {
  const { issuer, production } = config
  const address = `${issuer}/.well-known/oauth-authorization-server`
  try {
    const answer = await fetch(address, { redirect: 'manual', signal: AbortSignal.timeout(5_000) })
    const metadata = (await answer.json().catch(() => null)) as Metadata | null
    if (answer.status === 200 && metadata?.issuer === issuer)
      return (await servesOurKeys(metadata, config))
        ? { ok: true, found: `${issuer} leads to a server with these keys` }
        : {
            ok: false,
            found: `${issuer} leads to a server with other keys than those of ${config.signingKeys ?? config.dataDir}`,
            advice:
              'Set DATA_DIR or SIGNING_KEYS to what that server runs with, or ISSUER to the address of yours.',
          }
    return {
      ok: false,
      found: `${address} answers ${answer.status}${metadata?.issuer ? ` for the issuer ${metadata.issuer}` : ''}`,
      advice: 'Let the proxy pass every path on unchanged, and set ISSUER to the address that people see.',
    }
  } catch {
    return production
      ? {
          ok: false,
          found: `nothing answers at ${issuer}`,
          advice: 'Start the server, or see that the name and the certificate of ISSUER lead to it.',
        }
      : { ok: true, found: `${issuer}; the server is not running` }
  }
}

type Metadata = { issuer?: string; jwks_uri?: string }

/** One key in common is enough: after a rotation the server has the new ones from its next start on. */
async function servesOurKeys({ jwks_uri }: Metadata, config: Config): Promise<boolean> {
  const answer = await fetch(jwks_uri ?? '', { redirect: 'manual', signal: AbortSignal.timeout(5_000) })
  const served = ((await answer.json()) as { keys: { kid?: string }[] }).keys.map(key => key.kid)
  return (await listSigningKeys(config)).some(key => served.includes(key.kid))
}
