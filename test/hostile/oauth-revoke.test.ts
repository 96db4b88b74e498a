import { beforeEach, describe, expect, it } from '@jest/globals'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { basic, ben, Flow, post } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openProviderWorld()
let flow: Flow
let tokens: Record<string, unknown>

beforeEach(async () => {
  flow = new Flow(server.base, await seedConnection(server.sql))
  const callback = await flow.allow(ben(world, world.pages.roadmap, world.pages.diary))
  tokens = (await flow.redeem(callback)).json
})

const url = (name: string) => `${server.base}/v1/oauth/${name}`
const told = async () => (await flow.introspect(tokens.access_token)).json
const inactive = { active: false, request_id: expect.any(String) }

describe('revocation', () => {
  it.each(['access_token', 'refresh_token'])('of the %s ends all tokens of the authorization', async name => {
    const { json: renewed } = await flow.refresh(tokens.refresh_token)
    const { status, json } = await flow.revoke(name === 'access_token' ? tokens[name] : renewed[name])
    expect(status).toBe(200)
    expect(json).toEqual({ request_id: expect.any(String) })
    for (const token of [tokens.access_token, renewed.access_token, renewed.refresh_token])
      expect((await flow.introspect(token)).json).toEqual(inactive)
    expect(await flow.refresh(renewed.refresh_token)).toMatchObject({ json: { error: 'invalid_grant' } })
  })

  it('of the last authorization ends the installation, of one among two leaves it', async () => {
    const second = (await flow.redeem(await flow.allow(ben(world, world.pages.roadmap)))).json
    const state = async () =>
      (await server.sql('select state, state_reason from installations where id = $1', [tokens.bot_id]))[0]
    await flow.revoke(tokens.access_token)
    expect(await state()).toEqual({ state: 'active', state_reason: null })
    expect((await flow.introspect(second.access_token)).json.active).toBe(true)
    await flow.revoke(second.refresh_token)
    expect(await state()).toEqual({ state: 'revoked', state_reason: 'by-partner' })
    const events = await server.sql('select kind, data from events where installation_id = $1 order by id', [
      tokens.bot_id,
    ])
    expect(events.slice(-2)).toEqual([
      { kind: 'token.revoked', data: { installation_over: false } },
      { kind: 'token.revoked', data: { installation_over: true } },
    ])
    const third = (await flow.redeem(await flow.allow(ben(world, world.pages.roadmap)))).json
    expect(third.bot_id).toBe(tokens.bot_id)
    expect(await state()).toEqual({ state: 'active', state_reason: null })
  })

  it('of a token of another client changes nothing and says nothing', async () => {
    const stranger = new Flow(server.base, await seedConnection(server.sql))
    const answer = await stranger.revoke(tokens.access_token)
    expect(answer).toMatchObject({ status: 200, json: { request_id: expect.any(String) } })
    expect((await stranger.revoke(tokens.refresh_token)).status).toBe(200)
    expect((await told()).active).toBe(true)
    expect((await stranger.revoke(newTokenValue('lka_'))).status).toBe(200)
    expect((await stranger.revoke('anything')).status).toBe(200)
  })

  it('works for a public client, which has no secret', async () => {
    const app = await seedConnection(server.sql, {
      client_type: 'public',
      redirect_uris: ['http://127.0.0.1/cb'],
    })
    await server.sql('update authorizations set connection_id = $2 where installation_id = $1', [
      tokens.bot_id,
      app.id,
    ])
    const answer = await post(url('revoke'), { token: String(tokens.access_token), client_id: app.id })
    expect(answer.status).toBe(200)
    expect(await told()).toEqual(inactive)
  })

  it('asks who asks, and for what', async () => {
    const token = String(tokens.access_token)
    expect(await post(url('revoke'), { token })).toMatchObject({ status: 401 })
    expect(await post(url('revoke'), {}, basic(flow.connection.id, flow.connection.secret))).toMatchObject({
      status: 400,
    })
    expect((await told()).active).toBe(true)
  })
})
