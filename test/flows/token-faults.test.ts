import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ben, Flow } from '../support/oauth.ts'
import { type OpenProvider, openProvider } from '../support/open-provider.ts'
import { restrict } from '../support/ruled.ts'
import { seedConnection, seedWorld, type World } from '../support/seed.ts'

type Moment = 'before' | 'in' | 'after'

let server: OpenProvider
let world: World
let flow: Flow
/** When the next statement of token issue fails; it fails once. */
let failing: Moment | null = null
/** A change that somebody else commits between the reading of a request and its one statement; each time. */
let meanwhile: (() => Promise<unknown>) | null = null

const lostConnection = () =>
  Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' })

/** PostgreSQL's error for a full disk. */
const noRoom = `create or replace function no_room() returns trigger language plpgsql
    as $$ begin raise exception 'no room' using errcode = 'disk_full'; end $$;
  create trigger no_room before insert on access_tokens execute function no_room()`

/** Fails as a database does: before the statement, during it, or after its commit, with the answer lost. */
async function withFault<T>(statement: () => Promise<T>): Promise<T> {
  const moment = failing
  failing = null
  await meanwhile?.()
  if (moment === 'before') throw lostConnection()
  if (moment === 'in') await server.sql(noRoom)
  try {
    const result = await statement()
    if (moment === 'after') throw lostConnection()
    return result
  } finally {
    if (moment === 'in') await server.sql('drop trigger no_room on access_tokens')
  }
}

beforeAll(async () => {
  server = await openProvider({
    adjust: needs => ({
      ...needs,
      store: {
        ...needs.store,
        redeem: (...all) => withFault(() => needs.store.redeem(...all)),
        rotate: (...all) => withFault(() => needs.store.rotate(...all)),
      },
    }),
  })
  world = await seedWorld(server.sql)
})
beforeEach(async () => {
  flow = new Flow(server.base, await seedConnection(server.sql))
})
afterAll(() => server.close())

const moments: Moment[] = ['before', 'in', 'after']
const unavailable = { status: 503, json: { error: 'temporarily_unavailable', object: 'error', status: 503 } }
const events = async () =>
  (
    await server.sql<{ kind: string }>('select kind from events where connection_id = $1', [
      flow.connection.id,
    ])
  ).map(one => one.kind)

describe.each(moments)('a fault %s the one statement', moment => {
  it('of a redemption: the plain retry succeeds, and the code is not taken for used', async () => {
    const callback = await flow.allow(ben(world, world.pages.roadmap))
    failing = moment
    const failed = await flow.redeem(callback)
    expect(failed).toMatchObject(unavailable)
    expect(failed.headers.get('retry-after')).toBe('1')
    const { status, json } = await flow.redeem(callback)
    expect(status).toBe(200)
    expect((await flow.introspect(json.access_token)).json.active).toBe(true)
    expect((await flow.refresh(json.refresh_token)).status).toBe(200)
    expect(await events()).not.toContain('code.reused')
    const [left] = await server.sql<{ tokens: number }>(
      `select count(*)::int as tokens from access_tokens t join authorizations a on a.id = t.grant_id
       where a.connection_id = $1`,
      [flow.connection.id],
    )
    expect(left!.tokens).toBe(2) // tokens that the fault may have issued are gone
  })

  it('of a refresh: the plain retry succeeds, and the family lives', async () => {
    const { json: first } = await flow.redeem(await flow.allow(ben(world, world.pages.roadmap)))
    failing = moment
    expect(await flow.refresh(first.refresh_token)).toMatchObject(unavailable)
    const retried = await flow.refresh(first.refresh_token)
    expect(retried.status).toBe(200)
    expect((await flow.refresh(retried.json.refresh_token)).status).toBe(200)
    expect(await events()).toEqual(['installation.activated'])
  })
})

it('a statement that the database refuses for a fault of ours is not told as one to try again', async () => {
  const { json } = await flow.redeem(await flow.allow(ben(world, world.pages.roadmap)))
  await server.sql('alter table access_tokens add constraint no check (false) not valid')
  const refused = await flow.refresh(json.refresh_token)
  await server.sql('alter table access_tokens drop constraint no')
  expect(refused).toMatchObject({ status: 500, json: { error: 'server_error' } })
  expect(refused.headers.get('retry-after')).toBeNull()
  expect((await flow.refresh(json.refresh_token)).status).toBe(200)
})

describe('what is committed between the reading and the one statement', () => {
  const acme = () => world.workspaces.acme.id
  const ended: Record<string, [change: () => Promise<unknown>, undo: () => Promise<unknown>]> = {
    'a policy': [() => restrict(server, acme(), 'approved-list'), () => restrict(server, acme(), 'none')],
    'the connection switched off': [
      () => server.sql('update connections set disabled_at = now() where id = $1', [flow.connection.id]),
      async () => {},
    ],
    'the member made a guest': [
      () => server.sql(`update members set role = 'guest' where user_id = $1`, [world.users.ben.id]),
      () => server.sql(`update members set role = 'member' where user_id = $1`, [world.users.ben.id]),
    ],
    'the member taken out': [
      () => server.sql('delete from members where user_id = $1', [world.users.ben.id]),
      () =>
        server.sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'member')`, [
          acme(),
          world.users.ben.id,
        ]),
    ],
    'the user disabled': [
      () => server.sql('update users set disabled = true where id = $1', [world.users.ben.id]),
      () => server.sql('update users set disabled = false where id = $1', [world.users.ben.id]),
    ],
  }
  const stopsCodes = Object.keys(ended)
  const stopsRefreshes = stopsCodes.filter(name => name !== 'a policy' && name !== 'the member made a guest')
  afterEach(() => {
    meanwhile = null
  })

  async function amid(name: string, request: () => Promise<{ status: number; json: { error?: string } }>) {
    const [change, undo] = ended[name]!
    meanwhile = change
    const { status, json } = await request()
    meanwhile = null
    await undo()
    expect([status, json.error]).toEqual(
      name === 'the connection switched off' ? [401, 'invalid_client'] : [400, 'invalid_grant'],
    )
  }

  it.each(stopsCodes)('%s: the code brings nothing', async name => {
    const callback = await flow.allow(ben(world, world.pages.diary))
    await amid(name, () => flow.redeem(callback))
    expect(await events()).toEqual([])
    const left = 'select from installations where connection_id = $1'
    expect(await server.sql(left, [flow.connection.id])).toEqual([])
  })

  it('an approval taken back: the code brings nothing', async () => {
    await restrict(server, acme(), 'approved-list')
    const row = [acme(), flow.connection.id]
    await server.sql(
      'insert into approvals (workspace_id, connection_id, approved_at) values ($1, $2, now())',
      row,
    )
    const callback = await flow.allow(ben(world, world.pages.diary))
    meanwhile = () => server.sql('delete from approvals where workspace_id = $1 and connection_id = $2', row)
    const refused = await flow.redeem(callback)
    await restrict(server, acme(), 'none')
    expect(refused).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
    expect(refused.json.error_description).toContain('not-approved')
  })

  it('what decides nothing after all: the code is redeemed', async () => {
    const callback = await flow.allow(ben(world, world.pages.diary))
    let turns = 0
    meanwhile = async () => {
      if (turns++ === 0) await server.sql(`update workspaces set icon = '⛰️' where id = $1`, [acme()])
    }
    expect((await flow.redeem(callback)).status).toBe(200)
    expect(turns).toBe(2)
  })

  it('something each time: the code is refused, and not used up', async () => {
    const callback = await flow.allow(ben(world, world.pages.diary))
    meanwhile = () => server.sql('update workspaces set updated_at = now() where id = $1', [acme()])
    expect(await flow.redeem(callback)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
    meanwhile = null
    expect((await flow.redeem(callback)).status).toBe(200)
    expect(await events()).toEqual(['installation.activated'])
  })

  it.each(stopsRefreshes)('%s: the refresh brings nothing', async name => {
    const { json } = await flow.redeem(await flow.allow(ben(world, world.pages.diary)))
    await amid(name, () => flow.refresh(json.refresh_token))
    const [left] = await server.sql<{ tokens: number }>(
      `select count(*)::int as tokens from access_tokens t join authorizations a on a.id = t.grant_id
       where a.connection_id = $1`,
      [flow.connection.id],
    )
    expect(left!.tokens).toBe(1)
  })

  it('an owner’s suspension: the refresh brings nothing, and works again when it is lifted', async () => {
    const { json } = await flow.redeem(await flow.allow(ben(world, world.pages.diary)))
    const state = (value: string) =>
      server.sql('update installations set state = $2 where connection_id = $1', [flow.connection.id, value])
    meanwhile = () => state('suspended')
    expect(await flow.refresh(json.refresh_token)).toMatchObject({
      status: 400,
      json: { error: 'invalid_grant' },
    })
    meanwhile = null
    await state('active')
    expect((await flow.refresh(json.refresh_token)).status).toBe(200)
  })
})

describe('a database that does not answer', () => {
  it('makes every endpoint say so, and a revocation never claims success', async () => {
    const { json } = await flow.redeem(await flow.allow(ben(world, world.pages.roadmap)))
    const away = await server.beside({
      adjust: needs => ({
        ...needs,
        store: Object.fromEntries(
          Object.keys(needs.store).map(name => [name, () => Promise.reject(lostConnection())]),
        ) as unknown as typeof needs.store,
      }),
    })
    const elsewhere = new Flow(away.base, flow.connection)
    for (const answer of [
      await elsewhere.refresh(json.refresh_token),
      await elsewhere.introspect(json.access_token),
      await elsewhere.revoke(json.access_token),
    ])
      expect(answer).toMatchObject(unavailable)
    const shown = await fetch(elsewhere.authorizeUrl(), { redirect: 'manual' })
    expect([shown.status, shown.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await shown.text()).toContain('The service is busy')
    expect((await flow.introspect(json.access_token)).json.active).toBe(true)
  })
})
