import { beforeEach, describe, expect, it } from '@jest/globals'
import { type Answer, ben, Flow, pkce } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { restrict } from '../support/ruled.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openProviderWorld()
const other = await server.beside()
let flow: Flow

beforeEach(async () => {
  flow = new Flow(server.base, await seedConnection(server.sql))
})

const allowed = () => flow.allow(ben(world, world.pages.roadmap))
const installed = async () => (await flow.redeem(await allowed())).json
const revoke = (token: unknown, base: string) => new Flow(base, flow.connection).revoke(token)
const state = async () =>
  (
    await server.sql<{ state: string; reason: string | null }>(
      'select state, state_reason as reason from installations where connection_id = $1',
      [flow.connection.id],
    )
  )[0]!
/** Until so many statements of this database wait for a lock. */
async function waiting(count: number): Promise<void> {
  const locks = `select count(*)::int as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  while ((await server.sql<{ count: number }>(locks))[0]!.count < count)
    await new Promise(resolve => setTimeout(resolve, 10))
}
const ended = (reason: string) => ({ state: 'revoked', reason })

describe('an installation is connected for as long as an authorization of it lives:', () => {
  it('two that are revoked at once leave it disconnected', async () => {
    for (let round = 0; round < 10; round++) {
      const [one, two] = [await installed(), await installed()]
      await Promise.all([revoke(one.refresh_token, server.base), revoke(two.refresh_token, other.base)])
      expect(await state()).toEqual(ended('by-partner'))
    }
  })

  it('one that is revoked while a new code is redeemed leaves it connected with live tokens, or disconnected', async () => {
    for (let round = 0; round < 20; round++) {
      const { refresh_token } = await installed()
      const callback = await allowed()
      const [, redeemed] = await Promise.all([
        revoke(refresh_token, other.base),
        flow.redeem(callback, {}, server.base),
      ])
      expect(redeemed.status).toBe(200)
      expect((await flow.introspect(redeemed.json.access_token)).json.active).toBe(true)
      expect((await state()).state).toBe('active')
    }
  })

  it.each(['redeemed first', 'revoked first'])(
    'the same, where both wait for the installation: %s',
    async order => {
      const { refresh_token } = await installed()
      const callback = await allowed()
      const acts = [
        () => flow.redeem(callback, {}, server.base),
        () => revoke(refresh_token, other.base),
      ] as const
      const held = await server.pool.connect()
      await held.query('begin')
      await held.query('select from installations where connection_id = $1 for update', [flow.connection.id])
      const going: Promise<Answer>[] = []
      for (const act of order === 'redeemed first' ? acts : [acts[1], acts[0]]) {
        going.push(act())
        await waiting(going.length)
      }
      await held.query('commit')
      held.release()
      expect((await Promise.all(going)).map(one => one.status)).toEqual([200, 200])
      const { json } = await going[order === 'redeemed first' ? 0 : 1]!
      expect((await flow.introspect(json.access_token)).json.active).toBe(true)
      expect((await state()).state).toBe('active')
    },
  )

  it('a refresh token that is reused ends it', async () => {
    const first = await installed()
    const second = (await flow.refresh(first.refresh_token)).json
    await flow.refresh(second.refresh_token)
    expect((await flow.refresh(first.refresh_token)).status).toBe(400)
    expect(await state()).toEqual(ended('authorization-ended'))
  })

  it('one of two that ends leaves it connected', async () => {
    const [one, two] = [await installed(), await installed()]
    await revoke(one.access_token, server.base)
    expect((await state()).state).toBe('active')
    expect((await flow.introspect(two.access_token)).json.active).toBe(true)
  })

  it('an authorization that expires ends it, and an owner’s suspension stays', async () => {
    await installed()
    const expire = () =>
      server.sql(`delete from authorizations where connection_id = $1`, [flow.connection.id])
    await expire()
    expect(await state()).toEqual(ended('authorization-ended'))
    await installed()
    await server.sql(
      `update installations set state = 'suspended', state_reason = 'by-owner' where connection_id = $1`,
      [flow.connection.id],
    )
    await expire()
    expect(await state()).toEqual(ended('while-suspended'))
  })
})

describe('an exchange that is repeated because its answer was lost', () => {
  const events = async () =>
    (
      await server.sql<{ kind: string }>('select kind from events where connection_id = $1 order by id', [
        flow.connection.id,
      ])
    ).map(one => one.kind)
  const dead = async (token: unknown) =>
    expect((await flow.introspect(token)).json).toMatchObject({ active: false })

  it.each(['the same process', 'another process'])('brings the same tokens, from %s', async which => {
    const callback = await allowed()
    const { json: lost } = await flow.redeem(callback)
    const again = await flow.redeem(callback, {}, which === 'another process' ? other.base : server.base)
    expect(again.status).toBe(200)
    const { request_id: _first, expires_in: within, ...same } = lost
    expect(again.json).toMatchObject(same)
    expect(again.json.expires_in).toBeLessThanOrEqual(Number(within))
    expect((await flow.introspect(again.json.access_token)).json.active).toBe(true)
    expect((await flow.refresh(again.json.refresh_token)).status).toBe(200)
    expect([await events(), (await state()).state]).toEqual([['installation.activated'], 'active'])
  })

  it('brings the same tokens with PKCE, and nothing without the verifier', async () => {
    const { verifier, challenge } = pkce()
    const asked = { code_challenge: challenge, code_challenge_method: 'S256' }
    const callback = await flow.allow(ben(world, world.pages.roadmap), asked)
    const { json: lost } = await flow.redeem(callback, { code_verifier: verifier })
    const stolen = await flow.redeem(callback, { code_verifier: pkce().verifier })
    expect(stolen).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
    const again = await flow.redeem(callback, { code_verifier: verifier })
    expect(again.json.access_token).toBe(lost.access_token)
  })

  const replays: [string, (callback: URL, first: Record<string, unknown>) => Promise<Answer>][] = [
    [
      'its refresh token was used',
      async (callback, first) => {
        await flow.refresh(first.refresh_token)
        return flow.redeem(callback)
      },
    ],
    [
      'its access token was used',
      async callback => {
        await server.sql(
          `update installations set last_used_at = last_used_at + interval '1 second' where connection_id = $1`,
          [flow.connection.id],
        )
        return flow.redeem(callback)
      },
    ],
    [
      'its access token was used, though the policy allows no installation any more',
      async callback => {
        await server.sql(
          `update installations set last_used_at = last_used_at + interval '1 second' where connection_id = $1`,
          [flow.connection.id],
        )
        const { acme } = world.workspaces
        await restrict(server, acme.id, 'approved-list')
        const replayed = await flow.redeem(callback)
        await restrict(server, acme.id, 'none')
        return replayed
      },
    ],
    [
      'after its minute',
      async callback => {
        await server.sql(
          `update authorizations set created_at = created_at - interval '61 s', redeemed_at = redeemed_at - interval '61 s'
           where connection_id = $1`,
          [flow.connection.id],
        )
        return flow.redeem(callback)
      },
    ],
  ]
  it('is refused with another redirect URI, and the first tokens live', async () => {
    const callback = await allowed()
    const { json: first } = await flow.redeem(callback)
    const wrong = await flow.redeem(callback, { redirect_uri: 'https://evil.test/' })
    expect(wrong).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
    expect((await flow.introspect(first.access_token)).json.active).toBe(true)
  })

  it.each(replays)('is a replay that ends everything once %s', async (_what, replay) => {
    const callback = await allowed()
    const { json: first } = await flow.redeem(callback)
    expect(await replay(callback, first)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
    await dead(first.access_token)
    expect(await state()).toEqual(ended('authorization-ended'))
    expect(await events()).toContain('code.reused')
  })
})
