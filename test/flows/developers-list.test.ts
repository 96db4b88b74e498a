import { beforeAll, describe, expect, it } from '@jest/globals'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'
import { Developer } from '../support/playground.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const ada = new Person(server.base)

beforeAll(async () => {
  await ada.signIn(world.users.ada.email)
  await server.sql(
    `insert into connections (id, kind, workspace_id, created_by, name)
     select gen_random_uuid(), 'public', $1, $2, 'Number ' || lpad(n::text, 3, '0') from generate_series(1, 120) n`,
    [world.workspaces.acme.id, world.users.ada.id],
  )
})

const first = () => ada.visit.$('tbody a').first().text()
const follow = (rel: 'next' | 'prev') => ada.open(ada.visit.$(`.pagination a[rel=${rel}]`).attr('href')!)

describe('the list of a developer with many connections', () => {
  it('leads forward by pages of fifty, and back to the page before', async () => {
    await ada.open('/developers')
    expect([first(), ada.visit.$('a[rel=prev]').length]).toEqual(['Number 001', 0])
    await follow('next')
    await follow('next')
    expect([first(), ada.visit.$('a[rel=next]').length]).toEqual(['Number 101', 0])
    await follow('prev')
    expect(first()).toBe('Number 051')
    await follow('prev')
    expect([first(), ada.visit.$('a[rel=prev]').length]).toEqual(['Number 001', 0])
  })
})

describe('the list of a developer with a sandbox', () => {
  it('tells of it, and removes it, also after the connection is gone in whose playground it was made', async () => {
    const relay = await seedConnection(server.sql, {
      workspace_id: world.workspaces.acme.id,
      created_by: world.users.ben.id,
    })
    const ben = await Developer.open(server, world.users.ben, relay)
    await server.sql('update connections set deleted_at = now() where id = $1', [relay.id])
    await ben.open('/developers')
    const row = ben.visit.$('section[aria-labelledby=sandbox] tbody').text().replace(/\s+/g, ' ')
    expect(row).toMatch(/Sandbox, \d+ pages Olive Owner, Max Member, .* just now Remove sandbox/)
    await ben.open(ben.visit.$('a:contains("Remove sandbox")').attr('href')!)
    expect(ben.text()).toContain('Remove the sandbox?')
    await ben.press('Remove sandbox')
    expect(ben.text()).toContain('The sandbox is removed, with everything in it.')
    expect(ben.visit.$('section[aria-labelledby=sandbox]')).toHaveLength(0)
    expect(await server.sql('select from workspaces where sandbox_owner is not null')).toEqual([])
    expect((await ben.open('/developers/sandbox/remove')).status).toBe(404)
  })

  it('removes nobody else’s', async () => {
    const relay = await seedConnection(server.sql, {
      workspace_id: world.workspaces.acme.id,
      created_by: world.users.ben.id,
    })
    await Developer.open(server, world.users.ben, relay)
    await ada.open('/developers')
    expect(ada.visit.$('section[aria-labelledby=sandbox]')).toHaveLength(0)
    expect((await ada.open('/developers/sandbox/remove')).status).toBe(404)
    await ada.open('/sign-out')
    const body = new URLSearchParams({ csrf: ada.visit.$('input[name=csrf]').first().val() as string })
    await ada.open('/developers/sandbox/remove', { method: 'POST', body })
    expect(await server.sql('select from workspaces where sandbox_owner is not null')).toHaveLength(1)
    const stranger = new Person(server.base)
    await stranger.open('/developers/sandbox/remove')
    expect(stranger.heading()).toContain('Sign in')
  })
})
