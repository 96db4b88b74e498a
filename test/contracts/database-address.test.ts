import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import pg from 'pg'
import { readConfig } from '../../src/config.ts'
import { openDatabase } from '../../src/storage/postgres/data-source.ts'
import { type EmbeddedPostgres, embeddedPostgres } from '../../src/storage/postgres/embedded/server.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { transact } from '../../src/storage/postgres/transaction.ts'
import { isUnavailable } from '../../src/storage/unavailable.ts'
import { type Certificates, makeCertificates } from '../support/certificates.ts'
import { latchkey } from '../support/command.ts'

jest.setTimeout(120_000)

let folder: string
let certificates: Certificates
/** One with TLS, one without; both take the same password. */
let secured: EmbeddedPostgres
let plain: EmbeddedPostgres

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'latchkey-addresses-'))
  certificates = await makeCertificates()
  const tls = { ssl: 'on', ssl_cert_file: certificates.cert, ssl_key_file: certificates.key }
  ;[secured, plain] = await Promise.all([
    embeddedPostgres(path.join(folder, 'secured'), tls),
    embeddedPostgres(path.join(folder, 'plain')),
  ])
  const password = new URL(secured.url).password
  await onServer(plain.url, `alter role latchkey password '${password}'`)
})
afterAll(async () => {
  await Promise.all([secured.stop(), plain.stop()])
  await certificates.remove()
  await rm(folder, { recursive: true, force: true })
})

async function onServer(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

const portOf = (server: EmbeddedPostgres) => new URL(server.url).port
const addressOf = (hosts: string, settings = '') =>
  `postgres://latchkey:${new URL(secured.url).password}@${hosts}/latchkey${settings}`

const at = (server: EmbeddedPostgres) => addressOf(`127.0.0.1:${portOf(server)}`)

/** Opens it as a server does; tells whether the connection has TLS, and to which port it leads. */
async function reach(url: string): Promise<{ ssl: boolean; port: string }> {
  const source = await openDatabase({ url, migrations: path.resolve('migrations') })
  try {
    const { rows } = await poolOf(source).query(
      `select ssl, current_setting('port') as port from pg_stat_ssl where pid = pg_backend_pid()`,
    )
    return rows[0]
  } finally {
    await source.destroy()
  }
}

describe('sslmode', () => {
  const on = (host: string, settings: string) => reach(addressOf(`${host}:${portOf(secured)}`, settings))
  const root = () => `&sslrootcert=${encodeURIComponent(certificates.ca)}`

  it('decides whether there is TLS, and what of the certificate is looked at', async () => {
    expect(await on('127.0.0.1', '')).toMatchObject({ ssl: false })
    expect(await on('127.0.0.1', '?sslmode=disable')).toMatchObject({ ssl: false })
    expect(await on('127.0.0.1', '?sslmode=require')).toMatchObject({ ssl: true })
    expect(await on('127.0.0.1', `?sslmode=require${root()}`)).toMatchObject({ ssl: true })
    expect(await on('127.0.0.1', `?sslmode=verify-ca${root()}`)).toMatchObject({ ssl: true })
    expect(await on('localhost', `?sslmode=verify-full${root()}`)).toMatchObject({ ssl: true })
  })

  it('refuses a certificate of an authority that is not known, and one of another host', async () => {
    await expect(on('localhost', '?sslmode=verify-full')).rejects.toThrow(
      /not accepted.*sslrootcert in DATABASE_URL/,
    )
    await expect(on('127.0.0.1', `?sslmode=verify-full${root()}`)).rejects.toThrow(
      /not accepted.*DATABASE_URL/,
    )
    const other = await makeCertificates()
    const strange = `&sslrootcert=${encodeURIComponent(other.ca)}`
    for (const mode of ['require', 'verify-ca', 'verify-full'])
      await expect(on('localhost', `?sslmode=${mode}${strange}`)).rejects.toThrow(/not accepted/)
    await other.remove()
  })

  it('is a warning of the doctor where the certificate is not checked', async () => {
    const told = async (host: string, settings: string) => {
      const DATABASE_URL = addressOf(`${host}:${portOf(secured)}`, settings)
      return (await latchkey(['doctor'], { DATABASE_URL, DATA_DIR: folder })).out
    }
    expect(await told('127.0.0.1', '?sslmode=require')).toMatch(
      /^warn {2}tls .*any certificate is accepted.*\n.*verify-full/m,
    )
    expect(await told('localhost', `?sslmode=verify-full${root()}`)).toMatch(/^ok {4}tls .*are checked$/m)
  })

  it('never goes on in plain text where TLS was asked for', async () => {
    for (const settings of ['?sslmode=require', `?sslmode=verify-full${root()}`])
      await expect(reach(addressOf(`localhost:${portOf(plain)}`, settings))).rejects.toThrow(
        /DATABASE_URL asks for TLS/,
      )
  })
})

describe('several hosts', () => {
  const both = () => addressOf(`127.0.0.1:1,127.0.0.1:${portOf(secured)},127.0.0.1:${portOf(plain)}`)
  const makeReadOnly = (server: EmbeddedPostgres, value: 'on' | 'off') =>
    onServer(
      at(server),
      'set default_transaction_read_only = off',
      `alter system set default_transaction_read_only = ${value}`,
      'select pg_reload_conf()',
      'select pg_sleep(0.2)',
    )

  it('lead to the one that takes writes, and to another one when that changes', async () => {
    await makeReadOnly(secured, 'on')
    expect(await reach(both())).toMatchObject({ port: portOf(plain) })
    await makeReadOnly(plain, 'on')
    await makeReadOnly(secured, 'off')
    expect(await reach(both())).toMatchObject({ port: portOf(secured) })
    await makeReadOnly(secured, 'on')
    const none = await reach(both()).catch(error => error)
    expect(isUnavailable(none)).toBe(true)
    await makeReadOnly(plain, 'off')
    await makeReadOnly(secured, 'off')
  })

  it('lead on when one is gone while connections are open', async () => {
    const own = await embeddedPostgres(path.join(folder, 'gone'))
    await onServer(own.url, `alter role latchkey password '${new URL(secured.url).password}'`)
    const url = addressOf(`127.0.0.1:${portOf(own)},127.0.0.1:${portOf(plain)}`)
    await makeReadOnly(plain, 'on')
    const source = await openDatabase({ url, migrations: path.resolve('migrations') })
    const pool = poolOf(source)
    const port = () => pool.query(`select current_setting('port') as port`).then(({ rows }) => rows[0].port)
    expect(await port()).toBe(portOf(own))
    await makeReadOnly(plain, 'off')
    await own.stop()
    const answers = new Set<string>()
    for (let tries = 0; tries < 20; tries++)
      answers.add(await port().catch(error => `${isUnavailable(error)}`))
    expect(answers).toContain(portOf(plain))
    expect(answers).not.toContain('false')
    await source.destroy()
  })

  it('with the settings of TLS apply to each', async () => {
    const url = addressOf(
      `127.0.0.1:1,localhost:${portOf(secured)}`,
      `?sslmode=verify-full&sslrootcert=${encodeURIComponent(certificates.ca)}`,
    )
    expect(await reach(url)).toEqual({ ssl: true, port: portOf(secured) })
  })
})

describe('behind a pooler in transaction mode', () => {
  it('statements keep no name, and bounds are set in each transaction alone', async () => {
    const bounds = { connectMs: 5_000, lockMs: 1_234, statementMs: 4_321, answerMs: 10_000 }
    const source = await openDatabase({
      url: at(plain),
      migrations: path.resolve('migrations'),
      poolSize: 1,
      bounds,
      pooler: true,
    })
    const pool = poolOf(source)
    const question = { name: 'named', text: 'select $1::int as answer', values: [42] }
    const show = `select current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement,
      current_setting('client_connection_check_interval') as client`
    expect((await pool.query(question)).rows).toEqual([{ answer: 42 }])
    const within = await transact(pool, async client => {
      await client.query(question)
      return (await client.query(show)).rows
    })
    expect(within).toEqual([{ lock: '1234ms', statement: '4321ms', client: '500ms' }])
    expect((await pool.query(show)).rows).toEqual([{ lock: '0', statement: '0', client: '0' }])
    expect((await pool.query('select name from pg_prepared_statements')).rows).toEqual([])
    await source.destroy()
  })
})

describe('DATABASE_URL', () => {
  const read = (DATABASE_URL: string) => readConfig({ DATABASE_URL }).databaseUrl
  it.each([
    ['mysql://host/db', 'an address such as postgres://'],
    ['postgres://a:1,:2/db', 'an address such as postgres://'],
    ['postgres://host/db?sslmode=on', 'sslmode to be disable, require, verify-ca or verify-full'],
    ['postgres://host/db?sslmode=prefer', 'plain text without a word'],
    ['postgres://host/db?sslmode=allow', 'plain text without a word'],
    ['postgres://host/db?sslmode=verify-ca', 'sslrootcert, a file'],
    ['postgres://host/db?sslmode=verify-full&sslrootcert=/nowhere', 'sslrootcert to be a file'],
    ['postgres://host/db?sslcrl=/nowhere', 'no sslcrl'],
    ['postgres://a,b/db?target_session_attrs=standby', 'target_session_attrs to be'],
    ['postgres://user:100%@host/db', 'what is no letter'],
  ])('of %s is refused: expected is %s', (url, expected) => {
    expect(() => read(url)).toThrow(
      `DATABASE_URL: found a value, expected ${expected.startsWith('plain') ? '' : expected}`,
    )
    expect(() => read(url)).toThrow(expected)
  })

  it.each([
    'postgres://host',
    'postgresql://u:p%40ss@[::1]:5433/db',
    'postgres://u@/db?host=/var/run/postgresql',
    'postgres://a:1,b:2,[::1]/db?target_session_attrs=any&application_name=x',
  ])('of %s is taken', url => {
    expect(read(url)).toBe(url)
  })
})
