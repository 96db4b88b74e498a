import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ben, Flow } from '../support/oauth.ts'
import { type OpenProvider, openProvider } from '../support/open-provider.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'

let server: OpenProvider
let world: World
let relay: SeededConnection

beforeAll(async () => {
  server = await openProvider()
  world = await seedWorld(server.sql)
  relay = await seedConnection(server.sql)
})
afterAll(() => server.close())

describe('a partner redeems a code', () => {
  it('for tokens in the members that Notion-style clients read', async () => {
    const flow = new Flow(server.base, relay)
    const callback = await flow.allow(ben(world, world.pages.roadmap))
    expect(callback.searchParams.get('iss')).toBe(server.base)
    const { status, json, headers } = await flow.redeem(callback)
    expect(json).toMatchObject({ token_type: 'bearer', expires_in: 3600, workspace_name: 'Acme' })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    const renewed = await flow.refresh(json.refresh_token)
    expect(renewed.json).toMatchObject({ bot_id: json.bot_id })
  })
})
