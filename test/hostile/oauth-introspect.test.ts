import { createHash } from 'node:crypto'
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
const pagesTold = async () => ((await told()).authorization_details as { page_ids: string[] }[])[0]!.page_ids
const inactive = { active: false, request_id: expect.any(String) }
/** Changes something, finds the token inactive at once, and changes it back. */
async function inactiveWhile(change: string, back: string, values: unknown[]): Promise<void> {
  await server.sql(change, values)
  expect(await told()).toEqual(inactive)
  expect((await flow.introspect(tokens.refresh_token)).json).toEqual(inactive)
  await server.sql(back, values)
  expect((await told()).active).toBe(true)
}

describe('introspection', () => {
  it('tells what a token may do now', async () => {
    const { status, json, headers } = await flow.introspect(tokens.access_token)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(json).toEqual({
      active: true,
      scope: 'read_content update_content read_user_without_email',
      aud: server.base,
      client_id: flow.connection.id,
      sub: world.users.ben.id,
      iss: server.base,
      iat: expect.any(Number),
      exp: Number(json.iat) + 3600,
      token_type: 'bearer',
      workspace_id: world.workspaces.acme.id,
      bot_id: tokens.bot_id,
      authorization_details: [
        {
          type: 'workspace_pages',
          workspace_id: world.workspaces.acme.id,
          page_ids: [world.pages.roadmap.id, world.pages.diary.id].sort(),
        },
      ],
      request_id: headers.get('x-request-id'),
    })
    const refresh = await flow.introspect(tokens.refresh_token)
    expect(refresh.json).toMatchObject({ active: true, client_id: flow.connection.id })
    expect(refresh.json).not.toHaveProperty('token_type')
  })

  it('takes JSON too, and a hint for what it is worth', async () => {
    const body = { token: String(tokens.access_token), token_type_hint: 'refresh_token' }
    const answer = await post(
      url('introspect'),
      { raw: JSON.stringify(body), type: 'application/json' },
      basic(flow.connection.id, flow.connection.secret),
    )
    expect(answer.json.active).toBe(true)
  })

  it('is inactive at once after a disconnect, a suspension, a disabled connection, and a gone or disabled member', async () => {
    const { bot_id } = tokens
    const state = (name: string) => `update installations set state = '${name}' where id = $1`
    await inactiveWhile(state('revoked'), state('active'), [bot_id])
    await inactiveWhile(state('suspended'), state('active'), [bot_id])
    await inactiveWhile(
      'update users set disabled = true where id = $1',
      'update users set disabled = false where id = $1',
      [world.users.ben.id],
    )
    await inactiveWhile(
      'delete from members where user_id = $1',
      `insert into members (workspace_id, user_id, role)
       select workspace_id, $1::uuid, 'member' from page_viewers where user_id = $1::uuid`,
      [world.users.ben.id],
    )
    const resource = await seedConnection(server.sql, { resource_server: true })
    const asked = new Flow(server.base, resource)
    await server.sql('update connections set disabled_at = now() where id = $1', [flow.connection.id])
    expect((await asked.introspect(tokens.access_token)).json).toEqual(inactive)
    expect((await flow.introspect(tokens.access_token)).status).toBe(401)
  })

  it('names the pages in force: not one that is archived, or out of reach of whoever granted it', async () => {
    const { roadmap, diary } = world.pages
    await server.sql('update page_paths set hidden = true where page_id = $1', [roadmap.id])
    expect(await pagesTold()).toEqual([diary.id])
    await server.sql('update page_paths set hidden = false where page_id = $1', [roadmap.id])
    await server.sql('delete from page_viewers where page_id = $1', [diary.id])
    expect(await pagesTold()).toEqual([roadmap.id])
    await server.sql('insert into page_viewers (workspace_id, page_id, user_id) values ($1, $2, $3)', [
      world.workspaces.acme.id,
      diary.id,
      world.users.ben.id,
    ])
    await server.sql('delete from page_grants where installation_id = $1', [tokens.bot_id])
    expect(await pagesTold()).toEqual([])
  })

  it('tells another client nothing, and a resource server everything', async () => {
    const stranger = new Flow(server.base, await seedConnection(server.sql))
    expect((await stranger.introspect(tokens.access_token)).json).toEqual(inactive)
    expect((await stranger.introspect(tokens.refresh_token)).json).toEqual(inactive)
    const resource = new Flow(server.base, await seedConnection(server.sql, { resource_server: true }))
    expect((await resource.introspect(tokens.access_token)).json).toMatchObject({
      active: true,
      client_id: flow.connection.id,
    })
  })

  it('tells a resource server about standing tokens, until they are revoked or over', async () => {
    const { acme } = world.workspaces
    const reporter = await seedConnection(server.sql, { kind: 'internal', workspace_id: acme.id })
    const [installed] = await server.sql<{ id: string }>(
      `insert into installations (workspace_id, id, connection_id, state, capabilities, created_at, updated_at)
       values ($1, gen_random_uuid(), $2, 'active', '{read_content}', now(), now()) returning id`,
      [acme.id, reporter.id],
    )
    await server.sql(
      `insert into page_grants (workspace_id, installation_id, page_id, granted_by, granted_at)
       values ($1, $2, $3, $4, now())`,
      [acme.id, installed!.id, world.pages.handbook.id, world.users.ada.id],
    )
    const value = newTokenValue('lki_')
    await server.sql(
      `insert into internal_tokens (id, workspace_id, installation_id, token_hash, token_sealed, created_at)
       values (gen_random_uuid(), $1, $2, $3, '-', now())`,
      [acme.id, installed!.id, createHash('sha256').update(value).digest()],
    )
    const resource = new Flow(server.base, await seedConnection(server.sql, { resource_server: true }))
    const { json } = await resource.introspect(value)
    expect(json).toMatchObject({
      active: true,
      scope: 'read_content',
      client_id: reporter.id,
      sub: installed!.id,
      bot_id: installed!.id,
      authorization_details: [{ page_ids: [world.pages.handbook.id] }],
    })
    expect(json).not.toHaveProperty('exp')
    expect((await flow.introspect(value)).json).toEqual(inactive)
    await server.sql(`update internal_tokens set expires_at = now() - interval '1 second'`)
    expect((await resource.introspect(value)).json).toEqual(inactive)
    await server.sql('update internal_tokens set expires_at = null, revoked_at = now()')
    expect((await resource.introspect(value)).json).toEqual(inactive)
  })

  it('asks who asks', async () => {
    const token = String(tokens.access_token)
    const nobody = await post(url('introspect'), { token })
    expect(nobody).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
    expect(nobody.headers.get('www-authenticate')).toBeNull()
    expect(await post(url('introspect'), { token }, basic(flow.connection.id, 'x'))).toMatchObject({
      status: 401,
    })
    expect(await post(url('introspect'), { token, client_id: flow.connection.id })).toMatchObject({
      status: 401,
    })
  })

  it.each([
    ['unknown', () => newTokenValue('lka_')],
    ['mistyped', () => `${tokens.access_token}x`],
    ['a code', () => newTokenValue('lkc_')],
    ['a secret', () => flow.connection.secret],
    ['long', () => 'x'.repeat(40_000)],
    ['a signed one of somebody else', () => 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.'],
  ])('a token that is %s is inactive, and no more is said', async (_what, make) => {
    expect((await flow.introspect(make())).json).toEqual(inactive)
  })

  it('without a token, or with one that is no string, is an invalid request', async () => {
    const headers = basic(flow.connection.id, flow.connection.secret)
    for (const raw of ['{}', '{"token":1}', '{"token":["a"]}', '{"token":"a\\u0000"}', '[]'])
      expect(await post(url('introspect'), { raw, type: 'application/json' }, headers)).toMatchObject({
        status: 400,
        json: { error: 'invalid_request' },
      })
  })
})
