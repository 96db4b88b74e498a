import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { DataSource } from 'typeorm'
import { tokenPrefix } from '../../src/installs/token-value.ts'
import { latchkey } from '../support/command.ts'
import { openClone } from '../support/database.ts'
import { seedConnection, seedWorld, type World } from '../support/seed.ts'

let database: Awaited<ReturnType<typeof openClone>>
let source: DataSource
let world: World
let env: Record<string, string>

beforeAll(async () => {
  database = await openClone()
  source = database.source
  world = await seedWorld((text, values) => source.query(text, values))
  env = {
    DATABASE_URL: database.url,
    REDIS_URL: process.env.TEST_REDIS_URL!,
    DATA_DIR: await mkdtemp(path.join(tmpdir(), 'latchkey-cli-')),
  }
})
afterAll(async () => {
  await database.drop()
  await rm(env.DATA_DIR!, { recursive: true })
})

const run = (...args: string[]) => latchkey(args, env)
const create = (...args: string[]) =>
  run('connection', 'create', '--name', 'Relay', '--capabilities', 'read_content,insert_content', ...args)

/** A refusal is one sentence on standard error, and leaves standard output empty. */
function refuses(ended: { code: number | null; out: string; err: string }, code: number, words: RegExp) {
  expect(ended.err).toMatch(words)
  expect(ended.err.trim().split('\n')).toHaveLength(1)
  expect([ended.code, ended.out]).toEqual([code, ''])
}

describe('latchkey connection', () => {
  it('registers one and shows its secret once, which is kept as a hash', async () => {
    const ended = await create(
      ...[
        '--redirect-uri',
        'https://relay.test/callback',
        'http://localhost:9999/cb',
        '--website',
        'https://relay.test',
      ],
      ...[
        '--support-email',
        'help@relay.test',
        '--require-pkce',
        '--verified',
        '--owner',
        'ADA@acme.test',
        '--json',
      ],
    )
    expect([ended.code, ended.err]).toEqual([0, ''])
    const made = ended.json() as Record<string, string>
    expect(made).toMatchObject({
      client_id: made.id,
      name: 'Relay',
      kind: 'public',
      client: 'confidential',
      redirect_uris: ['https://relay.test/callback', 'http://localhost:9999/cb'],
      capabilities: ['read_content', 'insert_content'],
      require_pkce: true,
      verified: true,
      first_party: false,
      created_by: world.users.ada.id,
    })
    expect(tokenPrefix(made.client_secret!)).toBe('lks_')
    expect('token' in made).toBe(false)
    const [kept] = await source.query(
      `select s::text as row, secret_hash = sha256($2) as same from connection_secrets s where connection_id = $1`,
      [made.id, Buffer.from(made.client_secret!)],
    )
    expect(kept.same).toBe(true)
    expect(kept.row).not.toContain(made.client_secret!.slice(0, 20))

    const shown = await run('connection', 'show', made.id!.replaceAll('-', ''), '--json')
    expect(shown.json()).toMatchObject({ id: made.id, website: 'https://relay.test' })
    expect(shown.out).not.toContain('lks_')
    const text = await run('connection', 'show', made.id!)
    expect(text.out).toContain('https://relay.test/callback')
    const listed = (await run('connection', 'list', '--json')).json() as { id: string }[]
    expect(listed.map(one => one.id)).toContain(made.id)
  })

  it('gives a public client no secret, and an internal connection a token that it may copy again', async () => {
    const app = await create('--client', 'public', '--redirect-uri', 'com.relay.app:/back', '--json')
    expect(app.json()).toMatchObject({ client: 'public', redirect_uris: ['com.relay.app:/back'] })
    expect(app.out).not.toContain('client_secret')

    const ended = await create(
      '--internal',
      '--workspace',
      world.workspaces.acme.id,
      '--owner',
      'ben@acme.test',
      '--json',
    )
    const made = ended.json() as { id: string; token: string }
    expect(tokenPrefix(made.token)).toBe('lki_')
    const [kept] = await source.query(
      `select t.token_sealed, t.token_hash = sha256($2) as same, i.state, i.user_id
       from internal_tokens t join installations i on i.id = t.installation_id where i.connection_id = $1`,
      [made.id, Buffer.from(made.token)],
    )
    expect(kept).toMatchObject({ same: true, state: 'active', user_id: null })
    expect(kept.token_sealed).not.toContain(made.token)
    expect((await run('installation', 'list', '--connection', made.id, '--json')).json()).toMatchObject([
      { state: 'active', user: null, connection: { name: 'Relay' }, workspace: { name: 'Acme' }, pages: 0 },
    ])
  })

  it('refuses what cannot be registered, in one sentence that names the option', async () => {
    const redirect = ['--redirect-uri', 'https://relay.test/cb']
    const before = (await run('connection', 'list', '--json')).out
    refuses(await create('--redirect-uri', 'http://relay.test/cb'), 1, /--redirect-uri .*relay\.test.*https/)
    refuses(await create('--redirect-uri', 'javascript:alert(1)'), 1, /--redirect-uri/)
    refuses(await create(), 1, /--redirect-uri must name at least one/)
    refuses(
      await create(...redirect, '--website', 'javascript:alert(1)'),
      1,
      /--website must begin with https/,
    )
    refuses(await create(...redirect, '--support-email', 'nobody'), 1, /--support-email/)
    refuses(await create(...redirect, '--owner', 'nobody@acme.test'), 1, /no user .*nobody@acme\.test/)
    refuses(await create(...redirect, '--workspace', randomUUID()), 1, /no workspace/)
    refuses(
      await create('--internal', '--workspace', world.workspaces.acme.id, '--owner', 'gus@acme.test'),
      1,
      /gus@acme\.test is no member/,
    )
    refuses(await create(...redirect, '--workspace', 'acme'), 2, /--workspace is no UUID/)
    refuses(await create('--internal'), 2, /--internal needs --workspace/)
    refuses(await create('--internal', '--public'), 2, /cannot be used with/)
    refuses(await create(...redirect, '--client', 'native'), 2, /--client/)
    refuses(
      await run(
        'connection',
        'create',
        '--name',
        'Relay',
        '--capabilities',
        'read_content,root',
        ...redirect,
      ),
      2,
      /--capabilities has "root"/,
    )
    refuses(await create(...redirect, '--optional-capabilities', 'update_content'), 1, /optional/)
    expect((await run('connection', 'list', '--json')).out).toBe(before)
  })

  it('registers which access levels may be left out', async () => {
    const made = await create(
      '--redirect-uri',
      'https://relay.test/cb',
      '--optional-capabilities',
      'insert_content',
      '--json',
    )
    expect(made.json()).toMatchObject({ optional_capabilities: ['insert_content'] })
  })

  it('disables, enables and rotates, and says so in the connection’s own log', async () => {
    const { id } = (await create('--redirect-uri', 'https://relay.test/cb', '--json')).json() as {
      id: string
    }
    expect((await run('connection', 'disable', id, '--json')).json()).toMatchObject({ id, disabled: true })
    expect((await run('connection', 'disable', id)).code).toBe(0)
    expect((await run('connection', 'enable', id, '--json')).json()).toMatchObject({ id, disabled: false })
    const rotated = (await run('connection', 'rotate-secret', id, '--json')).json() as {
      client_secret: string
    }
    expect(tokenPrefix(rotated.client_secret)).toBe('lks_')
    refuses(await run('connection', 'rotate-secret', id), 1, /two secrets/)
    const revoke = (...args: string[]) => run('connection', 'revoke-secret', id, ...args)
    refuses(await revoke(rotated.client_secret), 2, /last four characters/)
    const ending = rotated.client_secret.slice(-4)
    expect((await revoke(ending, '--json')).json()).toEqual({
      ...{ id, client_id: id, revoked: ending, secrets_left: 1 },
    })
    refuses(await revoke(ending), 1, /No secret of it ends in .*; it has …\w{4}\./)
    const events = await source.query(
      'select kind, actor_id from events where connection_id = $1 order by id',
      [id],
    )
    expect(events.map((one: { kind: string }) => one.kind)).toEqual([
      'connection.registered',
      'connection.disabled',
      'connection.enabled',
      'secret.rotated',
      'secret.revoked',
    ])
    refuses(await run('connection', 'revoke-secret', randomUUID(), 'abcd'), 1, /There is no connection/)
    for (const verb of ['show', 'disable', 'enable', 'rotate-secret']) {
      refuses(await run('connection', verb, randomUUID()), 1, /There is no connection/)
      refuses(await run('connection', verb, 'relay'), 2, /is no UUID/)
    }
  })
})

describe('latchkey installation', () => {
  it('lists by workspace and connection, and revokes', async () => {
    const sql = (text: string, values?: unknown[]) => source.query(text, values)
    const connection = await seedConnection(sql, { name: 'Zap' })
    const ids: string[] = []
    for (const [workspace, user] of [
      [world.workspaces.acme, world.users.ben],
      [world.workspaces.side, world.users.ada],
    ] as const) {
      const id = randomUUID()
      ids.push(id)
      await sql(
        `insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
         values ($1, $2, $3, $4, 'active', '{read_content}', now(), now())`,
        [workspace.id, id, connection.id, user.id],
      )
    }
    const list = async (...args: string[]) =>
      ((await run('installation', 'list', ...args, '--json')).json() as { id: string }[]).map(one => one.id)
    expect((await list('--connection', connection.id)).sort()).toEqual([...ids].sort())
    expect(await list('--connection', connection.id, '--workspace', world.workspaces.side.id)).toEqual([
      ids[1],
    ])
    expect((await run('installation', 'list', '--connection', connection.id)).out).toContain(
      'by ben@acme.test',
    )
    // People name their workspaces; control characters in a name do not reach the terminal.
    const { side } = world.workspaces
    await sql('update workspaces set name = $1 where id = $2', ['\u001b[2J\u009b1mSide\r', side.id])
    const { out } = await run('installation', 'list', '--workspace', side.id)
    expect(out).toContain('in \ufffd[2J\ufffd1mSide\ufffd')
    expect(out).toMatch(/^[^\p{Cc}]+\n$/u)

    const revoked = await run('installation', 'revoke', ids[0]!, '--json')
    expect([revoked.code, revoked.json()]).toEqual([0, { id: ids[0], state: 'revoked' }])
    expect((await run('installation', 'revoke', ids[0]!)).out).toContain('revoked before')
    const [event] = await sql(`select kind, actor_id, data from events where installation_id = $1`, [ids[0]])
    expect(event).toMatchObject({ kind: 'installation.disconnected', actor_id: null })
    refuses(await run('installation', 'revoke', randomUUID()), 1, /There is no installation/)
    refuses(await run('installation', 'list', '--workspace', 'x'), 2, /--workspace is no UUID/)
  })
})

describe('every command', () => {
  const commands = [
    ...['start', 'migrate', 'import', 'doctor'].map(one => [one]),
    ...['create', 'apply', 'list', 'show', 'disable', 'enable', 'rotate-secret', 'revoke-secret'].map(one => [
      'connection',
      one,
    ]),
    ...['list', 'revoke'].map(one => ['installation', one]),
    ...['rotate', 'list'].map(one => ['keys', one]),
  ]

  it('explains itself, and takes --json', async () => {
    for (const command of commands) {
      const { code, out, err } = await run(...command, '--help')
      expect([code, err]).toEqual([0, ''])
      expect(out).toContain(`Usage: latchkey ${command.join(' ')}`)
      expect(out).toContain('--json')
    }
  })

  it('refuses what it does not know with exit 2 and one sentence', async () => {
    refuses(await run('instal'), 2, /unknown command 'instal'/)
    refuses(await run('connection', 'list', '--jsno'), 2, /unknown option '--jsno'/)
    refuses(await run('doctor', 'now'), 2, /too many arguments/)
    refuses(await run('import'), 2, /missing required argument/)
    refuses(await run('connection', 'show'), 2, /missing required argument/)
    refuses(await run('migrate', '--down', '0'), 2, /--down/)
    expect((await run()).code).toBe(2)
  })

  it('names every bad variable in one go', async () => {
    const bad = {
      PORT: '99999',
      DEMO: 'yes',
      LOG_LEVEL: 'loud',
      DATA_DIR: '/dev/null/x',
      SIGNING_KEYS: '/no.json',
    }
    const ended = await latchkey(['start'], { ...env, ...bad })
    expect([ended.code, ended.out]).toEqual([1, ''])
    for (const name of Object.entries(bad).map(([name, value]) => `${name}: found "${value}", expected`))
      expect(ended.err).toContain(name)
  })

  it('makes no database in a folder where none is, and says which folder that was', async () => {
    const elsewhere = await mkdtemp(path.join(tmpdir(), 'latchkey-elsewhere-'))
    const lost = { PATH: env.PATH!, DATA_DIR: elsewhere }
    for (const noun of ['connection', 'installation']) {
      expect((await latchkey([noun, 'list', '--json'], lost)).json()).toEqual([])
      expect((await latchkey([noun, 'list'], lost)).out).toContain(`no database was made in ${elsewhere}`)
      const verb = noun === 'connection' ? 'show' : 'revoke'
      const named = await latchkey([noun, verb, randomUUID()], lost)
      refuses(named, 1, new RegExp(`There is no ${noun} .*no database was made in ${elsewhere}`))
    }
    expect((await latchkey(['doctor'], lost)).out).toContain(`not made yet in ${elsewhere}`)
    expect(await readdir(elsewhere)).toEqual([])
    await rm(elsewhere, { recursive: true })
  })

  it('says in one sentence that a store is away, and never its password', async () => {
    const away = { ...env, DATABASE_URL: 'postgres://latchkey:hunter2@127.0.0.1:1/latchkey' }
    const ended = await latchkey(['connection', 'list'], away)
    refuses(ended, 1, /Nothing answers at 127\.0\.0\.1:1/)
    expect(ended.err).not.toContain('hunter2')
  })
})

describe('latchkey keys', () => {
  it('makes keys, rotates them with overlap, and lists what each is for', async () => {
    const roles = async (...args: string[]) =>
      ((await run('keys', ...args, '--json')).json() as { kid: string; role: string }[]).map(one => [
        one.role,
        one.kid,
      ])
    expect(await roles('list')).toEqual([])
    await roles('rotate')
    const second = await roles('rotate')
    const third = await roles('rotate')
    expect(third.map(([role]) => role)).toEqual(['signs', 'previous', 'next'])
    expect(third[0]![1]).toBe(second.find(([role]) => role === 'next')![1])
    expect(await roles('list')).toEqual(third)
    expect((await run('keys', 'list')).out).not.toContain('"d"')
  })
})

describe('latchkey doctor', () => {
  type Report = { ok: boolean; checks: { name: string; ok: boolean; found: string; advice?: string }[] }

  it('finds everything well', async () => {
    const ended = await run('doctor', '--json')
    const report = ended.json() as Report
    expect(report.checks.map(one => [one.name, one.ok])).toEqual(
      ['database', 'tls', 'pooler', 'schema', 'addresses', 'clock', 'redis', 'keys', 'issuer'].map(name => [
        name,
        true,
      ]),
    )
    expect([ended.code, report.ok]).toEqual([0, true])
  })

  it('does not take another server of the same name for this one', async () => {
    const another = createServer((request, response) => {
      const issuer = `http://localhost:${(another.address() as AddressInfo).port}`
      const answer = request.url!.includes('.well-known')
        ? { issuer, jwks_uri: `${issuer}/jwks` }
        : { keys: [{ kty: 'EC', kid: 'of-another' }] }
      response.end(JSON.stringify(answer))
    }).listen(0, '127.0.0.1')
    await once(another, 'listening')
    const ISSUER = `http://localhost:${(another.address() as AddressInfo).port}`
    const report = (await latchkey(['doctor', '--json'], { ...env, ISSUER })).json() as Report
    another.close()
    const issuer = report.checks.find(one => one.name === 'issuer')
    expect(issuer).toMatchObject({ ok: false, advice: expect.stringContaining('DATA_DIR') })
    expect(issuer!.found).toContain('other keys')
  })

  it('says what to do about a schema that is behind, a Redis that is away and keys that are missing', async () => {
    const behind = await openClone()
    await latchkey(['migrate', '--down', '1'], { ...env, DATABASE_URL: behind.url })
    const ended = await latchkey(['doctor', '--json'], {
      ...env,
      DATABASE_URL: behind.url,
      REDIS_URL: 'redis://127.0.0.1:1',
      SIGNING_KEYS: '/nowhere/keys.json',
    })
    await behind.drop()
    const report = ended.json() as Report
    expect([ended.code, report.ok]).toEqual([1, false])
    const advice = Object.fromEntries(report.checks.filter(one => !one.ok).map(one => [one.name, one.advice]))
    expect(Object.keys(advice)).toEqual(['schema', 'redis', 'keys'])
    expect(advice.schema).toContain('latchkey migrate')
    expect(advice.redis).toContain('REDIS_URL')
    expect(advice.keys).toContain('latchkey keys rotate')
  })
})

describe('latchkey migrate', () => {
  it('takes back and applies again, and other commands say what to do meanwhile', async () => {
    const own = await openClone()
    const at = { ...env, DATABASE_URL: own.url }
    try {
      const down = (await latchkey(['migrate', '--down', '2', '--json'], at)).json() as { reverted: string[] }
      expect(down.reverted).toHaveLength(2)
      refuses(await latchkey(['connection', 'list'], at), 1, /latchkey migrate/)
      refuses(await latchkey(['start'], { ...at, PORT: '0' }), 1, /latchkey migrate/)
      const up = (await latchkey(['migrate', '--json'], at)).json() as { applied: string[] }
      expect(up.applied).toEqual(down.reverted.reverse())
      expect((await latchkey(['migrate'], at)).out).toContain('Nothing to do')
    } finally {
      await own.drop()
    }
  })
})
