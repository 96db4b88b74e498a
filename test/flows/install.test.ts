import { describe, expect, it } from '@jest/globals'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { importLines, pageLine } from '../support/directory.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql)

/** Ticks pages and allows; returns the address that the partner's callback receives. */
async function allow(person: Person, pages: { id: string }[]): Promise<string> {
  await person.press('Select pages')
  await person.press('Allow access', { pages: pages.map(page => page.id) })
  return person.visit.url
}

describe('a member installs a connection', () => {
  it('from the redirect to the pages, and the token reaches those and what is below, no others', async () => {
    const partner = await Partner.discover(server.base, relay)
    const ben = new Person(server.base)
    await ben.open(await partner.authorizeUrl())
    await ben.signIn(world.users.ben.email)
    expect(ben.heading()).toContain('Relay Automations')
    expect(ben.text()).toContain('This connection will be able to')
    expect(ben.text()).toContain('a developer who gave no name')
    expect(ben.visit.$('.level-limit').text().trim()).toBe(
      'It reaches only the pages that you choose in the next step. It sees who is in Acme whichever pages you choose. You can change or disconnect it at any time.',
    )

    const tokens = await partner.redeem(await allow(ben, [world.pages.quarter]))
    expect(tokens).toMatchObject({
      token_type: 'bearer',
      workspace_id: world.workspaces.acme.id,
      workspace_name: 'Acme',
      owner: { type: 'user', user: { object: 'user', id: world.users.ben.id, name: 'Ben' } },
      duplicated_template_id: null,
    })
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Launch', 'Quarter One'])
  })

  it('again with fewer pages: the id stays, the older token obeys the new set', async () => {
    const partner = await Partner.discover(server.base, relay)
    const cleo = new Person(server.base)
    await cleo.open(await partner.authorizeUrl())
    await cleo.signIn(world.users.cleo.email)
    const first = await partner.redeem(await allow(cleo, [world.pages.roadmap, world.pages.handbook]))
    expect(await reachedTitles(server.base, first.access_token)).toEqual([
      'Handbook',
      'Launch',
      'Quarter One',
      'Roadmap',
    ])

    await cleo.open(await partner.authorizeUrl())
    await cleo.press('Select pages')
    const ticked = cleo.visit.$('input[name=pages][checked]').toArray()
    expect(ticked.map(one => cleo.visit.$(one).attr('value')).sort()).toEqual(
      [world.pages.roadmap.id, world.pages.handbook.id].sort(),
    )
    await cleo.press('Allow access', { pages: [world.pages.handbook.id] })
    const second = await partner.redeem(cleo.visit.url)
    expect(second.bot_id).toBe(first.bot_id)
    expect(await reachedTitles(server.base, first.access_token)).toEqual(['Handbook'])
    expect(await reachedTitles(server.base, second.access_token)).toEqual(['Handbook'])
  })

  it('in two workspaces side by side: neither token reaches the other', async () => {
    const partner = await Partner.discover(server.base, relay)
    const ada = new Person(server.base)
    const tokens: Record<string, string> = {}
    await ada.open(await partner.authorizeUrl({ workspace_id: world.workspaces.acme.id }))
    await ada.signIn(world.users.ada.email)
    const inAcme = await partner.redeem(await allow(ada, [world.pages.handbook]))
    tokens.acme = inAcme.access_token
    await ada.open(await partner.authorizeUrl({ workspace_id: world.workspaces.side.id }))
    const inSide = await partner.redeem(await allow(ada, [world.pages.ideas]))
    tokens.side = inSide.access_token

    expect(inSide.bot_id).not.toBe(inAcme.bot_id)
    expect(await reachedTitles(server.base, tokens.acme)).toEqual(['Handbook'])
    expect(await reachedTitles(server.base, tokens.side)).toEqual(['Ideas'])
  })
})

describe('a flow that is not finished', () => {
  it('is named on the sign-in also to someone who was signed in and takes another account', async () => {
    const partner = await Partner.discover(server.base, relay)
    const ben = new Person(server.base)
    await ben.open('/sign-in')
    await ben.signIn(world.users.ben.email)
    await ben.open(await partner.authorizeUrl())
    const change = ben.visit
      .$('a')
      .filter((_, one) => ben.visit.$(one).text().replace(/\s+/g, ' ') === 'Use another account')
    await ben.open(change.attr('href')!)
    expect(ben.heading()).toBe('Sign in to connect Relay Automations')
    await ben.signIn(world.users.cleo.email)
    expect(ben.text()).toContain('Cleo (cleo@acme.test)')
  })

  it('is cancelled at each step with access_denied and grants nothing', async () => {
    const partner = await Partner.discover(server.base, relay)
    for (const step of ['sign-in', 'levels', 'pages']) {
      const gus = new Person(server.base)
      await gus.open(await partner.authorizeUrl())
      if (step !== 'sign-in') await gus.signIn(world.users.ada.email)
      if (step === 'pages') await gus.press('Select pages')
      await gus.press('Cancel')
      expect(new URL(gus.visit.url).searchParams.get('error')).toBe('access_denied')
      await expect(partner.redeem(gus.visit.url)).rejects.toMatchObject({ error: 'access_denied' })
    }
  })

  it('is not in force until the partner redeems the code', async () => {
    const other = await seedConnection(server.sql, { name: 'Never Redeemed' })
    const partner = await Partner.discover(server.base, other)
    const ben = new Person(server.base)
    await ben.open(await partner.authorizeUrl())
    await ben.signIn(world.users.ben.email)
    await allow(ben, [world.pages.handbook])
    const rows = await server.sql('select state from installations where connection_id = $1', [other.id])
    expect(rows).toEqual([])
  })
})

describe('a partner that expects another account', () => {
  const expectation = 'was expected'
  async function arriveExpected(hint: string): Promise<Person> {
    const partner = await Partner.discover(server.base, relay)
    const ben = new Person(server.base)
    await ben.open('/sign-in')
    await ben.signIn(world.users.ben.email)
    await ben.open(await partner.authorizeUrl({ login_hint: hint }))
    return ben
  }

  it('is named at the consent beside who is signed in, and one press leads to the sign-in for it', async () => {
    const ben = await arriveExpected('cleo@acme.test')
    expect(ben.visit.$('.notice').text().replace(/\s+/g, ' ')).toContain(
      'cleo@acme.test was expected; you are signed in as ben@acme.test.',
    )
    const change = ben.visit.$('.notice a:contains("Use another account")')
    await ben.open(change.attr('href')!)
    expect(ben.visit.$('[name=email]').val()).toBe('cleo@acme.test')
    await ben.press('Sign in', { email: 'cleo@acme.test', password: 'a long password' })
    expect(ben.heading()).toBe('Relay Automations wants to connect to Acme')
    expect(ben.text()).not.toContain(expectation)
  })

  it.each([
    'ben@acme.test',
    ' Ben@ACME.test',
    '',
    'user-4711',
    'Call 555-0100 now',
    `${'x'.repeat(400)}@acme.test`,
  ])('is not where the hint is the same account or no e-mail address: “%s”', async hint => {
    const ben = await arriveExpected(hint)
    expect(ben.heading()).toBe('Relay Automations wants to connect to Acme')
    expect(ben.text()).not.toContain(expectation)
  })

  it('is named as well where the workspace refuses the install', async () => {
    await server.sql(`update members set role = 'guest' where user_id = $1`, [world.users.ben.id])
    const ben = await arriveExpected('cleo@acme.test')
    expect(ben.heading()).toBe('Relay Automations cannot be connected to Acme')
    expect(ben.text()).toContain(expectation)
    await server.sql(`update members set role = 'member' where user_id = $1`, [world.users.ben.id])
  })
})

describe('presses that are on their way together', () => {
  it('leave the search cleared, though a tick was sent in the same moment', async () => {
    const partner = await Partner.discover(server.base, relay)
    const ben = new Person(server.base)
    await ben.open(await partner.authorizeUrl())
    await ben.signIn(world.users.ben.email)
    await ben.press('Select pages')
    const screen = ben.visit.url
    const fields = new URLSearchParams()
    for (const name of ['csrf', 'workspace_id'])
      fields.set(name, String(ben.visit.$(`[name=${name}]`).first().val()))
    fields.set('pages', world.pages.handbook.id)
    const send = (control: string, more: Record<string, string> = {}) =>
      ben.send(`${screen}/${control}`, {
        method: 'POST',
        body: new URLSearchParams({ ...Object.fromEntries(fields), ...more }),
        headers: { 'HX-Request': 'true', 'HX-Target': control === 'ticks' ? 'sum' : 'lists' },
      })
    for (let round = 0; round < 20; round++) {
      await send('search', { q: 'launch' })
      await Promise.all([send('ticks'), send('clear')])
      await ben.open(screen)
      expect(ben.text()).not.toContain('Pages with “launch”')
      expect(ben.visit.$('[name=pages][checked]').toArray()).toHaveLength(1)
    }
  })
})

describe('what happens later takes effect on the next call', () => {
  it('a member loses a private page, leaves, or is disabled', async () => {
    const partner = await Partner.discover(server.base, relay)
    const ben = new Person(server.base)
    await ben.open(await partner.authorizeUrl())
    await ben.signIn(world.users.ben.email)
    const { access_token: token, refresh_token: refresh } = await partner.redeem(
      await allow(ben, [world.pages.diary, world.pages.handbook]),
    )
    expect(await reachedTitles(server.base, token)).toEqual(['Diary', 'Handbook'])

    await server.sql('delete from page_viewers where page_id = $1', [world.pages.diary.id])
    expect(await reachedTitles(server.base, token)).toEqual(['Handbook'])

    await server.sql('update users set disabled = true where id = $1', [world.users.ben.id])
    await expect(reachedTitles(server.base, token)).rejects.toThrow('401')
    expect(await partner.introspect(token)).toMatchObject({ active: false })
    await expect(partner.refresh(refresh!)).rejects.toMatchObject({ error: 'invalid_grant' })

    await server.sql('update users set disabled = false where id = $1', [world.users.ben.id])
    await server.sql('delete from members where user_id = $1', [world.users.ben.id])
    await expect(reachedTitles(server.base, token)).rejects.toThrow('401')
    await server.sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'member')`, [
      world.workspaces.acme.id,
      world.users.ben.id,
    ])
  })

  it('a page moved under a granted one is reached, and no more when it is moved out again', async () => {
    const partner = await Partner.discover(server.base, relay)
    const ben = new Person(server.base)
    await ben.open(await partner.authorizeUrl())
    await ben.signIn(world.users.ben.email)
    const { access_token: token } = await partner.redeem(await allow(ben, [world.pages.handbook]))
    const move = (page: { id: string }, parent: { id: string }) =>
      importLines(poolOf(server.server.stores.database), [
        pageLine(world.workspaces.acme.id, page.id, parent.id, { title: 'Quarter One' }),
      ])
    await move(world.pages.quarter, world.pages.handbook)
    expect(await reachedTitles(server.base, token)).toEqual(['Handbook', 'Launch', 'Quarter One'])
    await move(world.pages.quarter, world.pages.roadmap)
    expect(await reachedTitles(server.base, token)).toEqual(['Handbook'])
  })

  it('a server restart between consent and exchange, and an emptied Redis before the refresh, lose nothing', async () => {
    const partner = await Partner.discover(server.base, relay)
    const cleo = new Person(server.base)
    await cleo.open(await partner.authorizeUrl())
    await cleo.signIn(world.users.cleo.email)
    const callback = await allow(cleo, [world.pages.handbook])
    await server.restart()
    const tokens = await partner.redeem(callback)
    await server.emptyRedis()
    const renewed = await partner.refresh(tokens.refresh_token!)
    expect(await reachedTitles(server.base, renewed.access_token)).toEqual(['Handbook'])
    expect(await partner.introspect(renewed.access_token)).toMatchObject({
      active: true,
      authorization_details: [
        {
          type: 'workspace_pages',
          workspace_id: world.workspaces.acme.id,
          page_ids: [world.pages.handbook.id],
        },
      ],
    })
  })

  it('guests are told that they cannot install', async () => {
    const partner = await Partner.discover(server.base, relay)
    const gus = new Person(server.base)
    await gus.open(await partner.authorizeUrl())
    await gus.signIn(world.users.gus.email)
    expect(gus.text()).toMatch(/guest/i)
    expect(gus.text()).toContain('Ask to become a member.')
    expect(gus.text()).not.toContain('another workspace')
    const { side } = world.workspaces
    await server.sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'member')`, [
      side.id,
      world.users.gus.id,
    ])
    await gus.open(await partner.authorizeUrl({ workspace_id: world.workspaces.acme.id }))
    expect(gus.text()).toContain('Ask to become a member, or switch to another workspace.')
    await server.sql('delete from members where workspace_id = $1 and user_id = $2', [
      side.id,
      world.users.gus.id,
    ])
    expect(
      gus.visit.$('button').filter((_, one) => gus.visit.$(one).text().includes('Select pages')).length,
    ).toBe(0)
  })
})
