import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { grantPage, seedInstalled } from '../support/installed.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { seedConnection, seedPage, type World } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql)

/** Ben's installation of Relay: the partner uses it before and after each change. */
let token: string
let bensInstallation: string

beforeAll(async () => {
  await seedConnection(server.sql, { name: 'Nowhere Installed' })
  const partner = await Partner.discover(server.base, relay)
  const ben = new Person(server.base)
  await ben.open(await partner.authorizeUrl())
  await ben.signIn(world.users.ben.email)
  await ben.press('Select pages')
  await ben.press('Allow access', { pages: [world.pages.roadmap.id] })
  const tokens = await partner.redeem(ben.visit.url)
  token = tokens.access_token
  bensInstallation = tokens.bot_id as string
})

async function signedIn(name: keyof World['users']): Promise<Person> {
  const person = new Person(server.base)
  await person.signIn(world.users[name].email)
  return person
}
const tree = () => `/w/${world.workspaces.acme.id}`
const pageOf = (page: { id: string }) => `${tree()}/p/${page.id}`

describe('the page tree', () => {
  it('shows what one reaches, opens step by step, and never what is private to others', async () => {
    const cleo = await signedIn('cleo')
    await cleo.open(tree())
    expect(cleo.text()).toContain('Roadmap')
    expect(cleo.text()).not.toContain('Diary')
    expect(cleo.text()).not.toContain('Quarter One')
    await cleo.open(cleo.visit.$('a[aria-label="Show pages in Roadmap"]').attr('href')!)
    expect(cleo.text()).toContain('Quarter One')
    await cleo.open(cleo.visit.$('a[aria-label="Show pages in Quarter One"]').attr('href')!)
    expect(cleo.text()).toContain('Launch')
    await cleo.open(cleo.visit.$('a[aria-label="Hide pages in Roadmap"]').attr('href')!)
    expect(cleo.text()).not.toContain('Launch')

    const ben = await signedIn('ben')
    await ben.open(tree())
    const heading = () => ben.visit.$('h2').last().text().trim()
    expect(heading()).toBe('Private to you')
    expect(ben.text()).toContain('Diary')
    const share = `insert into page_viewers (workspace_id, page_id, user_id) values ($1, $2, $3)`
    const gone = [world.workspaces.acme.id, world.pages.diary.id, world.users.dora.id]
    const with_ = [world.workspaces.acme.id, world.pages.diary.id, world.users.cleo.id]
    await server.sql(share, gone)
    await ben.open(`${tree()}/p/${world.pages.diary.id}`)
    expect(ben.visit.$('main').text()).toMatch(/Private to you\s/)
    await server.sql(share, with_)
    await ben.open(tree())
    expect(heading()).toBe('Private to you and others')
    await ben.open(`${tree()}/p/${world.pages.diary.id}`)
    expect(ben.visit.$('main').text()).toContain('Private to you and others')
    await server.sql('delete from page_viewers where page_id = $1 and user_id <> $2', [
      world.pages.diary.id,
      world.users.ben.id,
    ])
  })

  it('shows an icon that is one sign, and the default icon for anything else', async () => {
    const { handbook, roadmap, launch, quarter } = world.pages
    const zalgo = `e${'\u0301'.repeat(60)}`
    for (const [page, icon] of [
      [roadmap, 'https://icons.test/roadmap.png'],
      [handbook, '👩‍👩‍👧‍👦'],
      [quarter, zalgo],
      [launch, '✅ Checked by us'],
    ] as const)
      await server.sql('update pages set icon = $1 where id = $2', [icon, page.id])
    const cleo = await signedIn('cleo')
    await cleo.open(tree())
    const icons = () => cleo.visit.$('main').text()
    expect(icons()).toContain('👩‍👩‍👧‍👦')
    expect(icons()).not.toContain('icons.test')
    for (const page of [roadmap, quarter, launch]) {
      await cleo.open(pageOf(page))
      for (const wrong of ['icons.test', zalgo, 'Checked by us']) expect(icons()).not.toContain(wrong)
    }
    const partner = await Partner.discover(server.base, relay)
    await cleo.open(await partner.authorizeUrl())
    await cleo.press('Select pages')
    expect(icons()).toContain('👩‍👩‍👧‍👦')
    expect(icons()).not.toContain('icons.test')
    await server.sql('update pages set icon = null')
  })

  it('shows a guest only the private pages that list them', async () => {
    const gus = await signedIn('gus')
    await gus.open(tree())
    expect(gus.text()).toContain('No pages yet')
    const plan = await seedPage(server.sql, world.workspaces.acme.id, 'For Gus', null, [world.users.gus.id])
    await gus.open(tree())
    expect(gus.text()).toContain('For Gus')
    expect(gus.text()).not.toContain('Roadmap')
    await gus.open(pageOf(plan))
    expect(gus.visit.$('button[aria-label="Page options"]')).toHaveLength(0)
  })
})

describe('the menu of a page', () => {
  it('names the connections that reach it: granted here, or through which page', async () => {
    const ben = await signedIn('ben')
    await ben.open(pageOf(world.pages.roadmap))
    expect(ben.visit.$('button[aria-label="Page options"]')).toHaveLength(1)
    expect(ben.text()).toContain('Disconnect Relay Automations')
    expect(ben.text()).not.toContain('through')
    await ben.open(pageOf(world.pages.launch))
    expect(ben.text()).toContain('You connected it, through Roadmap')
  })

  it('shows members their own connections, owners everyone’s', async () => {
    const cleo = await signedIn('cleo')
    await cleo.open(pageOf(world.pages.roadmap))
    expect(cleo.text()).toContain('None that you can see')
    const ada = await signedIn('ada')
    await ada.open(pageOf(world.pages.roadmap))
    expect(ada.text()).toContain('Connected by Ben')
    expect(ada.text()).toContain('Disconnect Relay Automations of Ben')
  })

  it('adds a page to one’s installation, and the token reaches it on the next call; disconnecting ends that', async () => {
    const ben = await signedIn('ben')
    expect(await reachedTitles(server.base, token)).not.toContain('Handbook')
    await ben.open(pageOf(world.pages.handbook))
    await ben.open(ben.visit.$('a:contains("Add connection")').attr('href')!)
    await ben.press('Add Relay Automations')
    expect(ben.text()).toContain('Added. The connection reaches this page and everything below it.')
    expect(await reachedTitles(server.base, token)).toContain('Handbook')

    await ben.open(ben.visit.$('a:contains("Disconnect Relay Automations")').attr('href')!)
    expect(ben.heading()).toBe('Disconnect Relay Automations from Handbook')
    await ben.press('Disconnect Relay Automations')
    expect(ben.text()).toContain('no longer reaches this page')
    expect(await reachedTitles(server.base, token)).not.toContain('Handbook')
  })

  it('explains an inherited grant, and leads to where it was made', async () => {
    const ben = await signedIn('ben')
    await ben.open(pageOf(world.pages.launch))
    await ben.open(ben.visit.$('a:contains("Disconnect Relay Automations")').attr('href')!)
    expect(ben.heading()).toBe('Relay Automations reaches this page through Roadmap')
    const there = ben.visit.$('a:contains("Disconnect Relay Automations from Roadmap")').attr('href')!
    expect(there).toContain(world.pages.roadmap.id)
    expect(await reachedTitles(server.base, token)).toContain('Launch')
    await ben.open(there)
    expect(ben.text()).toContain('only page that Relay Automations reaches')
  })

  it('searches what is installed here or belongs here, and nothing else', async () => {
    const cleo = await signedIn('cleo')
    await cleo.open(`${pageOf(world.pages.handbook)}/connections`)
    expect(cleo.text()).toContain('Relay Automations')
    expect(cleo.text()).not.toContain('Nowhere Installed')
    expect(cleo.text()).toContain('You have not installed it here yet')
    await cleo.open(`${pageOf(world.pages.handbook)}/connections?q=%25`)
    expect(cleo.text()).toContain('Nothing found')
    await cleo.open(`${pageOf(world.pages.handbook)}/connections?q=%00relay`)
    expect(cleo.text()).toContain('Relay Automations')
  })
})

describe('refused by direct request', () => {
  async function postFrom(person: Person, path: string, fields: Record<string, string>): Promise<number> {
    await person.open('/sign-out')
    const csrf = person.visit.$('input[name=csrf]').first().attr('value') ?? ''
    const answer = await person.send(path, { method: 'POST', body: new URLSearchParams({ csrf, ...fields }) })
    return answer.status
  }

  it('adding to somebody else’s installation, a page out of reach, or none at all', async () => {
    const add = `${pageOf(world.pages.handbook)}/connections`
    const cleo = await signedIn('cleo')
    expect(await postFrom(cleo, add, { installation: bensInstallation })).toBe(403)
    expect(await postFrom(cleo, add, { installation: randomUUID() })).toBe(404)
    expect(await postFrom(cleo, add, { installation: 'x' })).toBe(404)
    expect(
      await postFrom(cleo, `${pageOf(world.pages.diary)}/connections`, { installation: bensInstallation }),
    ).toBe(404)
    const ada = await signedIn('ada')
    expect(await postFrom(ada, add, { installation: bensInstallation })).toBe(403)
    expect(await reachedTitles(server.base, token)).not.toContain('Handbook')
  })

  it('a page, its menu and its search to outsiders, and a private one to everybody else', async () => {
    for (const path of ['', '/connections', `/connections/${bensInstallation}/disconnect`]) {
      const dora = await signedIn('dora')
      expect((await dora.open(`${pageOf(world.pages.roadmap)}${path}`)).status).toBe(404)
      const cleo = await signedIn('cleo')
      expect((await cleo.open(`${pageOf(world.pages.diary)}${path}`)).status).toBe(404)
      const stranger = new Person(server.base)
      await stranger.open(`${pageOf(world.pages.roadmap)}${path}`)
      expect(stranger.heading()).toContain('Sign in')
    }
  })

  it('a member disconnecting another’s installation', async () => {
    const cleo = await signedIn('cleo')
    await postFrom(cleo, `${pageOf(world.pages.roadmap)}/connections/${bensInstallation}/disconnect`, {
      altogether: 'yes',
    })
    expect(await reachedTitles(server.base, token)).toContain('Roadmap')
  })

  it('a member disconnecting what another added for the workspace: it is not offered, and they read who can', async () => {
    const { ada, ben, gus } = world.users
    const shared = await seedPage(server.sql, world.workspaces.acme.id, 'With Gus', null, [
      ada.id,
      ben.id,
      gus.id,
    ])
    const reporter = await seedInstalled(server.sql, {
      workspaceId: world.workspaces.acme.id,
      userId: null,
      grantedBy: ada.id,
      pages: [shared.id],
      name: 'Acme Reporter',
    })
    const disconnect = `${pageOf(shared)}/connections/${reporter.id}/disconnect`
    for (const name of ['ben', 'gus'] as const) {
      const person = await signedIn(name)
      await person.open(pageOf(shared))
      expect(person.text()).toContain('Ada, who added it, and owners of Acme can disconnect it.')
      const item = person.visit.$('.menu-item:contains("Disconnect Acme Reporter")')
      expect([item.is('button[type=button]'), item.attr('aria-disabled')]).toEqual([true, 'true'])
      expect((await person.open(disconnect)).status).toBe(403)
      expect(await postFrom(person, disconnect, {})).toBe(403)
    }
    expect(await reachedTitles(server.base, reporter.token)).toEqual(['With Gus'])

    const owner = await signedIn('ada')
    await owner.open(pageOf(shared))
    expect(owner.text()).toContain('Disconnect Acme Reporter')
    expect(owner.text()).not.toContain('can disconnect it')

    // Members can disconnect their own installations.
    const notes = await seedPage(server.sql, world.workspaces.acme.id, 'Notes')
    await grantPage(server.sql, world.workspaces.acme.id, reporter.id, notes.id, ben.id)
    const ofBen = await signedIn('ben')
    await ofBen.open(pageOf(notes))
    await ofBen.open(ofBen.visit.$('a:contains("Disconnect Acme Reporter")').attr('href')!)
    await ofBen.press('Disconnect Acme Reporter')
    expect(ofBen.text()).toContain('no longer reaches this page')
  })

  it('adding under a policy that forbids it', async () => {
    const policy = `insert into workspace_policies (workspace_id, restrict_installs) values ($1, $2)
      on conflict (workspace_id) do update set restrict_installs = excluded.restrict_installs`
    await server.sql(policy, [world.workspaces.acme.id, 'approved-list'])
    const ben = await signedIn('ben')
    const add = `${pageOf(world.pages.handbook)}/connections`
    expect(await postFrom(ben, add, { installation: bensInstallation })).toBe(403)
    await server.sql(policy, [world.workspaces.acme.id, 'none'])
    expect(await postFrom(ben, add, { installation: bensInstallation })).toBe(303)
  })
})

describe('an owner', () => {
  it('takes somebody else’s connection off a page, and with its last page disconnects it altogether', async () => {
    const ada = await signedIn('ada')
    await ada.open(`${pageOf(world.pages.handbook)}/connections/${bensInstallation}/disconnect`)
    await ada.press('Disconnect Relay Automations')
    expect(await reachedTitles(server.base, token)).toEqual(['Launch', 'Quarter One', 'Roadmap'])
    await ada.open(`${pageOf(world.pages.roadmap)}/connections/${bensInstallation}/disconnect`)
    expect(ada.text()).toContain('only page')
    await ada.press('Disconnect Relay Automations')
    expect(ada.text()).toContain('Its access has stopped')
    await expect(reachedTitles(server.base, token)).rejects.toThrow('401')
  })
})
