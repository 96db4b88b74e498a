import { describe, expect, it } from '@jest/globals'
import { allowed, signedIn, type Tokens } from '../support/allowed.ts'
import { openWorld } from '../support/open-world.ts'
import type { Partner } from '../support/partner.ts'
import { reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { restrict } from '../support/ruled.ts'
import { seedConnection } from '../support/seed.ts'

/** The partner's tokens from Ben and Cleo. */
let ben: { partner: Partner; tokens: Tokens }
let cleo: { partner: Partner; tokens: Tokens }

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql, {
  website: 'https://relay.test',
  support_url: 'https://relay.test/help',
})
const acme = world.workspaces.acme.id
const ada = await signedIn(server, world.users.ada)

const list = () => `/settings/${acme}/connections`
const people = () => `${list()}/${relay.id}`
const access = (installation: string) => `${people()}/access/${installation}`

async function installTwice(): Promise<void> {
  ben = await allowed(server, relay, world.users.ben, [world.pages.roadmap])
  cleo = await allowed(server, relay, world.users.cleo, [world.pages.quarter, world.pages.handbook])
}
const reaches = (one: { tokens: Tokens }) => reachedTitles(server.base, one.tokens.access_token)
async function isDead(one: { partner: Partner; tokens: Tokens }): Promise<void> {
  await expect(reaches(one)).rejects.toThrow('401')
  await expect(one.partner.refresh(one.tokens.refresh_token)).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  expect(await one.partner.introspect(one.tokens.access_token)).toMatchObject({ active: false })
}
const menuOf = (person: Person, name: string) =>
  person.visit
    .$(`[aria-label="More options for ${name}"]`)
    .parent()
    .find('a, button.menu-item')
    .toArray()
    .map(one => person.visit.$(one).text().trim())

describe('an owner under Connections', () => {
  it('sees every connection once, with who added it, when, its people and what all of them reach', async () => {
    await installTwice()
    await allowed(server, relay, world.users.ada, [world.pages.ideas], world.workspaces.side.id)
    await ada.open(list())
    const { $ } = ada.visit
    expect(
      $('th')
        .toArray()
        .map(one => $(one).text().trim()),
    ).toEqual(['Select', 'Connection', 'Added by', 'Date added', 'Users', 'Pages', 'Options'])
    const rows = $('tbody tr').toArray()
    expect(rows).toHaveLength(1)
    const cells = $(rows[0]!)
      .find('td')
      .toArray()
      .map(one => $(one).text().replace(/\s+/g, ' ').trim())
    expect(cells.slice(1, 6)).toEqual([
      expect.stringContaining('Relay Automations'),
      'Ben',
      'just now',
      '2 people',
      // Cleo's Quarter One is below Ben's Roadmap, and counts once.
      '2 pages, 4 pages with all below',
    ])
    expect(menuOf(ada, 'Relay Automations')).toEqual([
      'View users with access',
      "Visit developer's website",
      'Contact support',
      'Suspend for everyone',
      'Disconnect',
    ])
  })

  it('views users with access: date, access levels, pages and last use of each', async () => {
    await installTwice()
    await ada.open(people())
    const { $ } = ada.visit
    const rows = $('tbody tr')
      .toArray()
      .map(row =>
        $(row)
          .find('td')
          .toArray()
          .map(one => $(one).text().replace(/\s+/g, ' ').trim()),
      )
    expect(rows.map(row => row.slice(1, 6))).toEqual([
      [
        'B Ben ben@acme.test',
        'just now',
        'Read and change pagesSee names',
        '1 page, 3 pages with all below',
        'just now',
      ],
      [
        'C Cleo cleo@acme.test',
        'just now',
        'Read and change pagesSee names',
        '2 pages, 3 pages with all below',
        'just now',
      ],
    ])
    expect(menuOf(ada, 'Ben')).toEqual(['Manage pages', 'Suspend for Ben', 'Revoke access'])
  })

  it('filters by person, by connection and by state, and is told when nothing fits', async () => {
    await installTwice()
    const names = () =>
      ada.visit
        .$('tbody .cell-link, tbody .cell-name .clip:first-child')
        .toArray()
        .map(one => ada.visit.$(one).text())
    for (const [query, found] of [
      ['person=BEN', ['Relay Automations']],
      ['person=cleo@acme', ['Relay Automations']],
      ['person=gus', []],
      ['connection=autom', ['Relay Automations']],
      ['connection=100%25', []],
      ['state=suspended', []],
      ['state=nonsense', ['Relay Automations']],
      ['person=%00', ['Relay Automations']],
    ] as const) {
      await ada.open(`${list()}?${query}`)
      expect([query, ...names()]).toEqual([query, ...found])
    }
    expect(ada.visit.$('[name=person]').val()).toBe('')
    await ada.open(`${people()}?person=cleo`)
    expect(names()).toEqual(['Cleo'])
    await ada.press('Filter', { person: 'nobody' })
    expect(ada.text()).toContain('No results')
  })
})

describe('an owner stops something', () => {
  it('suspends for everyone and resumes: the same tokens are powerless meanwhile, and work again', async () => {
    await installTwice()
    await ada.open(`${people()}/suspend`)
    expect(ada.text()).toContain('Relay Automations reaches no page of Acme until an owner resumes it.')
    expect(ada.text()).toContain('its tokens reach no pages')
    expect(await reaches(ben)).toHaveLength(3)
    await ada.press('Suspend')
    expect(ada.text()).toContain('Suspended.')
    expect(ada.text()).toContain('No one in Acme has access through it. It is suspended for 2 people.')
    expect(menuOf(ada, 'Relay Automations')).toContain('Resume for everyone')
    await expect(reaches(ben)).rejects.toThrow('401')
    await expect(reaches(cleo)).rejects.toThrow('401')
    expect(await ben.partner.introspect(ben.tokens.access_token)).toMatchObject({ active: false })
    await expect(ben.partner.refresh(ben.tokens.refresh_token)).rejects.toMatchObject({
      error: 'invalid_grant',
    })

    await ada.open(`${people()}/resume`)
    await ada.press('Resume')
    expect(ada.text()).toContain('Resumed.')
    expect(await reaches(ben)).toHaveLength(3)
    expect(await reaches(cleo)).toHaveLength(3)
    const renewed = await ben.partner.refresh(ben.tokens.refresh_token)
    expect(await reachedTitles(server.base, renewed.access_token)).toHaveLength(3)
  })

  it('suspends one person alone, who cannot lift that by installing again', async () => {
    await installTwice()
    await ada.open(`${access(ben.tokens.bot_id)}/suspend`)
    expect(ada.text()).toContain('reaches no page of Acme for Ben until an owner resumes it.')
    await ada.press('Suspend')
    await expect(reaches(ben)).rejects.toThrow('401')
    expect(await reaches(cleo)).toHaveLength(3)

    const member = new Person(server.base)
    await member.open(await ben.partner.authorizeUrl({ workspace_id: acme }))
    await member.signIn(world.users.ben.email)
    expect(member.text()).toContain('an owner has suspended it')
    await member.open(`/settings/${acme}/my-connections`)
    expect(member.text()).toContain('Suspended by an owner')

    await ada.open(people())
    expect(menuOf(ada, 'Ben')).toEqual(['Manage pages', 'Resume for Ben', 'Revoke access'])
    expect(ada.text()).toContain('1 person in Acme has access through it. It is suspended for 1 person.')
    await ada.press('Resume for Ben')
    expect(ada.text()).toContain('Resumed.')
    expect(await reaches(ben)).toHaveLength(3)
  })

  it('suspends their own, and reads before allowing it again that installing resumes it', async () => {
    const hers = await allowed(server, relay, world.users.ada, [world.pages.roadmap], acme)
    await ada.open(`${access(hers.tokens.bot_id)}/suspend`)
    await ada.press('Suspend')
    await ada.open(await hers.partner.authorizeUrl({ workspace_id: acme }))
    expect(ada.text()).toMatch(
      /You connected it here on .*, and it is suspended for you\. What you allow now replaces what it can reach, and resumes it\./,
    )
    expect(ada.visit.$('.asking .badge').text()).toContain('Not verified by us')
    await server.sql('delete from installations where id = $1', [hers.tokens.bot_id])
  })

  it('suspends a member, who cannot lift that by disconnecting and connecting again', async () => {
    await installTwice()
    await ada.open(`${access(ben.tokens.bot_id)}/suspend`)
    await ada.press('Suspend')
    const member = await signedIn(server, world.users.ben)
    await member.open(`/settings/${acme}/my-connections/${ben.tokens.bot_id}/disconnect`)
    expect(member.text()).toContain('you cannot connect it again until an owner resumes it')
    await member.press('Disconnect Relay Automations')
    expect(member.text()).toContain('Disconnected.')
    await isDead(ben)
    await member.open(await ben.partner.authorizeUrl({ workspace_id: acme }))
    expect(member.text()).toContain('an owner has suspended it')
    await member.open(`/settings/${acme}/my-connections/${ben.tokens.bot_id}/pages`)
    expect(member.text()).toContain('It was already disconnected')
    await member.open(`/settings/${acme}/my-connections`)
    expect(member.text()).not.toContain('Relay Automations')
    await member.open(`/gallery?workspace=${acme}`)
    expect(member.text()).toContain('and an owner suspended it')
    await member.open(`/w/${acme}/p/${world.pages.roadmap.id}/connections`)
    expect(member.text()).toContain('Suspended: it reaches no pages until it is resumed')

    await ada.open(list())
    const cell = ada.visit.$('tbody td[data-label=Pages]')
    expect(cell.text().replace(/\s+/g, ' ').trim()).toBe('2 pages, 3 pages with all below')
    await ada.open(`${people()}?state=suspended`)
    expect(ada.text()).toContain('Disconnected meanwhile')
    expect(menuOf(ada, 'Ben')).toEqual(['Resume for Ben', 'Revoke access'])
    expect(ada.visit.$('tbody td[data-label=Pages]').text().trim()).toBe('No pages')
    await ada.press('Resume for Ben')
    expect(ada.text()).toContain('The suspension is lifted. It was disconnected in the meantime')
    await isDead(ben)
    const again = await allowed(server, relay, world.users.ben, [world.pages.handbook])
    expect(again.tokens.bot_id).toBe(ben.tokens.bot_id)
    expect(await reaches(again)).toEqual(['Handbook'])
  })

  it('suspends a member, whose partner cannot lift that by giving its tokens back', async () => {
    await installTwice()
    await ada.open(`${access(ben.tokens.bot_id)}/suspend`)
    await ada.press('Suspend')
    await ben.partner.revoke(ben.tokens.refresh_token)
    const member = await signedIn(server, world.users.ben)
    await member.open(await ben.partner.authorizeUrl({ workspace_id: acme }))
    expect(member.text()).toContain('an owner has suspended it')
    await ada.open(`${access(ben.tokens.bot_id)}/revoke`)
    await ada.press('Revoke access')
    expect(ada.text()).toContain('Access revoked.')
    expect(await reaches(await allowed(server, relay, world.users.ben, [world.pages.handbook]))).toHaveLength(
      1,
    )
  })

  it('suspends a member between the consent and its code, and the code does not resume it', async () => {
    await installTwice()
    for (const stopped of [
      `state = 'suspended', state_reason = 'by-owner'`,
      `state = 'revoked', state_reason = 'while-suspended'`,
    ]) {
      const member = new Person(server.base)
      await member.open(await ben.partner.authorizeUrl({ workspace_id: acme }))
      await member.signIn(world.users.ben.email)
      await member.press('Select pages')
      await member.press('Allow access', { pages: [world.pages.handbook.id] })
      const was = `update installations set %s where id = $1`
      await server.sql(was.replace('%s', stopped), [ben.tokens.bot_id])
      await expect(ben.partner.redeem(member.visit.url)).rejects.toMatchObject({ error: 'invalid_grant' })
      await expect(reaches(ben)).rejects.toThrow('401')
      await server.sql(was.replace('%s', `state = 'active', state_reason = null`), [ben.tokens.bot_id])
    }
  })

  it('revokes one person: their tokens die, everyone else’s live', async () => {
    await installTwice()
    await ada.open(`${access(ben.tokens.bot_id)}/revoke`)
    expect(ada.heading()).toBe('Revoke the access of Ben?')
    await ada.press('Revoke access')
    expect(ada.text()).toContain('Access revoked.')
    await isDead(ben)
    expect(await reaches(cleo)).toHaveLength(3)
    expect(ada.text()).not.toContain('ben@acme.test')
    await ada.open(`${people()}?state=disconnected`)
    expect(ada.text()).toContain('ben@acme.test')

    const member = await signedIn(server, world.users.ben)
    await member.open(`/settings/${acme}/my-connections`)
    const told = () => member.visit.$('[aria-labelledby=ended]').text().replace(/\s+/g, ' ')
    expect(told()).toContain('Relay Automations A workspace owner disconnected it just now')
    expect(told()).toContain('You can connect it again from its own site.')
    await restrict(server, acme, 'approved-list')
    await member.open(`/settings/${acme}/my-connections`)
    expect(told()).toContain('only connections from its approved list, and this one is not on it')
    await restrict(server, acme, 'none')
    await allowed(server, relay, world.users.ben, [world.pages.roadmap])
    await member.open(`/settings/${acme}/my-connections`)
    expect(told()).toBe('')
  })

  it('does not list as ended by others what they ended themselves, nor what ended long ago', async () => {
    const own = await allowed(server, relay, world.users.ada, [world.pages.handbook], acme)
    await ada.open(`${access(own.tokens.bot_id)}/revoke`)
    await ada.press('Revoke access')
    await ada.open(`/settings/${acme}/my-connections`)
    expect(ada.visit.$('[aria-labelledby=ended]')).toHaveLength(0)

    await installTwice()
    await ada.open(`${people()}/disconnect`)
    await ada.press('Disconnect for everyone')
    const member = await signedIn(server, world.users.cleo)
    await member.open(`/settings/${acme}/my-connections`)
    expect(member.visit.$('[aria-labelledby=ended] li')).toHaveLength(1)
    await server.sql(`update installations set updated_at = now() - interval '31 days' where id = $1`, [
      cleo.tokens.bot_id,
    ])
    await member.open(`/settings/${acme}/my-connections`)
    expect(member.visit.$('[aria-labelledby=ended]')).toHaveLength(0)
  })

  it('disconnects all users: every token here dies, those of another workspace live', async () => {
    await installTwice()
    const elsewhere = await allowed(
      server,
      relay,
      world.users.ada,
      [world.pages.ideas],
      world.workspaces.side.id,
    )
    await ada.open(`${people()}/disconnect`)
    expect(ada.text()).toContain('all 2 people who connected it')
    await ada.press('Disconnect for everyone')
    expect(ada.text()).toContain('Disconnected for 2 people.')
    await isDead(ben)
    await isDead(cleo)
    expect(await reaches(elsewhere)).toEqual(['Ideas'])
    expect(ada.visit.$('tbody tr')).toHaveLength(0)
    await ada.open(`${list()}?state=disconnected`)
    expect(ada.visit.$('tbody tr')).toHaveLength(1)
  })

  it('kills what was allowed and not yet redeemed with it', async () => {
    await installTwice()
    const member = new Person(server.base)
    await member.open(await ben.partner.authorizeUrl({ workspace_id: acme }))
    await member.signIn(world.users.ben.email)
    await member.press('Select pages')
    await member.press('Allow access', { pages: [world.pages.handbook.id] })
    await ada.open(`${people()}/disconnect`)
    await ada.press('Disconnect for everyone')
    await expect(ben.partner.redeem(member.visit.url)).rejects.toMatchObject({ error: 'invalid_grant' })
    await isDead(ben)
  })
})

describe('an owner narrows what a member installed', () => {
  it('takes a page away, and leaves a part of another: the token obeys with the next request', async () => {
    await installTwice()
    await ada.open(`${access(cleo.tokens.bot_id)}/pages`)
    expect(ada.heading()).toBe('Pages that Relay Automations reaches for Cleo')
    await ada.press('Show pages in Quarter One')
    await ada.press('Save pages', { pages: [world.pages.launch.id] })
    expect(ada.text()).toContain('It reaches fewer pages from now on.')
    expect(await reaches(cleo)).toEqual(['Launch'])
    expect(await reaches(ben)).toHaveLength(3)
  })

  it('cannot widen it, whatever the form says', async () => {
    await installTwice()
    for (const page of [world.pages.roadmap, world.pages.ideas]) {
      await ada.open(`${access(cleo.tokens.bot_id)}/pages`)
      await ada.press('Save pages', { pages: [world.pages.handbook.id, page.id] })
      expect(ada.visit.status).toBe(403)
    }
    expect(await reaches(cleo)).toEqual(['Handbook', 'Launch', 'Quarter One'])
  })

  it('rests what is left on the member’s own reach, not on the owner’s', async () => {
    await installTwice()
    await ada.open(`${access(cleo.tokens.bot_id)}/pages`)
    await ada.press('Save pages', { pages: [world.pages.launch.id] })
    await server.sql('update pages set private = true where id = $1', [world.pages.roadmap.id])
    expect(await reaches(cleo)).toEqual([])
    await server.sql('update pages set private = false where id = $1', [world.pages.roadmap.id])
    expect(await reaches(cleo)).toEqual(['Launch'])
  })

  it('removes private pages that they cannot open, without reading their titles', async () => {
    const own = await allowed(server, relay, world.users.ben, [world.pages.diary, world.pages.handbook])
    await ada.open(`${access(own.tokens.bot_id)}/pages`)
    expect(ada.visit.html).not.toContain('Diary')
    expect(ada.text()).toContain('Also remove 1 page that you cannot open')
    await ada.press('Save pages', { withdraw_unseen: 'yes' })
    expect(await reaches(own)).toEqual(['Handbook'])
  })
})
