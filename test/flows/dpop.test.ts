import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { exportJWK, type JWTPayload, SignJWT } from 'jose'
import * as oauth from 'openid-client'
import { signedIn } from '../support/allowed.ts'
import { call } from '../support/api.ts'
import { basic, post } from '../support/oauth.ts'
import { openWorld } from '../support/open-world.ts'
import type { Person } from '../support/person.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

type KeyPair = Awaited<ReturnType<typeof oauth.randomDPoPKeyPair>>

const { server, world } = await openWorld()
let app: SeededConnection
let host: SeededConnection
let config: oauth.Configuration
let ben: Person
let keys: KeyPair
let stolen: KeyPair

beforeAll(async () => {
  app = await seedConnection(server.sql, { client_type: 'public', redirect_uris: ['https://app.test/back'] })
  host = await seedConnection(server.sql, { resource_server: true })
  config = await discover(app.id)
  ben = await signedIn(server, world.users.ben)
  ;[keys, stolen] = await Promise.all([oauth.randomDPoPKeyPair(), oauth.randomDPoPKeyPair('PS256')])
})

const discover = (id: string, secret?: string) =>
  oauth.discovery(new URL(server.base), id, secret, secret === undefined ? oauth.None() : undefined, {
    execute: [oauth.allowInsecureRequests],
    algorithm: 'oauth2',
  })
const handle = (pair: KeyPair) => oauth.getDPoPHandle(config, pair)

/** Goes through the flow, whose code is bound to the key already, up to the callback. */
async function arrive(pair: KeyPair) {
  const pkceCodeVerifier = oauth.randomPKCECodeVerifier()
  const parameters = {
    redirect_uri: 'https://app.test/back',
    code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  }
  const url = await oauth.buildAuthorizationUrlWithPAR(config, parameters, { DPoP: handle(pair) })
  await ben.open(url.href)
  await ben.press('Select pages')
  await ben.press('Allow access', { pages: [world.pages.handbook.id] })
  const callback = new URL(ben.visit.url)
  return (by: KeyPair) =>
    oauth.authorizationCodeGrant(config, callback, { pkceCodeVerifier }, undefined, { DPoP: handle(by) })
}
const install = async (pair = keys) => (await arrive(pair))(pair)

const page = () => `/v1/pages/${world.pages.handbook.id}`
async function proof(claims: JWTPayload, pair = keys, header: object = {}) {
  const jwk = await exportJWK(pair.publicKey)
  const iat = Math.floor(Date.now() / 1000)
  return new SignJWT({ jti: randomUUID(), iat, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
    .sign(pair.privateKey)
}
/** The page with this token and proof. */
const ask = (token: string, dpop: string | null, scheme = 'DPoP') =>
  call(server.base, page(), {
    headers: [
      ['authorization', `${scheme} ${token}`],
      ...(dpop === null ? [] : [['dpop', dpop] as [string, string]]),
    ],
  })
const hashOf = async (token: string) =>
  Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))).toString('base64url')

describe('an application that proves to have a key', () => {
  it('gets tokens that work with its key alone, at the partner API and at the MCP server', async () => {
    const tokens = await install()
    expect(tokens.token_type).toBe('dpop')
    const DPoP = handle(keys)
    const read = await oauth.fetchProtectedResource(
      ...[config, tokens.access_token, new URL(page(), server.base), 'GET', undefined, undefined],
      { DPoP },
    )
    expect(read.status).toBe(200)
    const tools = await oauth.fetchProtectedResource(
      ...[config, tokens.access_token, new URL('/mcp', server.base), 'POST'],
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      new Headers({ 'content-type': 'application/json', accept: 'application/json, text/event-stream' }),
      { DPoP },
    )
    expect([tools.status, await tools.text()]).toEqual([200, expect.stringContaining('get_page')])

    const introspected = await post(
      `${server.base}/v1/oauth/introspect`,
      { token: tokens.access_token },
      basic(host.id, host.secret),
    )
    expect(introspected.json).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: await DPoP.calculateThumbprint() },
    })
    // A thief has the token, and no key or another one.
    expect((await ask(tokens.access_token, null, 'Bearer')).status).toBe(401)
    await expect(
      oauth.fetchProtectedResource(
        ...[config, tokens.access_token, new URL(page(), server.base), 'GET', undefined, undefined],
        { DPoP: handle(stolen) },
      ),
    ).rejects.toMatchObject({ status: 401 })
    // Questions that carry no proof are answered as for an unknown token.
    const checked = await call(server.base, '/v1/access-checks', {
      method: 'POST',
      headers: [['authorization', basic(host.id, host.secret).authorization]],
      body: { token: tokens.access_token, capability: 'read_content', page_ids: [world.pages.handbook.id] },
    })
    expect(checked.json.active).toBe(false)
  })

  it('refreshes with its key, and nobody with another one', async () => {
    const tokens = await install()
    const refresh = (pair?: KeyPair) =>
      oauth.refreshTokenGrant(config, tokens.refresh_token!, undefined, pair && { DPoP: handle(pair) })
    await expect(refresh(stolen)).rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(refresh()).rejects.toMatchObject({ error: 'invalid_grant' })
    expect((await refresh(keys)).token_type).toBe('dpop')
  })

  it('redeems its code with the key that asked for it', async () => {
    const redeem = await arrive(keys)
    await expect(redeem(stolen)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect((await redeem(keys)).token_type).toBe('dpop')
  })

  it('uses each proof once, with the nonce, for one request and one token', async () => {
    const { access_token } = await install()
    const first = await ask(access_token, await proof({}))
    expect(first.status).toBe(401)
    const good = {
      ...{ htm: 'GET', htu: server.base + page(), ath: await hashOf(access_token) },
    }
    const without = await ask(access_token, await proof(good))
    expect(without.headers['www-authenticate']).toMatch(/^DPoP .*error="use_dpop_nonce"/)
    const nonce = String(without.headers['dpop-nonce'])
    const once = await proof({ ...good, nonce })
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(access_token, once)))
    expect(answers.map(one => one.status).sort()).toEqual([200, 401, 401, 401, 401])

    const minutes = Math.floor(Date.now() / 1000) - 600
    const refused: [string, string][] = [
      ['htm', await proof({ ...good, nonce, htm: 'POST' })],
      ['htu', await proof({ ...good, nonce, htu: `${server.base}/v1/search` })],
      ['iat', await proof({ ...good, nonce, iat: minutes })],
      ['jti', await proof({ ...good, nonce, jti: '' })],
      ['ath', await proof({ ...good, nonce, ath: await hashOf('another') })],
      ['dpop+jwt', await proof({ ...good, nonce }, keys, { typ: 'jwt' })],
      ['dpop+jwt', await proof({ ...good, nonce }, keys, { jwk: await exportJWK(stolen.publicKey) })],
      ['dpop+jwt', 'no proof'],
      ['dpop+jwt', ''],
    ]
    for (const [word, one] of refused) {
      const { status, json } = await ask(access_token, one)
      expect([word, status, json.message]).toEqual([word, 401, expect.stringContaining(word)])
    }
    const query = await proof({ ...good, nonce, htu: `${good.htu}?x=1#y` })
    expect((await ask(access_token, query)).status).toBe(200)
  })
})

describe('a connection that must prove a key', () => {
  it('gets no token without, and keeps its code', async () => {
    const strict = await seedConnection(server.sql, { require_dpop: true })
    const own = await discover(strict.id, strict.secret)
    await ben.open(oauth.buildAuthorizationUrl(own, { redirect_uri: strict.redirectUri }).href)
    await ben.press('Select pages')
    await ben.press('Allow access', { pages: [world.pages.handbook.id] })
    const callback = new URL(ben.visit.url)
    await expect(oauth.authorizationCodeGrant(own, callback)).rejects.toMatchObject({
      error: 'invalid_dpop_proof',
    })
    const DPoP = oauth.getDPoPHandle(own, keys)
    const tokens = await oauth.authorizationCodeGrant(own, callback, undefined, undefined, { DPoP })
    expect(tokens.token_type).toBe('dpop')
    // Its refresh token is bound to the client, which may change its key.
    const next = await oauth.refreshTokenGrant(own, tokens.refresh_token!, undefined, {
      DPoP: oauth.getDPoPHandle(own, await oauth.randomDPoPKeyPair()),
    })
    expect(next.token_type).toBe('dpop')
    const bearer = await ask(tokens.access_token, null, 'Bearer')
    expect(bearer.status).toBe(401)
  })
})
