import { beforeEach, describe, expect, it } from '@jest/globals'
import { sweepExpired } from '../../src/storage/postgres/sweep.ts'
import { ben, Flow } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openProviderWorld()
let flow: Flow

beforeEach(async () => {
  flow = new Flow(server.base, await seedConnection(server.sql))
})

const sweep = (days: number) => sweepExpired(server.pool, new Date(Date.now() + days * 86_400_000))
const count = async (table: string, id: string) =>
  (
    await server.sql<{ n: number }>(
      `select count(*)::int as n from ${table} t join authorizations a on a.id = t.grant_id where a.connection_id = $1`,
      [id],
    )
  )[0]!.n
const allow = () => flow.allow(ben(world, world.pages.roadmap))

describe('the sweeper', () => {
  it('leaves alone what is in force', async () => {
    const { json } = await flow.redeem(await allow())
    await sweep(0)
    expect((await flow.introspect(json.access_token)).json.active).toBe(true)
    expect((await flow.refresh(json.refresh_token)).status).toBe(200)
  })

  it('takes expired access tokens and keeps the family', async () => {
    const { json } = await flow.redeem(await allow())
    await sweep(1)
    expect(await count('access_tokens', flow.connection.id)).toBe(0)
    expect((await flow.refresh(json.refresh_token)).status).toBe(200)
  })

  it('keeps used refresh tokens for a week, so that a replay is found out, and the live one for its time', async () => {
    const { json: first } = await flow.redeem(await allow())
    const { json: second } = await flow.refresh(first.refresh_token)
    const { json: third } = await flow.refresh(second.refresh_token)
    await sweep(6)
    expect(await count('refresh_tokens', flow.connection.id)).toBe(3)
    await sweep(8)
    expect(await count('refresh_tokens', flow.connection.id)).toBe(1)
    expect((await flow.refresh(third.refresh_token)).status).toBe(200)
  })

  it('takes what was allowed and never redeemed after a day, with its code', async () => {
    const callback = await allow()
    await sweep(0.5)
    const left = () =>
      server.sql('select 1 from authorizations where connection_id = $1', [flow.connection.id])
    expect(await left()).toHaveLength(1)
    await sweep(2)
    expect(await left()).toEqual([])
    expect(await flow.redeem(callback)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
  })

  it('takes an authorization that is over with all its tokens', async () => {
    await flow.redeem(await allow())
    await sweep(400)
    const [left] = await server.sql(
      `select (select count(*)::int from authorizations where connection_id = $1) as authorizations,
         (select count(*)::int from refresh_tokens) as tokens`,
      [flow.connection.id],
    )
    expect(left).toEqual({ authorizations: 0, tokens: 0 })
  })

  it('passes over what somebody else holds, instead of waiting', async () => {
    await flow.redeem(await allow())
    const client = await server.pool.connect()
    await client.query('begin')
    await client.query('select from access_tokens for update')
    await sweep(1)
    await client.query('rollback')
    client.release()
    expect(await count('access_tokens', flow.connection.id)).toBe(1)
  })
})
