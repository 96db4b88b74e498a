import { beforeEach, describe, expect, it } from '@jest/globals'
import { allowed, signedIn } from '../support/allowed.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { controls, post, restrict } from '../support/ruled.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const acme = world.workspaces.acme.id
const ada = await signedIn(server, world.users.ada)
let relay: SeededConnection

beforeEach(async () => {
  relay = await seedConnection(server.sql, { name: `Relay ${crypto.randomUUID().slice(0, 8)}` })
  await restrict(server, acme, 'none')
})

const policy = () => `/settings/${acme}/policy`
const titles = (one: { tokens: { access_token: string } }) =>
  reachedTitles(server.base, one.tokens.access_token)
const stateOf = async (user: { id: string }) =>
  (
    await server.sql<{ state: string }>(
      'select state from installations where connection_id = $1 and user_id = $2',
      [relay.id, user.id],
    )
  )[0]?.state

async function atRelay(name: 'ben' | 'cleo'): Promise<{ person: Person; partner: Partner }> {
  const partner = await Partner.discover(server.base, relay)
  const person = await signedIn(server, world.users[name])
  await person.open(await partner.authorizeUrl())
  return { person, partner }
}

describe('an owner sets the policy', () => {
  it('by its words, and it holds from the next request on', async () => {
    await ada.open(policy())
    const { $ } = ada.visit
    const labelled = (words: string) =>
      $(
        `#${$('label')
          .filter((_, one) => $(one).text() === words)
          .attr('for')}`,
      )
    const options = (words: string) =>
      labelled(words)
        .find('option')
        .toArray()
        .map(one => $(one).text())
    expect(options('Restrict members from installing connections')).toEqual([
      'No restrictions',
      'Only from approved list',
      'Workspace owners only',
    ])
    expect(options('Who can create connections')).toEqual(['Everyone', 'Workspace owners only'])
    expect($('label.check').text()).toContain('Auto-approve first-party connections')

    const ben = await atRelay('ben')
    expect(ben.person.text()).toContain('This connection will be able to')
    await ada.press('Save policy', { restrict_installs: 'approved-list' })
    expect(ada.text()).toContain('Saved.')
    expect(ada.text()).toContain('Last set by Ada')
    expect($.html()).not.toContain('Not approved')
    await ben.person.open(ben.person.visit.url)
    expect(ben.person.text()).toContain('allows only connections from its approved list')
    const [event] = await server.sql(
      `select actor_id, data from events where kind = 'policy.changed' order by at desc limit 1`,
    )
    expect(event).toMatchObject({
      actor_id: world.users.ada.id,
      data: { before: { restrictInstalls: 'none' }, after: { restrictInstalls: 'approved-list' } },
    })
    await ada.press('Save policy', {})
    expect(ada.text()).toContain('No changes were made')
  })

  it('one rule at a time: a change of any of them is saved and recorded', async () => {
    await ada.open(policy())
    const changes = [
      ['restrict_installs', 'approved-list', 'restrictInstalls'],
      ['auto_approve_first_party', 'yes', 'autoApproveFirstParty'],
      ['connection_creation', 'owners-only', 'connectionCreation'],
    ] as const
    for (const [field, value, member] of changes) {
      await ada.press('Save policy', { [field]: value })
      expect([member, ada.text()]).toEqual([member, expect.stringContaining('Saved.')])
      const [event] = await server.sql<{ data: { before: object; after: object } }>(
        `select data from events where kind = 'policy.changed' order by at desc, id desc limit 1`,
      )
      const { before, after } = event!.data as Record<'before' | 'after', Record<string, unknown>>
      expect(Object.keys(after!).filter(name => after![name] !== before![name])).toEqual([member])
    }
  })

  it('and is told when another owner was faster', async () => {
    await server.sql(`update members set role = 'owner' where user_id = $1`, [world.users.cleo.id])
    const cleo = await signedIn(server, world.users.cleo)
    for (let round = 0; round < 4; round++) {
      await server.sql('delete from workspace_policies where workspace_id = $1', [acme])
      await Promise.all([ada.open(policy()), cleo.open(policy())])
      const answers = await Promise.all([
        ada.press('Save policy', { restrict_installs: 'approved-list' }),
        cleo.press('Save policy', { restrict_installs: 'owners-only' }),
      ])
      expect(answers.map(one => one.status).sort()).toEqual([200, 409])
      const late = answers.find(one => one.status === 409)!
      expect(late.$('body').text()).toMatch(/(Ada|Cleo) changed the policy while you were looking at it/)
      expect(late.$('#restrict-installs option[selected]').attr('value')).toBe(
        late === answers[0] ? 'approved-list' : 'owners-only',
      )
    }
    await server.sql(`update members set role = 'member' where user_id = $1`, [world.users.cleo.id])
  })

  it('on no other plan: it is locked, says why, and has no effect', async () => {
    const side = world.workspaces.side.id
    await ada.open(`/settings/${side}/policy`)
    expect(ada.text()).toContain('Policies are part of the Enterprise plan, and Side is on the Free plan')
    expect(ada.visit.$('fieldset[disabled] select')).toHaveLength(4)
    await post(ada, `/settings/${side}/policy`, {
      restrict_installs: 'owners-only',
      connection_creation: 'everyone',
    })
    expect(ada.visit.status).toBe(403)
    expect(ada.text()).toContain('The plan has no policies')

    await restrict(server, side, 'owners-only')
    await server.sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'member')`, [
      side,
      world.users.dora.id,
    ])
    const dora = await allowed(server, relay, world.users.dora, [world.pages.ideas], side)
    expect(await titles(dora)).toEqual(['Ideas'])
    for (const screen of ['policy', 'connections', `connections/${relay.id}`]) {
      await ada.open(`/settings/${side}/${screen}`)
      expect(ada.text()).not.toContain('Not approved')
    }
    await server.sql('delete from members where user_id = $1', [world.users.dora.id])
  })

  it('with nothing but what the form offers', async () => {
    for (const wrong of [
      { restrict_installs: 'everything', connection_creation: 'everyone' },
      { restrict_installs: 'none', connection_creation: 'nobody' },
      { restrict_installs: 'none' },
      { restrict_installs: 'none', connection_creation: 'everyone', seen: 'yesterday' },
    ])
      expect((await post(ada, policy(), wrong as Record<string, string>)).status).toBe(400)
  })
})

describe('a policy that became stricter', () => {
  it('leaves what is installed, marks it, and disconnects all such after asking', async () => {
    const ben = await allowed(server, relay, world.users.ben, [world.pages.quarter])
    const own = await allowed(server, relay, world.users.ada, [world.pages.handbook], acme)
    const dock = await seedConnection(server.sql, { name: 'Dock', first_party: true })
    const cleo = await allowed(server, dock, world.users.cleo, [world.pages.handbook])
    // Without a restriction every installation counts as approved.
    for (const screen of ['connections', `connections/${relay.id}`]) {
      await ada.open(`/settings/${acme}/${screen}`)
      expect(ada.text()).toContain(relay.name)
      expect(ada.text()).not.toContain('Not approved')
    }
    await restrict(server, acme, 'approved-list', { autoApprove: true })
    await ada.open(`/settings/${acme}/connections/${relay.id}`)
    expect(ada.text()).toContain('Not approved')
    expect(await titles(ben)).toEqual(['Launch', 'Quarter One'])
    expect(await ben.partner.refresh(ben.tokens.refresh_token)).toHaveProperty('access_token')

    await ada.open(`/settings/${acme}/connections?connection=${encodeURIComponent(relay.name)}`)
    expect(ada.text()).toContain('Not approved')
    await ada.open(policy())
    expect(ada.text()).toContain('1 installation by members would not be allowed today.')
    expect(ada.visit.$('.against li').text()).toBe(`${relay.name} (Ben)`)
    await ada.open(ada.visit.$('a:contains("Disconnect all not approved")').attr('href')!)
    expect(ada.heading()).toBe('Disconnect everything that is not approved?')
    expect(ada.text()).toContain(`${relay.name} (Ben): its tokens stop working at once.`)
    expect(await titles(ben)).toEqual(['Launch', 'Quarter One'])
    await ada.press('Disconnect all not approved')
    expect(ada.text()).toContain('1 installation is disconnected')
    await expect(titles(ben)).rejects.toThrow('401')
    expect(await ben.partner.introspect(ben.tokens.refresh_token)).toMatchObject({ active: false })
    expect(await titles(own)).toEqual(['Handbook'])
    expect(await titles(cleo)).toEqual(['Handbook'])
    expect(await stateOf(world.users.ben)).toBe('revoked')

    await ada.open(`${policy()}/unapproved`)
    expect(ada.text()).toContain('All installed connections are approved')
  })

  it('warns of what members installed, and mentions what only owners did', async () => {
    const dock = await seedConnection(server.sql, { name: `Dock ${relay.name}` })
    await allowed(server, relay, world.users.ben, [world.pages.quarter])
    await allowed(server, dock, world.users.ada, [world.pages.handbook], acme)
    await restrict(server, acme, 'approved-list')
    const badges = async () => {
      const { $ } = await ada.open(
        `/settings/${acme}/connections?connection=${encodeURIComponent(relay.name)}`,
      )
      return Object.fromEntries(
        $('tbody tr')
          .toArray()
          .map(row => [$(row).find('.cell-link').text(), $(row).find('.badge-warning').text()]),
      )
    }
    expect(await badges()).toEqual({ [relay.name]: 'Not approved', [dock.name]: '' })
    await restrict(server, acme, 'none')
    await allowed(server, dock, world.users.ben, [world.pages.quarter])
    await restrict(server, acme, 'approved-list')
    expect(await badges()).toEqual({ [relay.name]: 'Not approved', [dock.name]: 'Not approved' })
  })

  it('is pressed by two owners at once, and each installation ends once', async () => {
    await allowed(server, relay, world.users.ben, [world.pages.quarter])
    await allowed(server, relay, world.users.cleo, [world.pages.quarter])
    await restrict(server, acme, 'approved-list')
    const again = await signedIn(server, world.users.ada)
    const answers = await Promise.all([
      post(ada, `${policy()}/unapproved`),
      post(again, `${policy()}/unapproved`),
    ])
    expect(answers.map(one => one.status)).toEqual([200, 200])
    const events = await server.sql(
      `select installation_id from events where kind = 'installation.disconnected' and connection_id = $1`,
      [relay.id],
    )
    expect(new Set(events.map(one => one.installation_id)).size).toBe(2)
    expect(events).toHaveLength(2)
  })
})

describe('the approved list', () => {
  it('offers only what is installed here and not approved yet', async () => {
    await allowed(server, relay, world.users.ben, [world.pages.quarter])
    const unused = await seedConnection(server.sql, { name: `Unused ${relay.name}` })
    const elsewhere = await seedConnection(server.sql, { name: `Elsewhere ${relay.name}` })
    await allowed(server, elsewhere, world.users.ada, [world.pages.ideas], world.workspaces.side.id)
    const internal = await seedConnection(server.sql, {
      name: `Internal ${relay.name}`,
      kind: 'internal',
      workspace_id: acme,
    })
    await server.sql(
      `insert into installations (workspace_id, id, connection_id, state, capabilities, created_at, updated_at)
       values ($1, gen_random_uuid(), $2, 'active', '{}', now(), now())`,
      [acme, internal.id],
    )
    await ada.open(`/settings/${acme}/approved`)
    await ada.open(ada.visit.$('a:contains("Add approved connection")').attr('href')!)
    await ada.press('Search', { q: relay.name.toUpperCase() })
    expect(controls(ada).filter(name => name.startsWith('Approve '))).toEqual([`Approve ${relay.name}`])
    for (const connection of [unused, elsewhere, internal]) {
      await post(ada, `/settings/${acme}/approved/add`, { connection_id: connection.id })
      expect(ada.visit.status).toBe(409)
    }
    await ada.open(`/settings/${acme}/approved/add?q=${encodeURIComponent(relay.name)}`)
    await ada.press(`Approve ${relay.name}`)
    expect(ada.text()).toContain('Added.')
    expect(ada.text()).toContain(relay.name)
    await ada.open(`/settings/${acme}/approved/add?q=${encodeURIComponent(relay.name)}`)
    expect(ada.text()).toContain('No results')
    await post(ada, `/settings/${acme}/approved/add`, { connection_id: relay.id })
    expect(ada.text()).toContain('It was already on the list.')

    await restrict(server, acme, 'approved-list')
    const cleo = await allowed(server, relay, world.users.cleo, [world.pages.handbook])
    expect(await titles(cleo)).toEqual(['Handbook'])
  })

  it('counts first-party connections where the policy says so, and on no other day', async () => {
    const first = await seedConnection(server.sql, { name: `First ${relay.name}`, first_party: true })
    await restrict(server, acme, 'approved-list')
    const partner = await Partner.discover(server.base, first)
    const ben = await signedIn(server, world.users.ben)
    await ben.open(await partner.authorizeUrl())
    expect(controls(ben)).toContain('Request approval')
    await restrict(server, acme, 'approved-list', { autoApprove: true })
    expect(await titles(await allowed(server, first, world.users.ben, [world.pages.handbook]))).toEqual([
      'Handbook',
    ])
  })

  it('shows who installed each, filters by user, and revokes one person’s access', async () => {
    const ben = await allowed(server, relay, world.users.ben, [world.pages.quarter])
    const cleo = await allowed(server, relay, world.users.cleo, [world.pages.handbook])
    await post(ada, `/settings/${acme}/approved/add`, { connection_id: relay.id })
    const row = ada.visit.$('tbody tr').filter((_, one) => ada.visit.$(one).text().includes(relay.name))
    expect(row.text()).toContain('Ben and Cleo')
    const items = row
      .find('.menu-item')
      .toArray()
      .map(one => ada.visit.$(one).text().trim())
    expect(items).toEqual([
      'Filter by user',
      'Revoke access for Ben',
      'Revoke access for Cleo',
      'Disconnect all users',
      'Remove from approved list',
    ])
    await ada.open(row.find('a:contains("Filter by user")').attr('href')!)
    await ada.press('Search', { q: 'cleo@' })
    expect(controls(ada).filter(name => name.startsWith('Revoke'))).toEqual(['Revoke access for Cleo'])
    await ada.open(ada.visit.$('a:contains("Revoke access")').attr('href')!)
    expect(ada.heading()).toBe('Revoke access for Cleo?')
    expect(await titles(cleo)).toEqual(['Handbook'])
    await ada.press('Revoke access for Cleo')
    expect(ada.text()).toContain('Revoked.')
    await expect(titles(cleo)).rejects.toThrow('401')
    expect(await titles(ben)).toEqual(['Launch', 'Quarter One'])
    expect(
      (await ada.open(`/settings/${acme}/approved/${relay.id}/people/${world.users.cleo.id}/revoke`)).status,
    ).toBe(404)
  })

  it('disconnects all users of one, which stays approved', async () => {
    const ben = await allowed(server, relay, world.users.ben, [world.pages.quarter])
    const cleo = await allowed(server, relay, world.users.cleo, [world.pages.handbook])
    await post(ada, `/settings/${acme}/approved/add`, { connection_id: relay.id })
    await ada.open(`/settings/${acme}/approved/${relay.id}/disconnect`)
    expect(ada.text()).toContain('2 people in Acme have it installed')
    await ada.press('Disconnect all users')
    expect(ada.text()).toContain('Disconnected for 2 people')
    for (const one of [ben, cleo]) await expect(titles(one)).rejects.toThrow('401')
    await restrict(server, acme, 'approved-list')
    expect(await titles(await allowed(server, relay, world.users.ben, [world.pages.handbook]))).toEqual([
      'Handbook',
    ])
  })

  it('asks, when one is removed, whether to keep or to disconnect what is installed', async () => {
    const ben = await allowed(server, relay, world.users.ben, [world.pages.quarter])
    await post(ada, `/settings/${acme}/approved/add`, { connection_id: relay.id })
    await restrict(server, acme, 'approved-list')
    await ada.open(`/settings/${acme}/approved/${relay.id}/remove`)
    await ada.press('Remove, and keep what is installed')
    expect(ada.text()).toContain('Existing installations keep working')
    expect(await titles(ben)).toEqual(['Launch', 'Quarter One'])
    const { person: cleo } = await atRelay('cleo')
    expect(controls(cleo)).toContain('Request approval')

    await post(ada, `/settings/${acme}/approved/add`, { connection_id: relay.id })
    await ada.open(`/settings/${acme}/approved/${relay.id}/remove`)
    await ada.press('Remove, and disconnect 1 person')
    expect(ada.text()).toContain('disconnected for 1 person')
    await expect(titles(ben)).rejects.toThrow('401')
    await post(ada, `/settings/${acme}/approved/${relay.id}/remove`, { installed: 'disconnect' })
    expect(ada.text()).toContain('It was no longer on the list')
  })
})

describe('owners’ addresses', () => {
  it('are refused to everyone else, and say nothing of what exists', async () => {
    await allowed(server, relay, world.users.ben, [world.pages.quarter])
    await post(ada, `/settings/${acme}/approved/add`, { connection_id: relay.id })
    const people = {
      ben: await signedIn(server, world.users.ben),
      gus: await signedIn(server, world.users.gus),
      dora: await signedIn(server, world.users.dora),
      nobody: new Person(server.base),
    }
    const reading = [
      policy(),
      `${policy()}/unapproved`,
      `/settings/${acme}/approved`,
      `/settings/${acme}/approved/add`,
      `/settings/${acme}/approved/${relay.id}/people`,
      `/settings/${acme}/approved/${relay.id}/people/${world.users.ben.id}/revoke`,
      `/settings/${acme}/approved/${relay.id}/disconnect`,
      `/settings/${acme}/approved/${relay.id}/remove`,
      `/settings/${acme}/approved/${crypto.randomUUID()}/remove`,
    ]
    const writing: [string, Record<string, string>][] = [
      [policy(), { restrict_installs: 'none', connection_creation: 'everyone' }],
      [`${policy()}/unapproved`, {}],
      [`/settings/${acme}/approved/add`, { connection_id: relay.id }],
      [reading[5]!, {}],
      [reading[6]!, {}],
      [reading[7]!, { installed: 'disconnect' }],
    ]
    for (const [person, status] of [
      [people.ben, 403],
      [people.gus, 403],
      [people.dora, 404],
    ] as const) {
      const bodies = new Set<string>()
      for (const address of reading) {
        expect((await person.open(address)).status).toBe(status)
        bodies.add(
          person.visit
            .$('main')
            .text()
            .replace(/Request id.*/s, ''),
        )
      }
      expect(bodies.size).toBe(1)
      for (const [address, fields] of writing)
        expect((await post(person, address, fields)).status).toBe(status)
    }
    for (const address of reading) expect((await people.nobody.open(address)).url).toContain('/sign-in')
    expect(await stateOf(world.users.ben)).toBe('active')
    expect(await server.sql('select from approvals where connection_id = $1', [relay.id])).toHaveLength(1)
  })
})
