import { randomUUID } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { seedInstalled } from '../support/installed.ts'
import { openWorld } from '../support/open-world.ts'
import { reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { seedPage, type World } from '../support/seed.ts'

const { server, world } = await openWorld()

async function signedIn(name: keyof World['users']): Promise<Person> {
  const person = new Person(server.base)
  await person.signIn(world.users[name].email)
  return person
}
const pageOf = (page: { id: string }) => `/w/${world.workspaces.acme.id}/p/${page.id}`

describe('a search on a page', () => {
  it('leads to the one card of what is to be installed first', async () => {
    const { acme } = world.workspaces
    const made = { workspaceId: acme.id, userId: world.users.ben.id, pages: [], name: 'Dock & Co' }
    await seedInstalled(server.sql, made)
    const cleo = await signedIn('cleo')
    await cleo.open(`${pageOf(world.pages.handbook)}/connections?q=dock`)
    await cleo.open(cleo.visit.$('a[aria-label="Install Dock & Co first"]').attr('href')!)
    expect(cleo.visit.$('.gallery-card h2').text()).toBe('Dock & Co')
  })

  it('names a page of a long title by its beginning', async () => {
    const endless = await seedPage(server.sql, world.workspaces.acme.id, 'On and on '.repeat(30))
    const cleo = await signedIn('cleo')
    await cleo.open(`${pageOf(endless)}/connections`)
    expect(cleo.text()).toMatch(
      /A connection that you add reaches (On and on ){5}On and on…? and everything below it\./,
    )
  })

  it('says of the workspace’s own, once it is disconnected, who brings it back', async () => {
    const { acme } = world.workspaces
    const { ada } = world.users
    const made = { workspaceId: acme.id, userId: null, grantedBy: ada.id, pages: [], name: 'Acme Counter' }
    const counter = await seedInstalled(server.sql, made)
    await server.sql(`update installations set state = 'revoked' where id = $1`, [counter.id])
    const cleo = await signedIn('cleo')
    await cleo.open(`${pageOf(world.pages.handbook)}/connections?q=counter`)
    expect(cleo.text()).toContain('Disconnected. An owner can reconnect it under Developers')
    expect(cleo.visit.$('main a[aria-label], main li button')).toHaveLength(0)
  })
})

describe('the last page that one still reaches', () => {
  it('ends the connection with it, though it was granted another that is closed by now', async () => {
    const { acme } = world.workspaces
    const { cleo } = world.users
    const closed = await seedPage(server.sql, acme.id, 'Closed by now')
    const { handbook } = world.pages
    const made = { workspaceId: acme.id, userId: cleo.id, pages: [handbook.id, closed.id], name: 'Tally' }
    const tally = await seedInstalled(server.sql, made)
    await server.sql('update page_paths set hidden = true where page_id = $1', [closed.id])

    const person = await signedIn('cleo')
    await person.open(`${pageOf(handbook)}/connections/${tally.id}/disconnect`)
    expect(person.text()).toContain('Handbook is the only page that Tally reaches')
    await person.press('Disconnect Tally')
    expect(person.text()).toContain('The connection is disconnected')
    await expect(reachedTitles(server.base, tally.token)).rejects.toThrow('401')
  })

  it('is said of the one whose connection ends, when an owner takes it off', async () => {
    const { acme } = world.workspaces
    const { ada, ben } = world.users
    const { handbook, roadmap } = world.pages
    const made = { workspaceId: acme.id, userId: ben.id, pages: [handbook.id], name: 'Ferry' }
    const ferry = await seedInstalled(server.sql, made)
    const id = randomUUID()
    await server.sql(
      `insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
       select $1, $2, connection_id, $3, 'active', capabilities, now(), now() from installations where id = $4`,
      [acme.id, id, ada.id, ferry.id],
    )
    await server.sql('insert into page_grants values ($1, $2, $3, $4, now())', [
      acme.id,
      id,
      roadmap.id,
      ada.id,
    ])

    const owner = await signedIn('ada')
    await owner.open(`${pageOf(handbook)}/connections/${ferry.id}/disconnect`)
    expect(owner.heading()).toBe(`Disconnect Ferry of ${ben.name}`)
    expect(owner.text()).toContain(`Handbook is the only page that Ferry of ${ben.name} reaches`)
    expect(owner.text()).toContain(`It can no longer work with pages of ${acme.name} for ${ben.name}.`)
    expect(owner.text()).toContain('Other people’s connections stay as they are.')
    expect(owner.text()).not.toContain('for you')
    await owner.press('Disconnect Ferry')
    const left = await server.sql('select state from installations where id = $1', [id])
    expect(left).toEqual([{ state: 'active' }])
  })
})

describe('a page that more connections reach than fit on a screen', () => {
  it('shows the first, says that there are others, and disconnects any of them', async () => {
    const { acme } = world.workspaces
    const busy = await seedPage(server.sql, acme.id, 'Busy')
    await server.sql(
      `with c as (insert into connections (id, kind, name, redirect_uris, capabilities)
         select gen_random_uuid(), 'public', 'Zz ' || n, '{}', '{read_content}' from generate_series(1, 2000) n
         returning id),
       i as (insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
         select $1, gen_random_uuid(), id, $2, 'active', '{read_content}', now(), now() from c returning id)
       insert into page_grants (workspace_id, installation_id, page_id, granted_by, granted_at)
       select $1, id, $3, $2, now() from i`,
      [acme.id, world.users.ben.id, busy.id],
    )
    const ada = await signedIn('ada')
    await ada.open(pageOf(busy))
    expect(ada.visit.$('.reach-list li')).toHaveLength(100)
    expect(ada.text()).toContain('These are the first 100. Others reach this page too.')
    const [last] = await server.sql<{ id: string }>(
      `select i.id from installations i join connections c on c.id = i.connection_id where c.name = 'Zz 999'`,
    )
    await ada.open(`${pageOf(busy)}/connections/${last!.id}/disconnect`)
    await ada.press('Disconnect Zz 999')
    expect(ada.text()).toContain('Its access has stopped')
  })
})
