import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  noteDocumentFailure,
  noteDocumentFound,
} from '../../src/storage/postgres/stores/self-registrations.ts'
import { ben, Flow, pkce, post } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { seedConnection } from '../support/seed.ts'

const address = 'https://agent.example.com/desk.json'
const hour = 3_600_000
let now = Date.now()
let status = 200
let fetches = 0
let id = ''

const { server, world } = await openProviderWorld({
  adjust: needs => ({
    ...needs,
    now: () => new Date(now),
    signedIn: async () => true,
    published: {
      idOf: async () => id,
      async keep() {
        await noteDocumentFound(server.pool, address)
        return id
      },
      noteFailure: (url, at) => noteDocumentFailure(server.pool, url, at),
    },
    async fetchDocument() {
      fetches++
      const body = { client_id: address, client_name: 'Desk', redirect_uris: ['https://relay.test/callback'] }
      return {
        status,
        headers: { 'content-type': 'application/json', 'cache-control': 'max-age=60' },
        body: Buffer.from(JSON.stringify(body)),
      }
    },
  }),
})
const made = await seedConnection(server.sql, {
  client_type: 'public',
  origin: 'published',
  document_url: address,
})
id = made.id

const flow = () => new Flow(server.base, made)
const { challenge, verifier } = pkce()
const asked = { code_challenge: challenge, code_challenge_method: 'S256' }
const refresh = (token: unknown) =>
  post(`${server.base}/v1/oauth/token`, {
    grant_type: 'refresh_token',
    refresh_token: String(token),
    client_id: address,
  })

beforeEach(() => {
  fetches = 0
})

describe('a published client', () => {
  it('has its document fetched also where a flow names it by the id that it has here', async () => {
    await flow().begin(asked)
    expect(fetches).toBe(1)
    now += hour
    status = 500
    await expect(flow().begin(asked)).rejects.toThrow('authorize answered 400')
    status = 200
    now += hour
    await flow().begin(asked)
  })

  it('refreshes for a day on the last good document, and begins no new flow meanwhile', async () => {
    const callback = await flow().allow(ben(world, world.pages.roadmap), asked)
    const { json: first } = await post(`${server.base}/v1/oauth/token`, {
      ...{ grant_type: 'authorization_code', client_id: address, code_verifier: verifier },
      ...{ code: callback.searchParams.get('code')!, redirect_uri: made.redirectUri },
    })
    status = 500
    now += hour
    await expect(flow().begin(asked)).rejects.toThrow('400')
    now += 23 * hour
    await expect(flow().begin(asked)).rejects.toThrow('400')
    const second = await refresh(first.refresh_token)
    expect(second.status).toBe(200)

    now += 2 * hour
    expect(await refresh(second.json.refresh_token)).toMatchObject({
      status: 400,
      json: { error: 'invalid_grant', error_description: expect.stringContaining('for a day') },
    })
    // It is looked for once more before a refusal, and a refresh token is not used up by one.
    status = 200
    now += hour
    expect((await refresh(second.json.refresh_token)).status).toBe(200)
    expect(await server.sql('select document_failed_at from connections where id = $1', [id])).toEqual([
      { document_failed_at: null },
    ])
  })
})
