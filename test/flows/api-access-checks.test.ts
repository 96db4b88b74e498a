import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { call, type Sent } from '../support/api.ts'
import { type Installed, seedInstalled } from '../support/installed.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let world: World
let host: SeededConnection
let relay: Installed

beforeAll(async () => {
  // The host product serves its own API and asks here.
  server = await startServer({ PARTNER_API: 'off' })
  world = await seedWorld(server.sql)
  host = await seedConnection(server.sql, { name: 'The host product', resource_server: true })
  relay = await seedInstalled(server.sql, {
    workspaceId: world.workspaces.acme.id,
    userId: world.users.ben.id,
    pages: [world.pages.quarter.id],
    capabilities: ['read_content'],
  })
})
afterAll(() => server.close())

const basic = (client: { id: string; secret: string }): [string, string] => [
  'authorization',
  `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
]
const ask = (body: unknown, sent: Sent = {}) =>
  call(server.base, '/v1/access-checks', { method: 'POST', headers: [basic(host)], body, ...sent })
const about = (pages: { id: string }[], more = {}) => ({
  token: relay.token,
  capability: 'read_content',
  page_ids: pages.map(page => page.id),
  ...more,
})

describe('the host product asks', () => {
  it('which of many pages a token may read at this moment', async () => {
    const { roadmap, quarter, launch, handbook } = world.pages
    const asked = about([roadmap, quarter, launch, handbook, { id: randomUUID() }])
    const answer = await ask(asked)
    expect(answer.json).toEqual({
      object: 'access_check',
      active: true,
      aud: server.base,
      page_ids: [quarter.id, launch.id],
    })
    expect(answer.headers['cache-control']).toBe('no-store')
    await server.sql(`update installations set state = 'suspended' where id = $1`, [relay.id])
    expect((await ask(asked)).json).toEqual({ object: 'access_check', active: false, page_ids: [] })
    await server.sql(`update installations set state = 'active' where id = $1`, [relay.id])
  })

  it('about a capability that the token lacks, and gets no page', async () => {
    expect((await ask(about([world.pages.launch], { capability: 'update_content' }))).json).toMatchObject({
      active: true,
      page_ids: [],
    })
  })

  it('about a value that is not one of our tokens', async () => {
    for (const token of ['x', newTokenValue('lka_'), newTokenValue('lkr_')])
      expect((await ask(about([world.pages.launch], { token }))).json).toMatchObject({
        active: false,
        page_ids: [],
      })
  })

  it.each([
    ['another resource', () => 'https://elsewhere.test/mcp', false],
    ['this server', () => server.base, true],
  ])('about a token that was issued for %s (RFC 8707)', async (_, audience, active) => {
    const aud = audience()
    const { token } = await seedInstalled(server.sql, {
      workspaceId: world.workspaces.acme.id,
      userId: world.users.ben.id,
      pages: [world.pages.quarter.id],
      payload: { aud },
    })
    expect((await ask(about([world.pages.launch], { token }))).json.active).toBe(active)
  })
})

describe('any other connection', () => {
  it('gets an answer about its own tokens only', async () => {
    const other = await seedConnection(server.sql, { name: 'Another' })
    const asOther = await ask(about([world.pages.launch]), { headers: [basic(other)] })
    expect(asOther.json).toEqual({ object: 'access_check', active: false, page_ids: [] })
    await server.sql(
      `insert into connection_secrets (id, connection_id, secret_hash, hint)
       select gen_random_uuid(), $1, sha256('known to relay'), 'elay'`,
      [relay.connectionId],
    )
    const own = { id: relay.connectionId, secret: 'known to relay' }
    expect((await ask(about([world.pages.launch]), { headers: [basic(own)] })).json.page_ids).toEqual([
      world.pages.launch.id,
    ])
  })

  it('is refused without the right secret, without a secret, and with a token', async () => {
    for (const headers of [
      [basic({ ...host, secret: newTokenValue('lks_') })],
      [basic({ ...host, secret: '' })],
      [basic({ id: 'nobody', secret: 'x' })],
      [['authorization', `Bearer ${relay.token}`]],
      [],
    ] as [string, string][][]) {
      const answer = await ask(about([world.pages.launch]), { headers })
      expect(answer.json).toMatchObject({ status: 401, code: 'unauthorized' })
      expect(answer.headers['www-authenticate']).toMatch(/^Basic realm=/)
    }
  })

  it('is refused when the connection is disabled, public, or its secret was revoked', async () => {
    const disabled = await seedConnection(server.sql, { resource_server: true, disabled_at: new Date() })
    const open = await seedConnection(server.sql, { resource_server: true, client_type: 'public' })
    const rotated = await seedConnection(server.sql, { resource_server: true })
    await server.sql('update connection_secrets set revoked_at = now() where connection_id = $1', [
      rotated.id,
    ])
    for (const client of [disabled, open, rotated])
      expect((await ask(about([world.pages.launch]), { headers: [basic(client)] })).status).toBe(401)
  })

  it('is slowed down when it guesses secrets', async () => {
    const target = await seedConnection(server.sql, { resource_server: true })
    const guess = () =>
      ask(about([world.pages.launch]), { headers: [basic({ ...target, secret: newTokenValue('lks_') })] })
    const statuses: number[] = []
    for (let turn = 0; turn < 21; turn++) statuses.push((await guess()).status)
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401))
    expect(statuses[20]).toBe(429)
    expect((await ask(about([world.pages.launch]), { headers: [basic(target)] })).status).toBe(200)
  })
})

describe('a question', () => {
  it.each([
    {},
    { page_ids: [] },
    { page_ids: 'all' },
    { page_ids: Array(101).fill('00000000-0000-4000-8000-000000000000') },
    { page_ids: ['x'] },
    { capability: 'everything' },
    { token: 7 },
    { more: true },
  ])('with %j is refused', async wrong => {
    const body =
      'page_ids' in wrong || Object.keys(wrong).length > 0 ? about([world.pages.launch], wrong) : {}
    expect((await ask(body)).json).toMatchObject({ status: 400, code: 'validation_error' })
  })

  it('comes by POST only', async () => {
    expect((await ask(undefined, { method: 'GET' })).json).toMatchObject({
      status: 405,
      code: 'invalid_request_url',
    })
  })
})
