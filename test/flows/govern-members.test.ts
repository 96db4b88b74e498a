import { describe, expect, it } from '@jest/globals'
import { allowed, signedIn } from '../support/allowed.ts'
import { openWorld } from '../support/open-world.ts'
import { reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql, {
  website: 'https://relay.test',
  support_email: 'help@relay.test',
})
const acme = world.workspaces.acme.id

const mine = () => `/settings/${acme}/my-connections`
const pagesOf = (installation: string) => `${mine()}/${installation}/pages`

describe('a member under My connections', () => {
  it('sees their own installations, with access levels, pages and dates, and none of others', async () => {
    await allowed(server, relay, world.users.ben, [world.pages.roadmap])
    const other = await seedConnection(server.sql, { name: 'Cleo’s Own' })
    await allowed(server, other, world.users.cleo, [world.pages.handbook])
    const ben = await signedIn(server, world.users.ben)
    await ben.open(mine())
    expect(ben.heading()).toBe('My connections')
    expect(ben.text()).toContain('Relay Automations')
    expect(ben.text()).toContain('Read and change pages')
    expect(ben.text()).toContain('See names')
    expect(ben.text()).toContain('1 page, 3 pages with all below')
    expect(ben.text()).not.toContain('Cleo’s Own')
    const menu = ben.visit.$('[aria-label="More options for Relay Automations"]').parent()
    expect(
      menu
        .find('a')
        .toArray()
        .map(one => ben.visit.$(one).text().trim()),
    ).toEqual(['Manage pages', "Visit developer's website", 'Contact support', 'Disconnect'])
    expect(menu.find('a[href="https://relay.test"]').attr('rel')).toBe('noopener noreferrer')
    expect(menu.find('a[href^=mailto]').attr('href')).toBe('mailto:help@relay.test')
  })

  it('disconnects after one question: the tokens in the partner’s hand are dead at once', async () => {
    const { partner, tokens } = await allowed(server, relay, world.users.ben, [world.pages.roadmap])
    expect(await reachedTitles(server.base, tokens.access_token)).toHaveLength(3)
    const ben = await signedIn(server, world.users.ben)
    await ben.open(`${mine()}/${tokens.bot_id}/disconnect`)
    expect(ben.heading()).toBe('Disconnect Relay Automations?')
    expect(ben.text()).toContain('its tokens no longer work')
    expect(await reachedTitles(server.base, tokens.access_token)).toHaveLength(3)

    await ben.press('Disconnect Relay Automations')
    expect(ben.visit.url).toContain(mine())
    expect(ben.text()).toContain('Disconnected.')
    await expect(reachedTitles(server.base, tokens.access_token)).rejects.toThrow('401')
    await expect(partner.refresh(tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await partner.introspect(tokens.access_token)).toMatchObject({ active: false })
    const [event] = await server.sql(
      `select actor_id, address, request_id, data from events
       where kind = 'installation.disconnected' and installation_id = $1`,
      [tokens.bot_id],
    )
    expect(event).toMatchObject({ actor_id: world.users.ben.id, data: { reason: 'by-member' } })
    expect(event!.address).toBeTruthy()
    expect(event!.request_id).toBeTruthy()
  })

  it('learns that it was already disconnected when two windows do it', async () => {
    const { tokens } = await allowed(server, relay, world.users.ben, [world.pages.roadmap])
    await server.sql(`delete from events where kind = 'installation.disconnected'`)
    const ben = await signedIn(server, world.users.ben)
    await ben.open(`${mine()}/${tokens.bot_id}/disconnect`)
    const asked = ben.visit
    await ben.press('Disconnect Relay Automations')
    ben.visit = asked
    await ben.press('Disconnect Relay Automations')
    expect(ben.text()).toContain('already disconnected')
    const events = await server.sql(
      `select from events where kind = 'installation.disconnected' and installation_id = $1`,
      [tokens.bot_id],
    )
    expect(events).toHaveLength(1)
  })

  it('connects again: the id stays', async () => {
    const first = await allowed(server, relay, world.users.ben, [world.pages.roadmap])
    const ben = await signedIn(server, world.users.ben)
    await ben.open(`${mine()}/${first.tokens.bot_id}/disconnect`)
    await ben.press('Disconnect Relay Automations')
    const second = await allowed(server, relay, world.users.ben, [world.pages.handbook])
    expect(second.tokens.bot_id).toBe(first.tokens.bot_id)
    expect(await reachedTitles(server.base, second.tokens.access_token)).toEqual(['Handbook'])
    await expect(reachedTitles(server.base, first.tokens.access_token)).rejects.toThrow('401')
  })
})

describe('a member who manages pages later, without the partner', () => {
  it('adds and withdraws: the same token reaches the new set with the next request', async () => {
    const { tokens } = await allowed(server, relay, world.users.ben, [world.pages.roadmap])
    const ben = await signedIn(server, world.users.ben)
    await ben.open(pagesOf(tokens.bot_id))
    expect(ticked(ben)).toEqual([world.pages.roadmap.id])
    await ben.press('Save pages', { pages: [world.pages.handbook.id, world.pages.diary.id] })
    expect(ben.text()).toContain('Saved.')
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Diary', 'Handbook'])
    await ben.open(pagesOf(tokens.bot_id))
    expect(ticked(ben)).toEqual([world.pages.handbook.id, world.pages.diary.id].sort())
    await ben.press('Save pages')
    expect(ben.text()).toContain('No changes were made')
  })

  it('opens, searches and comes back with what is ticked so far', async () => {
    const { tokens } = await allowed(server, relay, world.users.ben, [world.pages.handbook])
    const ben = await signedIn(server, world.users.ben)
    await ben.open(pagesOf(tokens.bot_id))
    await ben.press('Show pages in Roadmap')
    await ben.press('Search', { q: 'quarter', pages: [world.pages.handbook.id] })
    await ben.press('Save pages', {
      pages: [world.pages.handbook.id, world.pages.quarter.id],
    })
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual([
      'Handbook',
      'Launch',
      'Quarter One',
    ])
  })

  it('is told to disconnect instead of unticking everything', async () => {
    const { tokens } = await allowed(server, relay, world.users.ben, [world.pages.handbook])
    const ben = await signedIn(server, world.users.ben)
    await ben.open(pagesOf(tokens.bot_id))
    await ben.press('Save pages', { pages: [] })
    expect(ben.visit.status).toBe(400)
    expect(ben.text()).toContain('Tick at least one page')
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
  })

  it('is refused pages that they do not reach, whatever the form says', async () => {
    const { tokens } = await allowed(server, relay, world.users.cleo, [world.pages.handbook])
    const cleo = await signedIn(server, world.users.cleo)
    for (const page of [world.pages.diary, world.pages.ideas]) {
      await cleo.open(pagesOf(tokens.bot_id))
      await cleo.press('Save pages', { pages: [world.pages.handbook.id, page.id] })
      expect(cleo.visit.status).toBe(403)
    }
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
  })

  it('can only remove pages where the policy would not let them install it today', async () => {
    const { tokens } = await allowed(server, relay, world.users.cleo, [
      world.pages.handbook,
      world.pages.quarter,
    ])
    await server.sql(
      `insert into workspace_policies (workspace_id, restrict_installs) values ($1, 'approved-list')`,
      [acme],
    )
    const cleo = await signedIn(server, world.users.cleo)
    await cleo.open(mine())
    expect(cleo.text()).toContain('Not approved')
    await cleo.open(pagesOf(tokens.bot_id))
    expect(cleo.text()).toContain('You can remove pages, but not add any.')
    await cleo.press('Save pages', { pages: [world.pages.handbook.id, world.pages.roadmap.id] })
    expect(cleo.visit.status).toBe(403)
    await cleo.open(pagesOf(tokens.bot_id))
    await cleo.press('Save pages', { pages: [world.pages.handbook.id] })
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
    await server.sql('delete from workspace_policies')
  })

  it('drops a page that they no longer reach, as a re-install does', async () => {
    const { tokens } = await allowed(server, relay, world.users.ben, [
      world.pages.handbook,
      world.pages.diary,
    ])
    await server.sql('delete from page_viewers where page_id = $1', [world.pages.diary.id])
    const ben = await signedIn(server, world.users.ben)
    await ben.open(pagesOf(tokens.bot_id))
    expect(ticked(ben)).toEqual([world.pages.handbook.id])
    await ben.press('Save pages')
    await server.sql('insert into page_viewers (workspace_id, page_id, user_id) values ($1, $2, $3)', [
      acme,
      world.pages.diary.id,
      world.users.ben.id,
    ])
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
  })

  it('comes by the address that the partner’s API hands out, signs in, and is there', async () => {
    const { tokens } = await allowed(server, relay, world.users.ben, [world.pages.handbook])
    const answer = await fetch(`${server.base}/v1/pages/${world.pages.roadmap.id}`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    const { additional_data: more } = (await answer.json()) as {
      additional_data: { manage_access_url: string }
    }
    const ben = new Person(server.base)
    await ben.open(more.manage_access_url)
    await ben.signIn(world.users.ben.email)
    expect(ben.heading()).toBe('Which pages may Relay Automations reach?')
    await ben.press('Save pages', { pages: [world.pages.roadmap.id] })
    expect(await reachedTitles(server.base, tokens.access_token)).toContain('Roadmap')
  })
})

describe('everybody else', () => {
  it('finds nothing at a member’s own addresses, and learns nothing', async () => {
    const { tokens } = await allowed(server, relay, world.users.ben, [world.pages.handbook])
    const unknown = '11111111-1111-4111-8111-111111111111'
    for (const who of ['cleo', 'gus', 'dora'] as const) {
      const person = await signedIn(server, world.users[who])
      for (const part of ['disconnect', 'pages']) {
        await person.open(`${mine()}/${tokens.bot_id}/${part}`)
        const refused = person.text().replace(/Request id \S+/, '')
        expect(person.visit.status).toBe(404)
        await person.open(`${mine()}/${unknown}/${part}`)
        expect(person.visit.status).toBe(404)
        expect(person.text().replace(/Request id \S+/, '')).toBe(refused)
      }
      const form = await own(person)
      for (const [path, fields] of [
        [`${mine()}/${tokens.bot_id}/disconnect`, {}],
        [`${mine()}/${tokens.bot_id}/pages/save`, { workspace_id: acme, pages: world.pages.handbook.id }],
      ] as const) {
        await person.open(path, { method: 'POST', body: new URLSearchParams({ csrf: form, ...fields }) })
        expect(person.visit.status).toBe(404)
      }
    }
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
  })

  it('signs in first, and a form without its token changes nothing', async () => {
    const { tokens } = await allowed(server, relay, world.users.ben, [world.pages.handbook])
    const nobody = new Person(server.base)
    await nobody.open(`${mine()}/${tokens.bot_id}/disconnect`)
    expect(nobody.heading()).toBe('Sign in')
    const ben = await signedIn(server, world.users.ben)
    await ben.open(`${mine()}/${tokens.bot_id}/disconnect`, { method: 'POST', body: new URLSearchParams() })
    expect(ben.visit.status).toBe(403)
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
  })

  it('as a guest sees an empty list that says why', async () => {
    const gus = await signedIn(server, world.users.gus)
    await gus.open(mine())
    expect(gus.visit.status).toBe(200)
    expect(gus.text()).toContain('You are a guest here')
    expect(gus.text()).not.toContain('Add connection')
  })

  it('of another workspace gets the same page as for one that does not exist', async () => {
    const dora = await signedIn(server, world.users.dora)
    await dora.open(mine())
    const refused = dora.text().replace(/Request id \S+/, '')
    expect(dora.visit.status).toBe(404)
    await dora.open('/settings/11111111-1111-4111-8111-111111111111/my-connections')
    expect(dora.text().replace(/Request id \S+/, '')).toBe(refused)
  })
})

function ticked(person: Person): (string | undefined)[] {
  const { $ } = person.visit
  return $('input[name=pages][checked]')
    .toArray()
    .map(one => $(one).attr('value'))
    .sort()
}

/** A form token of the person's own session. */
async function own(person: Person): Promise<string> {
  await person.open('/sign-out')
  return String(person.visit.$('[name=csrf]').first().attr('value'))
}
