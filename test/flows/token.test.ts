import { describe, expect, it } from '@jest/globals'
import { tokenPrefix } from '../../src/installs/token-value.ts'
import { ben, Flow } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { Partner } from '../support/partner.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openProviderWorld()
const relay = await seedConnection(server.sql)

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const installationOf = async (id: unknown) =>
  (
    await server.sql<{ state: string; capabilities: string[]; pages: string[] }>(
      `select state, capabilities, array(
         select page_id from page_grants g where g.installation_id = i.id)::text[] as pages
       from installations i where id = $1`,
      [id],
    )
  )[0]
const kindsOf = async (id: unknown) =>
  (
    await server.sql<{ kind: string }>('select kind from events where installation_id = $1 order by id', [id])
  ).map(one => one.kind)

describe('a partner redeems a code', () => {
  it('for an answer in the members that Notion-style clients read', async () => {
    const flow = new Flow(server.base, relay)
    const { status, json, headers } = await flow.redeem(await flow.allow(ben(world, world.pages.roadmap)))
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(json).toEqual({
      access_token: expect.stringMatching(/^lka_/),
      refresh_token: expect.stringMatching(/^lkr_/),
      token_type: 'bearer',
      expires_in: 3600,
      scope: 'read_content update_content read_user_without_email',
      bot_id: expect.stringMatching(uuid),
      workspace_id: world.workspaces.acme.id,
      workspace_name: 'Acme',
      workspace_icon: '🏔️',
      owner: {
        type: 'user',
        user: {
          object: 'user',
          id: world.users.ben.id,
          type: 'person',
          name: 'Ben',
          avatar_url: null,
          person: {},
        },
      },
      duplicated_template_id: null,
      request_id: headers.get('x-request-id'),
    })
    expect(tokenPrefix(String(json.access_token))).toBe('lka_')
    expect(tokenPrefix(String(json.refresh_token))).toBe('lkr_')
    expect(await kindsOf(json.bot_id)).toEqual(['installation.activated'])
  })

  it('and learns of the member what the capabilities allow', async () => {
    const nobody = await seedConnection(server.sql, { capabilities: ['read_content'] })
    const plain = new Flow(server.base, nobody)
    const first = await plain.redeem(await plain.allow(ben(world, world.pages.roadmap)))
    expect(first.json.owner).toEqual({ type: 'user', user: { object: 'user', id: world.users.ben.id } })

    const curious = await seedConnection(server.sql, { capabilities: ['read_user_with_email'] })
    const full = new Flow(server.base, curious)
    const second = await full.redeem(await full.allow(ben(world, world.pages.roadmap)))
    expect(second.json.owner).toMatchObject({ user: { person: { email: 'ben@acme.test' } } })
  })

  it('and nothing is in force before that', async () => {
    const slow = await seedConnection(server.sql)
    const flow = new Flow(server.base, slow)
    const callback = await flow.allow(ben(world, world.pages.roadmap))
    const before = await server.sql('select 1 from installations where connection_id = $1', [slow.id])
    expect(before).toEqual([])
    const { json } = await flow.redeem(callback)
    expect(await installationOf(json.bot_id)).toMatchObject({
      state: 'active',
      pages: [world.pages.roadmap.id],
    })
  })

  it('again: the id stays, pages and capabilities are replaced, older tokens obey the new set', async () => {
    const again = await seedConnection(server.sql)
    const flow = new Flow(server.base, again)
    const first = await flow.redeem(await flow.allow(ben(world, world.pages.roadmap, world.pages.handbook)))
    const second = await flow.redeem(
      await flow.allow(ben(world, world.pages.handbook), { scope: 'read_content' }),
    )
    expect(second.json.bot_id).toBe(first.json.bot_id)
    expect(second.json.scope).toBe('read_content')
    expect(await installationOf(first.json.bot_id)).toEqual({
      state: 'active',
      capabilities: ['read_content'],
      pages: [world.pages.handbook.id],
    })
    const older = await flow.introspect(first.json.access_token)
    expect(older.json).toMatchObject({
      active: true,
      scope: 'read_content',
      authorization_details: [{ page_ids: [world.pages.handbook.id] }],
    })
    expect((await flow.refresh(first.json.refresh_token)).json.scope).toBe('read_content')
    expect(await kindsOf(first.json.bot_id)).toEqual(['installation.activated', 'installation.reinstalled'])
  })

  it('in two workspaces of one member, and the one leaves the other alone', async () => {
    const both = await seedConnection(server.sql)
    const flow = new Flow(server.base, both)
    const ada = world.users.ada.id
    const inAcme = await flow.redeem(
      await flow.allow({
        userId: ada,
        workspaceId: world.workspaces.acme.id,
        pages: [world.pages.handbook],
      }),
    )
    const inSide = await flow.redeem(
      await flow.allow({ userId: ada, workspaceId: world.workspaces.side.id, pages: [world.pages.ideas] }),
    )
    expect(inSide.json.bot_id).not.toBe(inAcme.json.bot_id)
    expect((await flow.introspect(inAcme.json.access_token)).json).toMatchObject({
      active: true,
      workspace_id: world.workspaces.acme.id,
      authorization_details: [{ page_ids: [world.pages.handbook.id] }],
    })
    await flow.revoke(inSide.json.access_token)
    expect((await flow.introspect(inAcme.json.access_token)).json.active).toBe(true)
  })

  it('with tokens that live until they are revoked, where the connection is registered so', async () => {
    const never = await seedConnection(server.sql, { long_lived_tokens: true })
    const flow = new Flow(server.base, never)
    const { json } = await flow.redeem(await flow.allow(ben(world, world.pages.roadmap)))
    expect(json).not.toHaveProperty('expires_in')
    expect(json).not.toHaveProperty('refresh_token')
    const { json: told } = await flow.introspect(json.access_token)
    expect(told).toMatchObject({ active: true })
    expect(told).not.toHaveProperty('exp')
  })

  it('after a restart of the server, with an emptied Redis, from another process', async () => {
    const flow = new Flow(server.base, relay)
    const callback = await flow.allow(ben(world, world.pages.roadmap))
    await server.emptyRedis()
    const other = await server.beside()
    const { status, json } = await flow.redeem(callback, {}, other.base)
    expect(status).toBe(200)
    await server.emptyRedis()
    expect((await flow.refresh(json.refresh_token)).status).toBe(200)
  })
})

describe('what has changed since the member allowed', () => {
  const refused = { status: 400, json: { error: 'invalid_grant' } }

  it('the policy: nothing is granted', async () => {
    const late = await seedConnection(server.sql)
    const flow = new Flow(server.base, late)
    const callback = await flow.allow(ben(world, world.pages.roadmap))
    await server.sql(
      `insert into workspace_policies (workspace_id, restrict_installs) values ($1, 'approved-list')`,
      [world.workspaces.acme.id],
    )
    expect(await flow.redeem(callback)).toMatchObject(refused)
    expect(await server.sql('select 1 from installations where connection_id = $1', [late.id])).toEqual([])
    await server.sql('insert into approvals (workspace_id, connection_id) values ($1, $2)', [
      world.workspaces.acme.id,
      late.id,
    ])
    const { json } = await flow.redeem(callback)
    await server.sql('delete from approvals')
    expect((await flow.refresh(json.refresh_token)).status).toBe(200)
    await server.sql('delete from workspace_policies')
  })

  it('pages: only those still within reach are granted, and none left grants nothing', async () => {
    const flow = new Flow(server.base, await seedConnection(server.sql))
    const some = await flow.allow(ben(world, world.pages.diary, world.pages.handbook))
    const none = await flow.allow(ben(world, world.pages.diary))
    await server.sql('delete from page_viewers where page_id = $1', [world.pages.diary.id])
    const { json } = await flow.redeem(some)
    expect((await installationOf(json.bot_id))?.pages).toEqual([world.pages.handbook.id])
    expect(await flow.redeem(none)).toMatchObject(refused)
    await server.sql('insert into page_viewers (workspace_id, page_id, user_id) values ($1, $2, $3)', [
      world.workspaces.acme.id,
      world.pages.diary.id,
      world.users.ben.id,
    ])
    expect((await flow.redeem(none)).status).toBe(200)
  })

  it('a page was archived: it is not granted, and alone it grants nothing', async () => {
    const flow = new Flow(server.base, await seedConnection(server.sql))
    const some = await flow.allow(ben(world, world.pages.roadmap, world.pages.handbook))
    const none = await flow.allow(ben(world, world.pages.roadmap))
    const hide = (hidden: boolean) =>
      server.sql('update page_paths set hidden = $2 where page_id = $1', [world.pages.roadmap.id, hidden])
    await hide(true)
    try {
      const { json } = await flow.redeem(some)
      expect((await installationOf(json.bot_id))?.pages).toEqual([world.pages.handbook.id])
      expect(await flow.redeem(none)).toMatchObject(refused)
    } finally {
      await hide(false)
    }
  })

  it('the member: gone or disabled, no token comes out', async () => {
    const flow = new Flow(server.base, await seedConnection(server.sql))
    const callback = await flow.allow(ben(world, world.pages.handbook))
    await server.sql('update users set disabled = true where id = $1', [world.users.ben.id])
    expect(await flow.redeem(callback)).toMatchObject(refused)
    await server.sql('update users set disabled = false where id = $1', [world.users.ben.id])
    await server.sql('delete from members where user_id = $1', [world.users.ben.id])
    expect(await flow.redeem(callback)).toMatchObject(refused)
    await server.sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'member')`, [
      world.workspaces.acme.id,
      world.users.ben.id,
    ])
  })
})

describe('a partner on openid-client', () => {
  it('discovers, redeems with PKCE, refreshes, asks, and gives back', async () => {
    const partner = await Partner.discover(server.base, relay)
    const flow = new Flow(server.base, relay)
    const asked = Object.fromEntries(new URL(await partner.authorizeUrl()).searchParams)
    const callback = await flow.allow(ben(world, world.pages.roadmap), asked)
    const tokens = await partner.redeem(callback.href)
    const renewed = await partner.refresh(tokens.refresh_token!)
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
    expect(await partner.introspect(renewed.access_token)).toMatchObject({
      active: true,
      bot_id: tokens.bot_id,
    })
    await partner.revoke(renewed.access_token)
    expect(await partner.introspect(renewed.access_token)).toMatchObject({ active: false })
  })
})
