import { beforeEach, describe, expect, it } from '@jest/globals'
import { allowed, signedIn } from '../support/allowed.ts'
import { latchkey } from '../support/command.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import { controls, post, restrict } from '../support/ruled.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const acme = world.workspaces.acme.id
const ben = await signedIn(server, world.users.ben)
let relay: SeededConnection

beforeEach(async () => {
  relay = await seedConnection(server.sql, {
    name: `Relay ${crypto.randomUUID().slice(0, 8)}`,
    install_url: 'https://relay.test/connect',
  })
  await restrict(server, acme, 'none')
})

describe('what the policy forbids is refused at every door', () => {
  it('in the flow at each step, and at the exchange of the code', async () => {
    const partner = await Partner.discover(server.base, relay)
    await ben.open(await partner.authorizeUrl())
    await ben.press('Select pages')
    const pages = ben.visit.url
    const allowing = ben.formOf('Allow access', { pages: [world.pages.handbook.id] })
    await restrict(server, acme, 'approved-list')
    await ben.open(pages)
    expect(controls(ben)).not.toContain('Allow access')
    expect(ben.text()).toContain('allows only connections from its approved list')
    await ben.open(allowing.action, { method: 'POST', body: allowing.body })
    expect(ben.visit.status).toBe(403)
    expect(controls(ben)).toContain('Request approval')
    expect(await server.sql('select from consents where connection_id = $1', [relay.id])).toEqual([])

    await restrict(server, acme, 'none')
    await ben.open(allowing.action, { method: 'POST', body: allowing.body })
    await restrict(server, acme, 'owners-only')
    await expect(partner.redeem(ben.visit.url)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await server.sql('select from installations where connection_id = $1', [relay.id])).toEqual([])
  })

  it('in the gallery', async () => {
    const gallery = `/gallery?workspace=${acme}&q=${encodeURIComponent(relay.name)}`
    await ben.open(gallery)
    expect(ben.text()).not.toMatch(/approved list|owners/)
    await restrict(server, acme, 'approved-list')
    await ben.open(gallery)
    expect(ben.text()).toContain('approved list')
    expect(controls(ben)).not.toContain('Connect')
    await restrict(server, acme, 'owners-only')
    await ben.open(gallery)
    expect(ben.text()).toMatch(/owners/)
  })

  it('on a page’s menu, and for more pages of what a member has installed already', async () => {
    const { tokens } = await allowed(server, relay, world.users.ben, [world.pages.handbook])
    await restrict(server, acme, 'approved-list')
    await post(ben, `/w/${acme}/p/${world.pages.roadmap.id}/connections`, { installation: tokens.bot_id })
    expect(ben.visit.status).toBe(403)
    expect(ben.heading()).toBe('This connection is not approved here')

    await ben.open(`/settings/${acme}/my-connections/${tokens.bot_id}/pages`)
    const save = ben.visit
      .$('main button')
      .filter((_, one) => /save/i.test(ben.visit.$(one).text()))
      .first()
    const { action, body } = ben.formOf(save.text().replace(/\s+/g, ' ').trim(), {
      pages: [world.pages.handbook.id, world.pages.roadmap.id],
    })
    await ben.open(action, { method: 'POST', body })
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
  })

  it('in the developer hub', async () => {
    const creating = {
      workspace: acme,
      name: 'Of our own',
      redirect_uris: 'https://own.test/callback',
      capabilities: 'read_content',
      client_type: 'confidential',
    }
    await restrict(server, acme, 'none', { create: 'owners-only' })
    for (const kind of ['public', 'internal']) {
      await post(ben, `/developers/new/${kind}`, creating)
      expect(ben.visit.status).toBe(403)
    }
    expect(await server.sql(`select from connections where name = 'Of our own'`)).toEqual([])
    // The form itself is sound: without the restriction, and for an owner with it, it is taken.
    const ada = await signedIn(server, world.users.ada)
    await post(ada, '/developers/new/internal', creating)
    await restrict(server, acme, 'none')
    await post(ben, '/developers/new/internal', creating)
    const made = await server.sql<{ created_by: string }>(
      `select created_by from connections where name = 'Of our own' order by created_at`,
    )
    expect(made.map(one => one.created_by)).toEqual([world.users.ada.id, world.users.ben.id])
  })

  it('on the command line', async () => {
    const env = {
      DATABASE_URL: server.config.databaseUrl!,
      REDIS_URL: server.config.redisUrl!,
      DATA_DIR: server.config.dataDir,
    }
    const create = (owner: string) =>
      latchkey(
        [
          ...['connection', 'create', '--name', 'By command', '--internal', '--workspace', acme],
          ...['--capabilities', 'read_content', '--owner', owner, '--json'],
        ],
        env,
      )
    await restrict(server, acme, 'none', { create: 'owners-only' })
    const refused = await create(world.users.ben.email)
    expect([refused.code, refused.out]).toEqual([1, ''])
    expect(refused.err).toContain('lets its owners alone create connections')
    expect((await create(world.users.ada.email)).code).toBe(0)
    await restrict(server, acme, 'none')
    expect((await create(world.users.ben.email)).code).toBe(0)
  })
})
