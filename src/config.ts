/** The only reader of process.env: the environment becomes one frozen Config, or the list of all that is wrong. */
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import { readTrustProxy, type TrustProxy } from './client-address.ts'
import { type LoginConfig, readLoginConfig } from './login-config.ts'
import { type MailConfig, readMailConfig } from './mail-config.ts'
import { BadAddress } from './storage/bad-address.ts'
import { readDatabaseAddress } from './storage/postgres/address.ts'
import { readRedisAddress } from './storage/redis/address.ts'

export type Config = LoginConfig & {
  production: boolean
  port: number
  host: string
  /** The public base address, without a trailing slash. */
  issuer: string
  /** null: a PostgreSQL of our own under dataDir. */
  databaseUrl: string | null
  /** PostgreSQL itself, past a pooler, for work that needs a session of its own: imports and migrations. Null: databaseUrl. */
  directDatabaseUrl: string | null
  /** "transaction": databaseUrl is that of a pooler which shares connections among transactions. */
  pooler: 'transaction' | null
  /** null: short-lived state is kept in memory, for one process. */
  redisUrl: string | null
  dataDir: string
  /** 32 bytes each; null: generated under dataDir. The first encrypts and signs, all decrypt and verify. */
  secretKeys: Buffer[] | null
  /** A JWKS file; null: generated under dataDir. */
  signingKeys: string | null
  trustProxy: TrustProxy
  /** null: load the demo when the database is embedded and new. */
  demo: boolean | null
  partnerApi: 'full' | 'read' | 'off'
  /** Hosts that requests to addresses of others reach although they are not public. */
  outboundHosts: { names: readonly string[]; networks: readonly string[] }
  /** Connections that no one registered here. `open`: they may register themselves; `published`: they describe themselves. */
  agents: 'open' | 'published' | 'off'
  /** Private schemes without a dot that redirect URIs of public clients may have. */
  nativeSchemes: readonly string[]
  /** Whether /mcp is served, over the partner API. */
  mcp: boolean
  /** null: no mail is sent. */
  mail: MailConfig | null
  logLevel: LogLevel
  /** Where Prometheus finds /metrics; null: nowhere. */
  metricsPort: number | null
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Every problem of the environment in one error, one line each. */
export class BadConfig extends Error {
  readonly problems: string[]
  constructor(problems: string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map(one => `  ${one}`).join('\n')}`,
    )
    this.name = 'BadConfig'
    this.problems = problems
  }
}

type Environment = Record<string, string | undefined>

/**
 * Reads the environment. An empty variable counts as absent.
 * @param needs `keyFile`: SIGNING_KEYS must name an existing file; other commands than `start` may be about to create it.
 * @throws BadConfig with the found and the expected value of each bad variable.
 */
export function readConfig(env: Environment = process.env, needs: { keyFile?: boolean } = {}): Config {
  const problems: string[] = []
  const production = env.NODE_ENV === 'production'

  function read<T>(name: string, fallback: T, expected: string, parse: (text: string) => T | undefined): T {
    const text = env[name]?.trim()
    if (text === undefined || text === '') return fallback
    const { value, wanted = expected } = attempt(() => parse(text))
    if (value !== undefined) return value
    const secret =
      name === 'SECRET_KEYS' ||
      name.endsWith('_SECRET') ||
      name.endsWith('DATABASE_URL') ||
      name === 'REDIS_URL' ||
      name === 'SMTP_URL'
    problems.push(`${name}: found ${secret ? 'a value' : JSON.stringify(text)}, expected ${wanted}`)
    return fallback
  }

  const port = read('PORT', 3000, aPort, readPort)
  const issuer = read('ISSUER', `http://localhost:${port}`, expectedIssuer(env.ISSUER ?? ''), readIssuer)
  const config: Config = {
    production,
    port,
    host: read('HOST', production ? '0.0.0.0' : '127.0.0.1', 'a host name or address', text =>
      /^[\w.:-]+$/.test(text) ? text : undefined,
    ),
    issuer,
    mail: readMailConfig(read, issuer),
    databaseUrl: read<string | null>(
      'DATABASE_URL',
      null,
      'an address such as postgres://user:password@host:5432/latchkey',
      text => readDatabaseAddress(text) && text,
    ),
    directDatabaseUrl: read<string | null>(
      'DIRECT_DATABASE_URL',
      null,
      'an address as in DATABASE_URL, past the pooler',
      text => readDatabaseAddress(text) && text,
    ),
    pooler: read<'transaction' | null>(
      'POOLER',
      null,
      'transaction, or no value',
      oneOf(['transaction'] as const),
    ),
    redisUrl: read<string | null>(
      'REDIS_URL',
      null,
      'the address of a Redis',
      text => readRedisAddress(text) && text,
    ),
    dataDir: read(
      'DATA_DIR',
      path.resolve('.latchkey'),
      'a folder, or a place for one, that may be written',
      readFolder,
    ),
    secretKeys: read<Buffer[] | null>(
      'SECRET_KEYS',
      null,
      'comma-separated base64 keys of 32 bytes each (make one with: openssl rand -base64 32)',
      readKeys,
    ),
    signingKeys: read<string | null>(
      'SIGNING_KEYS',
      null,
      'a file of keys (make one with: latchkey keys rotate)',
      text => (!needs.keyFile || existsSync(text) ? text : undefined),
    ),
    trustProxy: read<TrustProxy>(
      'TRUST_PROXY',
      null,
      'true, false, a number of proxies, or a comma-separated list of networks such as 10.0.0.0/8',
      readTrustProxy,
    ),
    demo: read<boolean | null>('DEMO', null, 'true or false', readBoolean),
    partnerApi: read('PARTNER_API', 'full', 'full, read or off', oneOf(['full', 'read', 'off'] as const)),
    outboundHosts: read(
      'OUTBOUND_HOSTS',
      { names: [], networks: [] },
      'a comma-separated list of host names, addresses and networks such as 10.0.0.0/8',
      readOutboundHosts,
    ),
    agents: read(
      'AGENTS',
      production ? 'published' : 'open',
      'open, published or off',
      oneOf(['open', 'published', 'off'] as const),
    ),
    nativeSchemes: read(
      'NATIVE_SCHEMES',
      [],
      'a comma-separated list of private schemes without a dot, such as cursor,vscode',
      readNativeSchemes,
    ),
    mcp: read('MCP', 'on', 'on or off', oneOf(['on', 'off'] as const)) === 'on',
    metricsPort: read<number | null>('METRICS_PORT', null, aPort, readPort),
    ...readLoginConfig(read, production, problem => problems.push(problem)),
    logLevel: read<LogLevel>('LOG_LEVEL', 'info', `one of ${logLevels.join(', ')}`, oneOf(logLevels)),
  }

  if (production) {
    const requires = (name: string, why: string) =>
      problems.push(`${name}: absent, required in production: ${why}`)
    if (!env.DATABASE_URL) requires('DATABASE_URL', 'the embedded database is for development')
    if (!env.REDIS_URL) requires('REDIS_URL', 'the memory store serves one process only')
    if (!env.SECRET_KEYS) requires('SECRET_KEYS', 'every host must share them')
    if (!env.SIGNING_KEYS)
      requires('SIGNING_KEYS', 'every host must share them (make a file with: latchkey keys rotate)')
    if (!env.ISSUER) requires('ISSUER', 'the public https address')
    else if (!config.issuer.startsWith('https://'))
      problems.push(`ISSUER: found ${JSON.stringify(env.ISSUER)}, expected an https address in production`)
  }
  if (problems.length > 0) throw new BadConfig(problems)
  return Object.freeze(config)
}

/** `wanted`: the expected value, in the parser's own words. */
function attempt<T>(parse: () => T): { value?: T; wanted?: string } {
  try {
    return { value: parse() }
  } catch (error) {
    if (error instanceof BadAddress) return { wanted: error.message }
    throw error
  }
}

function hasProtocol(text: string, protocols: string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol)
}

/** For a folder that does not exist yet, the nearest existing parent must be writable. */
function readFolder(text: string): string | undefined {
  const folder = path.resolve(text)
  let existing = folder
  while (!existsSync(existing)) existing = path.dirname(existing)
  try {
    if (existing !== folder) accessSync(existing, constants.W_OK)
    return statSync(existing).isDirectory() ? folder : undefined
  } catch {
    return undefined
  }
}

function readIssuer(text: string): string | undefined {
  if (!hasProtocol(text, ['http:', 'https:'])) return undefined
  const { origin, pathname, search, hash, username, password } = new URL(text)
  if (pathname !== '/' || search + hash + username + password !== '' || /[/?#]$/.test(text)) return undefined
  // One form: lower case, without the default port. Clients compare the issuer character by character (RFC 8414 §3.3).
  return origin
}

/** Names the part of a rejected issuer that is too much. */
function expectedIssuer(text: string): string {
  const base = 'a base address such as https://connect.example.com'
  if (!hasProtocol(text, ['http:', 'https:'])) return base
  const { pathname, search, hash, username, password } = new URL(text)
  if (username + password !== '') return `${base}, without user and password`
  if (pathname !== '/') return `${base}, without a path: Latchkey needs a host name of its own`
  if (search + hash !== '' || /[?#]$/.test(text)) return `${base}, without a query or fragment`
  return `${base}, without a slash at the end`
}

/** Schemes that browsers open by themselves, or that run what they carry, are no application's own. */
const browserSchemes =
  /^(https?|javascript|vbscript|data|file|blob|about|wss?|ftp|mailto|tel|view-source|filesystem)$/

function readNativeSchemes(text: string): string[] | undefined {
  const schemes = text.split(',').map(part =>
    part
      .trim()
      .toLowerCase()
      .replace(/:(\/\/)?$/, ''),
  )
  const isOwn = (scheme: string) => /^[a-z][a-z0-9+-]*$/.test(scheme) && !browserSchemes.test(scheme)
  return schemes.every(isOwn) ? schemes : undefined
}

function readOutboundHosts(text: string): Config['outboundHosts'] | undefined {
  const parts = text.split(',').map(part => part.trim().toLowerCase())
  const isNetwork = (part: string) => {
    const [address = '', bits, more] = part.split('/')
    const longest = isIP(address) === 4 ? 32 : 128
    return (
      isIP(address) > 0 &&
      more === undefined &&
      (bits === undefined || (/^\d{1,3}$/.test(bits) && +bits <= longest))
    )
  }
  const isName = (part: string) => /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(part) && !/^[\d.]+$/.test(part)
  if (!parts.every(part => isNetwork(part) || isName(part))) return undefined
  return { names: parts.filter(isName), networks: parts.filter(isNetwork) }
}

function readKeys(text: string): Buffer[] | undefined {
  const parts = text.split(',').map(part => part.trim())
  if (!parts.every(part => /^[A-Za-z0-9+/_-]{43}=?$/.test(part))) return undefined
  const keys = parts.map(part => Buffer.from(part, 'base64'))
  return keys.every(key => key.length === 32) ? keys : undefined
}

const aPort = 'a port number from 0 to 65535'
function readPort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined
}

function readBoolean(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined
}

function oneOf<const T extends string>(values: readonly T[]) {
  return (text: string): T | undefined => values.find(value => value === text)
}
