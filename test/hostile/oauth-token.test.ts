import { beforeEach, describe, expect, it } from '@jest/globals'
import { ben, Flow, pkce, refusal } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const { server, world } = await openProviderWorld()
let relay: SeededConnection
let flow: Flow

beforeEach(async () => {
  relay = await seedConnection(server.sql)
  flow = new Flow(server.base, relay)
})

const allowed = (extra: Record<string, string | undefined> = {}) =>
  flow.allow(ben(world, world.pages.roadmap), extra)
const active = async (token: unknown) => (await flow.introspect(token)).json.active
const kinds = async () =>
  (
    await server.sql<{ kind: string }>('select kind from events where connection_id = $1 order by id', [
      relay.id,
    ])
  ).map(one => one.kind)
const grant = (code: string, more: Record<string, string> = {}) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: relay.redirectUri,
  ...more,
})

describe('a code', () => {
  it('redeemed again once its tokens were used is refused, and all its tokens are dead, and it is recorded', async () => {
    const callback = await allowed()
    const { json: first } = await flow.redeem(callback)
    await flow.refresh(first.refresh_token)
    expect(await flow.redeem(callback)).toMatchObject(refusal(400, 'invalid_grant'))
    expect(await active(first.access_token)).toBe(false)
    expect(await flow.refresh(first.refresh_token)).toMatchObject(refusal(400, 'invalid_grant'))
    expect(await kinds()).toEqual(['installation.activated', 'code.reused'])
  })

  it('redeemed twice with half a minute between, and past its own end, the same', async () => {
    for (const seconds of [30, 600]) {
      const callback = await allowed()
      const { json: first } = await flow.redeem(callback)
      await server.sql(
        `update authorizations set redeemed_at = redeemed_at - make_interval(secs => $1),
           created_at = created_at - make_interval(secs => $1)`,
        [seconds],
      )
      expect(await flow.redeem(callback)).toMatchObject(refusal(400, 'invalid_grant'))
      expect(await active(first.access_token)).toBe(false)
    }
  })

  it('of another client is refused, and its owner is unaffected', async () => {
    const callback = await allowed()
    const thief = new Flow(server.base, await seedConnection(server.sql))
    expect(await thief.redeem(callback)).toMatchObject(refusal(400, 'invalid_grant'))
    const { status, json: tokens } = await flow.redeem(callback)
    expect(status).toBe(200)
    expect(await thief.redeem(callback)).toMatchObject(refusal(400, 'invalid_grant'))
    expect(await active(tokens.access_token)).toBe(true)
  })

  it('after 61 seconds is refused', async () => {
    const callback = await allowed()
    await server.sql(`update authorizations set created_at = created_at - interval '61 seconds'`)
    expect(await flow.redeem(callback)).toMatchObject(refusal(400, 'invalid_grant'))
  })

  it('with another redirect URI is refused and not used up', async () => {
    const callback = await allowed()
    const elsewhere = { redirect_uri: 'https://relay.test/elsewhere' }
    expect(await flow.redeem(callback, elsewhere)).toMatchObject(refusal(400, 'invalid_grant'))
    expect((await flow.redeem(callback)).status).toBe(200)
  })

  it('for another resource, or with page details of its own, is refused and not used up', async () => {
    const callback = await allowed()
    expect(await flow.redeem(callback, { resource: 'https://elsewhere.test' })).toMatchObject(
      refusal(400, 'invalid_target'),
    )
    expect(await flow.redeem(callback, { authorization_details: '[]' })).toMatchObject(
      refusal(400, 'invalid_authorization_details'),
    )
    expect((await flow.redeem(callback, { resource: server.base })).status).toBe(200)
  })

  it.each([
    ['mistyped', (code: string) => `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`],
    ['made up', () => 'lkc_0123456789'],
    ['SQL', () => `' or true --`],
    ['a refresh token', () => 'lkr_000000000000000000000000000000000000'],
  ])('that is %s is refused', async (_what, change) => {
    const code = (await allowed()).searchParams.get('code')!
    expect(await flow.token(grant(change(code)))).toMatchObject(refusal(400, 'invalid_grant'))
  })
})

describe('PKCE', () => {
  const challenged = async () => {
    const { verifier, challenge } = pkce()
    const callback = await allowed({ code_challenge: challenge, code_challenge_method: 'S256' })
    return { verifier, callback }
  }

  it('a code with a challenge and no verifier is refused, also from a confidential client', async () => {
    const { callback, verifier } = await challenged()
    expect(await flow.redeem(callback)).toMatchObject(refusal(400, 'invalid_grant'))
    expect((await flow.redeem(callback, { code_verifier: verifier })).status).toBe(200)
  })

  it('a verifier where no challenge is stored is refused', async () => {
    const answer = await flow.redeem(await allowed(), { code_verifier: pkce().verifier })
    expect(answer).toMatchObject(refusal(400, 'invalid_grant'))
  })

  it('another verifier is refused, and the right one still works', async () => {
    const { callback, verifier } = await challenged()
    expect(await flow.redeem(callback, { code_verifier: pkce().verifier })).toMatchObject(
      refusal(400, 'invalid_grant'),
    )
    expect((await flow.redeem(callback, { code_verifier: verifier })).status).toBe(200)
  })

  it.each([42, 129])('a verifier of %i characters is an invalid request', async length => {
    const { callback } = await challenged()
    expect(await flow.redeem(callback, { code_verifier: 'a'.repeat(length) })).toMatchObject(
      refusal(400, 'invalid_request'),
    )
  })

  it('a confidential client that sent no challenge is not asked for a verifier', async () => {
    expect((await flow.redeem(await allowed())).status).toBe(200)
  })
})

describe('a refresh token', () => {
  it('of another client is refused, and its owner is unaffected', async () => {
    const { json: tokens } = await flow.redeem(await allowed())
    const thief = new Flow(server.base, await seedConnection(server.sql))
    expect(await thief.refresh(tokens.refresh_token)).toMatchObject(refusal(400, 'invalid_grant'))
    const { json: next } = await flow.refresh(tokens.refresh_token)
    const late = await flow.refresh(next.refresh_token)
    expect(late.status).toBe(200)
    // Long used up: a stranger's reuse must not end the family of its owner.
    expect(await thief.refresh(tokens.refresh_token)).toMatchObject(refusal(400, 'invalid_grant'))
    expect((await flow.refresh(late.json.refresh_token)).status).toBe(200)
  })

  it('that is an access token, or a typo, is refused', async () => {
    const { json: tokens } = await flow.redeem(await allowed())
    for (const token of [tokens.access_token, `${tokens.refresh_token}x`, 'x'])
      expect(await flow.refresh(token)).toMatchObject(refusal(400, 'invalid_grant'))
  })
})
