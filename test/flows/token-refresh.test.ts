import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ben, Flow } from '../support/oauth.ts'
import { type OpenProvider, openProvider } from '../support/open-provider.ts'
import { seedConnection, seedWorld, type World } from '../support/seed.ts'

let server: OpenProvider
let world: World
let flow: Flow
let first: Record<string, unknown>
/** Moves the provider's clock. */
let ahead = 0

const refused = { status: 400, json: { error: 'invalid_grant' } }

beforeAll(async () => {
  server = await openProvider({
    adjust: needs => ({ ...needs, now: () => new Date(Date.now() + ahead) }),
  })
  world = await seedWorld(server.sql)
})
beforeEach(async () => {
  ahead = 0
  flow = new Flow(server.base, await seedConnection(server.sql))
  first = (await flow.redeem(await flow.allow(ben(world, world.pages.roadmap)))).json
})
afterAll(() => server.close())

const kinds = async () =>
  (
    await server.sql<{ kind: string }>('select kind from events where connection_id = $1 order by id', [
      flow.connection.id,
    ])
  ).map(one => one.kind)
const active = async (token: unknown) => (await flow.introspect(token)).json.active

describe('a refresh', () => {
  it('brings a new access token and a new refresh token; the older access token lives on', async () => {
    const { status, json } = await flow.refresh(first.refresh_token)
    expect(status).toBe(200)
    expect(json.refresh_token).not.toBe(first.refresh_token)
    expect(json.access_token).not.toBe(first.access_token)
    expect(json).toMatchObject({ bot_id: first.bot_id, scope: first.scope, token_type: 'bearer' })
    expect(await active(first.access_token)).toBe(true)
    expect(await active(json.access_token)).toBe(true)
    expect(await active(first.refresh_token)).toBe(false)
    expect(await active(json.refresh_token)).toBe(true)
  })

  it('retried within a minute, as after a lost answer, finds the same chain and kills nothing', async () => {
    const lost = await flow.refresh(first.refresh_token)
    const again = await flow.refresh(first.refresh_token)
    expect(again.status).toBe(200)
    expect(again.json.refresh_token).toBe(lost.json.refresh_token)
    const next = await flow.refresh(again.json.refresh_token)
    expect(next.status).toBe(200)
    expect(await active(lost.json.access_token)).toBe(true)
    expect(await kinds()).toEqual(['installation.activated'])
  })

  it('retried after the secret keys were rotated finds the same chain', async () => {
    const lost = await flow.refresh(first.refresh_token)
    const other = await server.beside({ secretKeys: [Buffer.alloc(32, 9), Buffer.alloc(32, 7)] })
    const again = await flow.refresh(first.refresh_token, {}, other.base)
    expect(again.json.refresh_token).toBe(lost.json.refresh_token)
  })

  it('at once on two hosts that write with different keys gets one next token', async () => {
    const [newer, older] = [Buffer.alloc(32, 9), Buffer.alloc(32, 7)]
    const hosts = [
      await server.beside({ secretKeys: [newer, older] }),
      await server.beside({ secretKeys: [older, newer] }),
    ]
    let token = first.refresh_token
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, turn) => flow.refresh(token, {}, hosts[turn % 2]!.base)),
      )
      expect(answers.map(one => one.status)).toEqual(answers.map(() => 200))
      expect(new Set(answers.map(one => one.json.refresh_token)).size).toBe(1)
      token = answers[0]!.json.refresh_token
    }
  })

  it('retried on a host that lacks the key is told to try again, and ends nothing', async () => {
    const other = await server.beside({ secretKeys: [Buffer.alloc(32, 9), Buffer.alloc(32, 7)] })
    const second = await flow.refresh(first.refresh_token, {}, other.base)
    const elsewhere = await flow.refresh(first.refresh_token)
    expect(elsewhere).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } })
    expect(await active(second.json.access_token)).toBe(true)
    expect((await flow.refresh(second.json.refresh_token)).status).toBe(200)
  })

  it('with a token used before, after its minute, kills the family and is recorded', async () => {
    const second = await flow.refresh(first.refresh_token)
    ahead = 61_000
    expect(await flow.refresh(first.refresh_token)).toMatchObject(refused)
    expect(await flow.refresh(second.json.refresh_token)).toMatchObject(refused)
    expect(await active(first.access_token)).toBe(false)
    expect(await active(second.json.access_token)).toBe(false)
    expect(await kinds()).toEqual(['installation.activated', 'refresh-token.reused'])
  })

  it('with a token whose successor was used already kills the family, minute or not', async () => {
    const second = await flow.refresh(first.refresh_token)
    const third = await flow.refresh(second.json.refresh_token)
    expect(await flow.refresh(first.refresh_token)).toMatchObject(refused)
    expect(await flow.refresh(third.json.refresh_token)).toMatchObject(refused)
    expect(await kinds()).toContain('refresh-token.reused')
  })

  it('replayed after a restart of the server is found out all the same', async () => {
    const second = await flow.refresh(first.refresh_token)
    await flow.refresh(second.json.refresh_token)
    const other = await server.beside()
    expect(await flow.refresh(first.refresh_token, {}, other.base)).toMatchObject(refused)
    expect(await kinds()).toContain('refresh-token.reused')
  })

  it('asking for less gets less; the next one without scope gets all again', async () => {
    const narrow = await flow.refresh(first.refresh_token, { scope: 'read_content' })
    expect(narrow.json.scope).toBe('read_content')
    const wide = await flow.refresh(narrow.json.refresh_token)
    expect(wide.json.scope).toBe(first.scope)
  })

  it('asking for more is refused and consumes nothing', async () => {
    const wider = { scope: `${first.scope} read_user_with_email` }
    expect(await flow.refresh(first.refresh_token, wider)).toMatchObject({
      status: 400,
      json: { error: 'invalid_scope' },
    })
    ahead = 61_000
    expect((await flow.refresh(first.refresh_token)).status).toBe(200)
  })

  it('asking for another resource is refused and consumes nothing', async () => {
    const elsewhere = { resource: 'https://elsewhere.test' }
    expect(await flow.refresh(first.refresh_token, elsewhere)).toMatchObject({
      status: 400,
      json: { error: 'invalid_target' },
    })
    ahead = 61_000
    expect((await flow.refresh(first.refresh_token, { resource: server.base })).status).toBe(200)
  })

  it('comes to an end after 90 days without use, and after a year in any case', async () => {
    const life = async () =>
      (
        await server.sql<{ days: number }>(
          `select round(extract(epoch from r.expires_at - now()) / 86400)::int as days
           from refresh_tokens r join authorizations a on a.id = r.grant_id
           where a.connection_id = $1
             and not exists (select from refresh_tokens next where next.parent_hash = r.token_hash)`,
          [flow.connection.id],
        )
      )[0]!.days
    const older = (days: number) =>
      server.sql(
        `update refresh_tokens r set payload = r.payload || jsonb_build_object('iiat',
           (extract(epoch from now()) - $2 * 86400)::int)
         from authorizations a where a.id = r.grant_id and a.connection_id = $1`,
        [flow.connection.id, days],
      )
    expect(await life()).toBe(90)
    await older(300)
    const late = await flow.refresh(first.refresh_token)
    expect(late.status).toBe(200)
    expect(await life()).toBe(65)
    await server.sql(`update refresh_tokens set expires_at = now() - interval '1 second'`)
    expect(await flow.refresh(late.json.refresh_token)).toMatchObject(refused)
  })

  it('is refused when the installation is not in force, its member left, or the connection is disabled', async () => {
    const { bot_id } = first
    const cases: [string, string, unknown[]][] = [
      ['update installations set state = $2 where id = $1', 'revoked', [bot_id]],
      ['update installations set state = $2 where id = $1', 'suspended', [bot_id]],
    ]
    for (const [text, state, values] of cases) {
      await server.sql(text, [...values, state])
      expect(await flow.refresh(first.refresh_token)).toMatchObject(refused)
      await server.sql(text, [...values, 'active'])
    }
    await server.sql('update users set disabled = true where id = $1', [world.users.ben.id])
    expect(await flow.refresh(first.refresh_token)).toMatchObject(refused)
    await server.sql('update users set disabled = false where id = $1', [world.users.ben.id])
    await server.sql('update connections set disabled_at = now() where id = $1', [flow.connection.id])
    expect(await flow.refresh(first.refresh_token)).toMatchObject({
      status: 401,
      json: { error: 'invalid_client' },
    })
    await server.sql('update connections set disabled_at = null where id = $1', [flow.connection.id])
    expect((await flow.refresh(first.refresh_token)).status).toBe(200)
  })
})

describe('a connection that changes', () => {
  it('is another client on the next request: secrets, capabilities, redirect URIs', async () => {
    await server.sql('update connection_secrets set revoked_at = now() where connection_id = $1', [
      flow.connection.id,
    ])
    expect(await flow.refresh(first.refresh_token)).toMatchObject({ status: 401 })
    await server.sql('update connection_secrets set revoked_at = null where connection_id = $1', [
      flow.connection.id,
    ])
    await server.sql(
      `update connections set capabilities = '{read_content}', redirect_uris = $2 where id = $1`,
      [flow.connection.id, ['https://relay.test/moved']],
    )
    const install = await flow.begin({ redirect_uri: 'https://relay.test/moved' })
    expect(await (await flow.browser.get(install)).json()).toMatchObject({ capabilities: ['read_content'] })
    expect((await flow.browser.get(flow.authorizeUrl())).status).toBe(400)
  })

  it('shows when its secret was last used', async () => {
    const lastUsed = async () =>
      (
        await server.sql<{ last_used_at: Date | null }>(
          'select last_used_at from connection_secrets where connection_id = $1',
          [flow.connection.id],
        )
      )[0]!.last_used_at
    // Written outside of the request.
    while ((await lastUsed()) === null) await new Promise(resolve => setTimeout(resolve, 20))
    expect(await lastUsed()).not.toBeNull()
  })
})
