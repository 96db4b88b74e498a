import { beforeEach, describe, expect, it } from '@jest/globals'
import { type Answer, basic, ben, Flow, post, refusal } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const { server, world } = await openProviderWorld()
const tokenUrl = `${server.base}/v1/oauth/token`
let relay: SeededConnection
let flow: Flow

beforeEach(async () => {
  relay = await seedConnection(server.sql)
  flow = new Flow(server.base, relay)
})

const json = (value: unknown) => ({ raw: JSON.stringify(value), type: 'application/json' })
const allowed = (extra: Record<string, string | undefined> = {}) =>
  flow.allow(ben(world, world.pages.roadmap), extra)

describe('a client that proves itself', () => {
  const { id, secret } = { id: () => relay.id, secret: () => relay.secret }
  const refresh = { grant_type: 'refresh_token', refresh_token: 'lkr_x' }
  /** Past the authentication: the token is refused. */
  const authenticated = refusal(400, 'invalid_grant')

  it('by Basic, as it is or form-encoded, or in the body, form or JSON', async () => {
    const encoded = (text: string) => text.replaceAll('-', '%2D').replaceAll('_', '%5F')
    const body = { ...refresh, client_id: id(), client_secret: secret() }
    expect(await post(tokenUrl, refresh, basic(id(), secret()))).toMatchObject(authenticated)
    expect(await post(tokenUrl, refresh, basic(encoded(id()), encoded(secret())))).toMatchObject(
      authenticated,
    )
    expect(await post(tokenUrl, body)).toMatchObject(authenticated)
    expect(await post(tokenUrl, json(body))).toMatchObject(authenticated)
    expect(await post(tokenUrl, json(refresh), basic(id(), secret()))).toMatchObject(authenticated)
  })

  it('in one way for the exchange and in the other for the refresh', async () => {
    const { json: tokens } = await flow.redeem(await allowed())
    const answer = await post(tokenUrl, {
      grant_type: 'refresh_token',
      refresh_token: String(tokens.refresh_token),
      client_id: id(),
      client_secret: secret(),
    })
    expect(answer.status).toBe(200)
  })

  it('in both ways at once, or with two ids, is refused', async () => {
    const both = { ...refresh, client_id: id(), client_secret: secret() }
    expect(await post(tokenUrl, both, basic(id(), secret()))).toMatchObject(refusal(400, 'invalid_request'))
    const other = await seedConnection(server.sql)
    const mixed = { ...refresh, client_id: other.id }
    expect(await post(tokenUrl, mixed, basic(id(), secret()))).toMatchObject(refusal(400, 'invalid_request'))
  })

  it.each<[string, () => [Record<string, string>, Record<string, string>]]>([
    ['a wrong secret', () => [refresh, basic(id(), 'lks_wrong')]],
    ['a wrong secret in the body', () => [{ ...refresh, client_id: id(), client_secret: 'x' }, {}]],
    ['no secret', () => [{ ...refresh, client_id: id() }, {}]],
    ['nothing at all', () => [refresh, {}]],
    ['an unknown id', () => [refresh, basic('0190c0de-0000-7000-8000-000000000000', secret())]],
    ['an id that is none', () => [refresh, basic('relay', secret())]],
    ['the id in capitals', () => [refresh, basic(id().toUpperCase(), secret())]],
    ['no Basic but Bearer', () => [refresh, { authorization: `Bearer ${secret()}` }]],
    ['a header that is no base64', () => [refresh, { authorization: 'Basic ===' }]],
    ['a header without a colon', () => [refresh, { authorization: `Basic ${btoa('relay')}` }]],
    ['a broken encoding', () => [refresh, basic('%zz', secret())]],
  ])('with %s gets 401 and is told how', async (_what, make) => {
    const [fields, headers] = make()
    const answer = await post(tokenUrl, fields, headers)
    expect(answer).toMatchObject(refusal(401, 'invalid_client'))
    // RFC 6749 §5.2: only a client that used the header gets a challenge.
    if ('authorization' in headers) expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
    else expect(answer.headers.get('www-authenticate')).toBeNull()
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('though it is public and has no secret is refused when it sends one', async () => {
    const app = await seedConnection(server.sql, {
      client_type: 'public',
      redirect_uris: ['http://127.0.0.1/cb'],
    })
    expect(await post(tokenUrl, { ...refresh, client_id: app.id })).toMatchObject(authenticated)
    expect(await post(tokenUrl, { ...refresh, client_id: app.id, client_secret: app.secret })).toMatchObject(
      refusal(401, 'invalid_client'),
    )
  })

  it('with either of two live secrets, and no longer with a revoked one', async () => {
    const [second] = await server.sql<{ id: string }>(
      `insert into connection_secrets (id, connection_id, secret_hash, hint)
       values (gen_random_uuid(), $1, sha256('lks_other'), 'ther') returning id`,
      [relay.id],
    )
    expect(await post(tokenUrl, refresh, basic(id(), 'lks_other'))).toMatchObject(authenticated)
    expect(await post(tokenUrl, refresh, basic(id(), secret()))).toMatchObject(authenticated)
    await server.sql('update connection_secrets set revoked_at = now() where id = $1', [second!.id])
    expect(await post(tokenUrl, refresh, basic(id(), 'lks_other'))).toMatchObject(
      refusal(401, 'invalid_client'),
    )
  })

  it('wrongly twenty times a minute is slowed down, while the right secret still passes', async () => {
    const tries: Answer[] = []
    for (let turn = 0; turn < 22; turn++)
      tries.push(await post(tokenUrl, refresh, basic(id(), `lks_${turn}`)))
    expect(tries.slice(0, 20).every(one => one.status === 401)).toBe(true)
    const slowed = tries.at(-1)!
    expect(slowed).toMatchObject({
      ...refusal(429, 'temporarily_unavailable'),
      json: { code: 'rate_limited' },
    })
    expect(slowed.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect(await post(tokenUrl, refresh, basic(id(), secret()))).toMatchObject(authenticated)
  })
})
