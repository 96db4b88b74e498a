import { beforeAll, describe, expect, it } from '@jest/globals'
import { allowed, signedIn } from '../support/allowed.ts'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const acme = world.workspaces.acme.id
const relay = await seedConnection(server.sql, {
  install_url: 'https://relay.test/connect',
  developer_name: 'Relay Inc.',
  verified: true,
})

beforeAll(async () => {
  await seedConnection(server.sql, { name: 'Weather', website: 'https://weather.test' })
  await seedConnection(server.sql, { name: 'Secretive' })
  await seedConnection(server.sql, { name: 'Reporter', kind: 'internal', workspace_id: acme })
  await seedConnection(server.sql, { name: 'Switched Off', disabled_at: new Date() })
  await seedConnection(server.sql, { name: 'Resource Server', resource_server: true })
  await seedConnection(server.sql, { name: 'Trickster', install_url: 'javascript:alert(1)' })
})

const names = (person: Person) =>
  person.visit
    .$('.gallery-card h2')
    .toArray()
    .map(one => person.visit.$(one).text())
function card(person: Person, name: string) {
  const { $ } = person.visit
  const found = $('.gallery-card').filter((_, one) => $(one).find('h2').text() === name)
  return {
    text: found.text().replace(/\s+/g, ' ').trim(),
    links: found
      .find('a')
      .toArray()
      .map(one => [$(one).attr('aria-label'), $(one).attr('href')]),
  }
}
const policy = (restriction: string) =>
  server.sql(
    `insert into workspace_policies (workspace_id, restrict_installs) values ($1, $2)
     on conflict (workspace_id) do update set restrict_installs = excluded.restrict_installs`,
    [acme, restriction],
  )

describe('the gallery', () => {
  it('is where “Add connection” leads: public connections only, with what they ask', async () => {
    const ben = await signedIn(server, world.users.ben)
    await ben.open(`/settings/${acme}/my-connections`)
    const add = ben.visit.$('a').filter((_, one) => ben.visit.$(one).text().trim() === 'Add connection')
    await ben.open(add.attr('href')!)
    expect(names(ben)).toEqual(['Relay Automations', 'Secretive', 'Trickster', 'Weather'])
    expect(card(ben, 'Relay Automations').text).toContain('Read and change pages')
    expect(card(ben, 'Relay Automations').text).toContain('by Relay Inc.')
  })

  it('begins at the partner’s own address, or says how', async () => {
    const ben = await signedIn(server, world.users.ben)
    await ben.open('/gallery')
    expect(card(ben, 'Relay Automations').links).toEqual([
      ['Connect: Relay Automations', 'https://relay.test/connect'],
    ])
    expect(card(ben, 'Weather').text).toContain('To connect it, open Weather')
    expect(card(ben, 'Weather').links).toEqual([['Open its website: Weather', 'https://weather.test']])
    expect(card(ben, 'Secretive').text).toContain('sign in to Secretive')
    expect(card(ben, 'Trickster').links).toEqual([])
  })

  it('says what is connected already, in the chosen workspace', async () => {
    const { tokens } = await allowed(server, relay, world.users.cleo, [world.pages.handbook])
    const cleo = await signedIn(server, world.users.cleo)
    await cleo.open(`/gallery?workspace=${acme}`)
    expect(card(cleo, 'Relay Automations').text).toContain('You have connected it')
    expect(card(cleo, 'Relay Automations').links).toEqual([
      ['Connect again: Relay Automations', 'https://relay.test/connect'],
      ['Manage pages: Relay Automations', `/settings/${acme}/my-connections/${tokens.bot_id}/pages`],
    ])
    await server.sql('delete from installations')
  })

  it.each([
    ['approved-list', 'not on the approved list of Acme'],
    ['owners-only', 'lets only its owners install connections'],
  ])(
    'says in words when the policy %s forbids it, and to owners nothing of the kind',
    async (restriction, words) => {
      await policy(restriction)
      const ben = await signedIn(server, world.users.ben)
      await ben.open(`/gallery?workspace=${acme}`)
      expect(card(ben, 'Relay Automations').text).toContain(words)
      expect(card(ben, 'Relay Automations').links).toEqual([
        ['Ask for approval: Relay Automations', 'https://relay.test/connect'],
      ])
      const ada = await signedIn(server, world.users.ada)
      await ada.open(`/gallery?workspace=${acme}`)
      expect(card(ada, 'Relay Automations').links).toEqual([
        ['Connect: Relay Automations', 'https://relay.test/connect'],
      ])
      await server.sql('delete from workspace_policies')
    },
  )

  it('offers a guest nothing to begin, and says why', async () => {
    const gus = await signedIn(server, world.users.gus)
    await gus.open('/gallery')
    expect(card(gus, 'Relay Automations')).toEqual({
      text: expect.stringContaining('You are a guest in Acme'),
      links: [],
    })
  })

  it('is searched by name and developer', async () => {
    const ben = await signedIn(server, world.users.ben)
    await ben.open('/gallery')
    await ben.press('Search', { q: 'relay inc' })
    expect(names(ben)).toEqual(['Relay Automations'])
    await ben.press('Search', { q: 'nothing like it' })
    expect(ben.text()).toContain('No results')
    await ben.open('/gallery?q=%00%25_')
    expect(ben.visit.status).toBe(200)
  })

  it('opens for somebody in no workspace, not for the signed-out, and not for a workspace of others', async () => {
    const dora = await signedIn(server, world.users.dora)
    await dora.open('/gallery')
    expect(names(dora)).toContain('Relay Automations')
    for (const workspace of [acme, 'nonsense', '11111111-1111-4111-8111-111111111111']) {
      await dora.open(`/gallery?workspace=${workspace}`)
      expect(dora.visit.status).toBe(404)
    }
    const nobody = new Person(server.base)
    await nobody.open('/gallery')
    expect(nobody.heading()).toBe('Sign in')
  })
})
