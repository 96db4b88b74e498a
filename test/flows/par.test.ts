import { beforeAll, describe, expect, it } from '@jest/globals'
import * as oauth from 'openid-client'
import { signedIn } from '../support/allowed.ts'
import { basic, pkce, post } from '../support/oauth.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import type { Person } from '../support/person.ts'
import { decide, restrict } from '../support/ruled.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
let relay: SeededConnection
let strict: SeededConnection
let ben: Person

beforeAll(async () => {
  relay = await seedConnection(server.sql, { capabilities: ['read_content', 'insert_content'] })
  strict = await seedConnection(server.sql, { require_par: true })
  ben = await signedIn(server, world.users.ben)
})

const push = (fields: Record<string, string>, connection = relay) =>
  post(`${server.base}/v1/oauth/par`, fields, basic(connection.id, connection.secret))
const request = (more: Record<string, string> = {}) => ({
  response_type: 'code',
  redirect_uri: relay.redirectUri,
  ...more,
})
const authorize = (client: string, uri: unknown) =>
  `${server.base}/v1/oauth/authorize?${new URLSearchParams({ client_id: client, request_uri: String(uri) })}`

describe('a pushed authorization request', () => {
  it('begins the flow of a connection that must push, and no other request does', async () => {
    const partner = await Partner.discover(server.base, strict)
    const verifier = oauth.randomPKCECodeVerifier()
    const url = await oauth.buildAuthorizationUrlWithPAR(partner.config, {
      redirect_uri: strict.redirectUri,
      state: 'kept-from-the-browser',
      scope: 'read_content',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
    await ben.open(url.href)
    await ben.press('Select pages')
    await ben.press('Allow access', { pages: [world.pages.handbook.id] })
    const tokens = await oauth.authorizationCodeGrant(partner.config, new URL(ben.visit.url), {
      expectedState: 'kept-from-the-browser',
      pkceCodeVerifier: verifier,
    })
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])

    await ben.open(await partner.authorizeUrl())
    const { searchParams } = new URL(ben.visit.url)
    expect(searchParams.get('error')).toBe('invalid_request')
    expect(searchParams.get('error_description')).toContain('push')
  })

  it('is good for one use, by the client that pushed it, for a minute', async () => {
    const pushed = await push(request({ state: 'x' }))
    expect(pushed).toMatchObject({ status: 201, json: { expires_in: 60 } })
    const { request_uri } = pushed.json
    expect((await ben.open(authorize(relay.id, request_uri))).url).toContain('/install/')
    const again = await ben.open(authorize(relay.id, request_uri))
    expect([again.status, ben.text()]).toEqual([
      400,
      expect.stringContaining('Begin again in the application'),
    ])
    const [other, unknown] = [(await push(request())).json.request_uri, `${request_uri}x`]
    expect((await ben.open(authorize(strict.id, other))).status).toBe(400)
    expect((await ben.open(authorize(relay.id, unknown))).status).toBe(400)
    expect((await ben.open(authorize(relay.id, 'https://elsewhere.test/request.jwt'))).url).toContain(
      'error=request_uri_not_supported',
    )
  })

  it('goes on after an approval, though the browser never had its parameters', async () => {
    const pushed = await push({ response_type: 'code', redirect_uri: strict.redirectUri, state: 'y' }, strict)
    await restrict(server, world.workspaces.acme.id, 'approved-list')
    try {
      const cleo = await signedIn(server, world.users.cleo)
      await cleo.open(authorize(strict.id, pushed.json.request_uri))
      await cleo.press('Request approval', { reason: 'For my notes.' })
      const owner = await signedIn(server, world.users.ada)
      await decide(owner, world.workspaces.acme.id, { connection: strict.name }, 'approve')
      await cleo.open(`/settings/${world.workspaces.acme.id}/my-requests`)
      await cleo.press(`Continue: ${strict.name}`)
      await cleo.press('Select pages')
      await cleo.press('Allow access', { pages: [world.pages.handbook.id] })
      const { searchParams } = new URL(cleo.visit.url)
      expect([searchParams.get('state'), searchParams.has('code')]).toEqual(['y', true])
    } finally {
      await restrict(server, world.workspaces.acme.id, 'none')
    }
  })

  it('that two browsers bring at once begins one flow', async () => {
    const { request_uri } = (await push(request())).json
    const arrivals = await Promise.all(
      Array.from({ length: 5 }, () => ben.send(authorize(relay.id, request_uri))),
    )
    expect(arrivals.map(one => one.status).sort()).toEqual([303, 400, 400, 400, 400])
  })

  it('is refused where the flow would fail, with the reason, and without credentials', async () => {
    const refusals: [Record<string, string>, string][] = [
      [{ redirect_uri: relay.redirectUri }, 'invalid_request'],
      [request({ redirect_uri: 'https://elsewhere.test/' }), 'invalid_request'],
      [request({ response_type: 'token' }), 'unsupported_response_type'],
      [request({ response_mode: 'fragment' }), 'invalid_request'],
      [request({ scope: 'read_everything' }), 'invalid_scope'],
      [request({ scope: 'update_content' }), 'invalid_scope'],
      [request({ resource: 'https://elsewhere.test/mcp' }), 'invalid_target'],
      [request({ code_challenge: pkce().challenge, code_challenge_method: 'plain' }), 'invalid_request'],
      [request({ request_uri: 'urn:ietf:params:oauth:request_uri:x' }), 'invalid_request'],
    ]
    for (const [fields, error] of refusals) {
      const { status, json } = await push(fields)
      expect([fields, status, json.error]).toEqual([fields, 400, error])
    }
    expect(await push(request(), { ...relay, secret: strict.secret })).toMatchObject({
      status: 401,
      json: { error: 'invalid_client' },
    })
    const open = await seedConnection(server.sql, { client_type: 'public' })
    const unsafe = { ...request({ redirect_uri: open.redirectUri }), client_id: open.id }
    const answer = await post(`${server.base}/v1/oauth/par`, unsafe)
    expect(answer.json.error_description).toContain('PKCE')
    const safe = { ...unsafe, code_challenge: pkce().challenge, code_challenge_method: 'S256' }
    expect((await post(`${server.base}/v1/oauth/par`, safe)).status).toBe(201)
  })
})
