import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import * as oauth from 'openid-client'
import { keysFetch } from '../../src/compose/published-clients.ts'
import type { Config } from '../../src/config.ts'
import { afterFile } from '../support/after-file.ts'
import { openDocuments } from '../support/documents.ts'
import { ben, Flow, pkce, post } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const algorithms = ['ES256', 'EdDSA', 'PS256', 'RS256']
const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

let now = Date.now()
const { server, world } = await openProviderWorld({
  adjust: needs => ({
    ...needs,
    now: () => new Date(now),
    fetchKeys: keysFetch({ outboundHosts: { names: ['localhost'], networks: [] } } as unknown as Config),
  }),
})
type Keys = Awaited<ReturnType<typeof generateKeyPair>> & { jwk: object }
const keys = new Map<string, Keys>()
let relay: SeededConnection

async function newKey(alg: string): Promise<Keys> {
  const pair = await generateKeyPair(alg, { extractable: true })
  return { ...pair, jwk: { ...(await exportJWK(pair.publicKey)), alg } }
}

beforeAll(async () => {
  for (const alg of algorithms) keys.set(alg, await newKey(alg))
  relay = await seedConnection(server.sql, { jwks: { keys: [...keys.values()].map(one => one.jwk) } })
  await server.sql('delete from connection_secrets where connection_id = $1', [relay.id])
})

const issuer = () => server.base
async function sign(more: JWTPayload = {}, { alg = 'ES256', key = keys.get(alg)!.privateKey as never } = {}) {
  const at = Math.floor(now / 1000)
  const claims = { iss: relay.id, sub: relay.id, aud: issuer(), jti: randomUUID(), iat: at, exp: at + 60 }
  return new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg }).sign(key)
}
const introspect = (client_assertion: string, more: Record<string, string> = {}, base = server.base) =>
  post(`${base}/v1/oauth/introspect`, {
    token: 'none',
    client_assertion,
    client_assertion_type: type,
    ...more,
  })
const refused = (reason: string) => ({
  status: 401,
  json: { error: 'invalid_client', error_description: expect.stringContaining(reason) },
})

describe('a client that signs assertions', () => {
  it.each(algorithms)('goes through the whole flow with a key for %s', async alg => {
    const config = await oauth.discovery(
      new URL(server.base),
      relay.id,
      {},
      oauth.PrivateKeyJwt(keys.get(alg)!.privateKey as never),
      { execute: [oauth.allowInsecureRequests], algorithm: 'oauth2' },
    )
    const { challenge, verifier } = pkce()
    const flow = new Flow(server.base, relay)
    const callback = await flow.finish(
      await flow.begin({ code_challenge: challenge, code_challenge_method: 'S256' }),
      ben(world, world.pages.roadmap),
    )
    const tokens = await oauth.authorizationCodeGrant(config, callback, {
      expectedState: 's',
      pkceCodeVerifier: verifier,
    })
    const refreshed = await oauth.refreshTokenGrant(config, tokens.refresh_token!)
    expect(await oauth.tokenIntrospection(config, refreshed.access_token)).toMatchObject({ active: true })
    await oauth.tokenRevocation(config, refreshed.access_token)
    expect(await oauth.tokenIntrospection(config, refreshed.access_token)).toMatchObject({ active: false })
  })

  it('uses each assertion once, also at several servers at the same moment', async () => {
    const other = await server.beside()
    const assertion = await sign()
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, nr) => introspect(assertion, {}, nr % 2 ? other.base : server.base)),
    )
    expect(answers.map(one => one.status).sort()).toEqual([200, 401, 401, 401, 401, 401])
    expect(await introspect(assertion)).toMatchObject(refused('used before'))
  })

  it('is refused an assertion that proves too little, with the reason', async () => {
    const at = Math.floor(now / 1000)
    const stranger = (await newKey('ES256')).privateKey as never
    const secret = new TextEncoder().encode('a secret of thirty-two characters') as never
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await sign()).split('.')[1]}.`
    const cases: [assertion: string, reason: string][] = [
      [await sign({}, { alg: 'ES256', key: stranger }), 'none of the keys'],
      [await sign({}, { alg: 'HS256', key: secret }), 'its algorithm'],
      [unsigned, 'its algorithm'],
      [await sign({ aud: 'https://elsewhere.test' }), 'aud is not what is expected'],
      [await sign({ aud: [issuer(), 'https://elsewhere.test'] }), 'more than one server'],
      [await sign({ iss: 'https://elsewhere.test' }), 'iss is not what is expected'],
      [await sign({ exp: at - 60 }), 'expired'],
      [await sign({ exp: at + 600 }), '5 minutes'],
      [await sign({ exp: undefined }), 'exp is missing'],
      [await sign({ jti: undefined }), 'jti is missing'],
      [await sign({ jti: 'x'.repeat(300) }), '1 to 255 characters'],
    ]
    for (const [assertion, reason] of cases)
      expect([reason, await introspect(assertion)]).toMatchObject([reason, refused(reason)])
    expect((await introspect('x.y.z', { client_id: relay.id })).json.error).toBe('invalid_client')
    expect((await introspect(await sign({ aud: `${issuer()}/v1/oauth/token` }))).status).toBe(200)

    const plain = await seedConnection(server.sql)
    const claims = { iss: plain.id, sub: plain.id }
    expect(await introspect(await sign(claims))).toMatchObject(refused('no key is registered'))
    // Of another client, under this one's id.
    expect(await introspect(await sign(claims), { client_id: relay.id })).toMatchObject(refused('iss is not'))
  })

  it('authenticates in one way only', async () => {
    const others: Record<string, string>[] = [
      { client_secret: relay.secret },
      { client_assertion_type: 'urn:x' },
    ]
    for (const more of others)
      expect(await introspect(await sign(), more)).toMatchObject({
        status: 400,
        json: { error: 'invalid_request' },
      })
    expect(
      await post(`${server.base}/v1/oauth/introspect`, { token: 'x', client_id: relay.id }),
    ).toMatchObject({ status: 401 })
  })
})

describe('a client that publishes its keys', () => {
  it('is known by them, fetched once, and by its next key a minute later', async () => {
    let set: object = { keys: [{ kty: 'oct', k: 'AAAA' }, keys.get('ES256')!.jwk] }
    let status = 200
    const documents = await openDocuments((_, response) => {
      response.statusCode = status
      response.end(JSON.stringify(set))
    })
    afterFile(() => documents.close())
    const publisher = await seedConnection(server.sql, { jwks_uri: `${documents.base}/keys` })
    const of = (key = keys.get('ES256')!.privateKey) =>
      sign({ iss: publisher.id, sub: publisher.id }, { alg: 'ES256', key: key as never })
    const first = await Promise.all([of(), of(), of()].map(async one => (await introspect(await one)).status))
    expect([first, documents.asked.length]).toEqual([[200, 200, 200], 1])

    const next = await newKey('ES256')
    set = { keys: [next.jwk] }
    expect(await introspect(await of(next.privateKey))).toMatchObject(refused('none of the keys'))
    expect(documents.asked.length).toBe(1)
    now += 61_000
    expect((await introspect(await of(next.privateKey))).status).toBe(200)
    expect(await introspect(await of())).toMatchObject(refused('none of the keys'))
    expect(documents.asked.length).toBe(2)

    status = 500
    now += 301_000
    for (let nr = 0; nr < 3; nr++)
      expect(await introspect(await of(next.privateKey))).toMatchObject(refused('answered with status 500'))
    expect(documents.asked.length).toBe(3)
  })
})
