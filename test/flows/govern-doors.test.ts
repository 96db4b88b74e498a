import { describe, expect, it } from '@jest/globals'
import { allowed, signedIn, type Tokens } from '../support/allowed.ts'
import { openWorld } from '../support/open-world.ts'
import type { Partner } from '../support/partner.ts'
import { reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { seedConnection } from '../support/seed.ts'
import { startServer } from '../support/server.ts'

/** The partner's tokens from Ben. */
let ben: { partner: Partner; tokens: Tokens }

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
  await allowed(server, relay, world.users.cleo, [world.pages.quarter, world.pages.handbook])
}
const reaches = (one: { tokens: Tokens }) => reachedTitles(server.base, one.tokens.access_token)
describe('two owners act on the same row at once', () => {
  it.each([
    ['disconnect', () => `${people()}/disconnect`, /Disconnected for 2 people|was already disconnected/],
    ['suspend', () => `${people()}/suspend`, /Suspended\.|already suspended/],
    ['revoke', () => `${access(ben.tokens.bot_id)}/revoke`, /Access revoked|had already ended/],
  ])('%s: both learn what happened, and it happened once', async (_, address, words) => {
    await server.sql(`update members set role = 'owner' where user_id = $1`, [world.users.cleo.id])
    await installTwice()
    const other = await signedIn(server, world.users.cleo)
    await Promise.all([ada.open(address()), other.open(address())])
    const [before] = await server.sql<{ count: number }>('select count(*)::int as count from events')
    const button = ada.visit.$('.confirm button').text().trim()
    await Promise.all([ada.press(button), other.press(button)])
    for (const owner of [ada, other]) {
      expect(owner.visit.status).toBe(200)
      expect(owner.text()).toMatch(words)
    }
    expect(ada.text() === other.text()).toBe(false)
    const [after] = await server.sql<{ count: number }>('select count(*)::int as count from events')
    expect(after!.count - before!.count).toBe(address().includes('/access/') ? 1 : 2)
    await server.sql(`update members set role = 'member' where user_id = $1`, [world.users.cleo.id])
    if (address().endsWith('suspend')) {
      await ada.open(`${people()}/disconnect`)
      await ada.press('Disconnect for everyone')
    }
  })

  it('narrows: what each took away stays away', async () => {
    await installTwice()
    await server.sql(`update members set role = 'owner' where user_id = $1`, [world.users.ben.id])
    const other = await signedIn(server, world.users.ben)
    const three = [world.pages.roadmap, world.pages.handbook]
    const own = await allowed(server, relay, world.users.cleo, [...three, world.pages.quarter])
    const at = `${access(own.tokens.bot_id)}/pages`
    await Promise.all([ada.open(at), other.open(at)])
    await ada.press('Save pages', { pages: [world.pages.handbook.id] })
    await other.press('Save pages', { pages: [world.pages.roadmap.id] })
    // The second owner had not seen that the first removed Roadmap, and would leave no page: refused, with the reason.
    expect(other.visit.status).toBe(400)
    expect(await reaches(own)).toEqual(['Handbook'])
    await server.sql(`update members set role = 'member' where user_id = $1`, [world.users.ben.id])
  })
})

describe('members on owners’ addresses', () => {
  it('are sent from the list to their own', async () => {
    for (const who of ['ben', 'gus'] as const) {
      const person = await signedIn(server, world.users[who])
      await person.open(list())
      expect(person.heading()).toBe('My connections')
    }
  })

  it('get the plain owners page everywhere below it, which is the same for what exists and what does not', async () => {
    await installTwice()
    const unknown = '11111111-1111-4111-8111-111111111111'
    const paths = (connection: string, installation: string) => [
      connection,
      ...['suspend', 'resume', 'disconnect', 'token'].map(part => `${connection}/${part}`),
      ...['pages', 'suspend', 'revoke'].map(part => `${connection}/access/${installation}/${part}`),
    ]
    for (const who of ['ben', 'gus'] as const) {
      const person = await signedIn(server, world.users[who])
      await person.open('/sign-out')
      const csrf = String(person.visit.$('[name=csrf]').first().attr('value'))
      const words = new Set<string>()
      for (const path of [...paths(relay.id, ben.tokens.bot_id), ...paths(unknown, unknown)]) {
        await person.open(`${list()}/${path}`)
        expect([path, person.visit.status]).toEqual([path, 403])
        words.add(person.text().replace(/Request id \S+/, ''))
        if (!path.includes('/')) continue
        const to = path.endsWith('pages') ? `${path}/save` : path
        const body = new URLSearchParams({ csrf, workspace_id: acme })
        await person.open(`${list()}/${to}`, { method: 'POST', body })
        expect([to, person.visit.status]).toEqual([to, 403])
      }
      expect([...words]).toHaveLength(1)
      expect([...words][0]).toContain('Only owners can do this')
    }
    expect(await reaches(ben)).toHaveLength(3)
  })

  it('of other workspaces get 404, also an owner elsewhere, and signed-out people the sign-in', async () => {
    await installTwice()
    await server.sql(
      `insert into workspaces (id, name, plan) values ('22222222-2222-4222-8222-222222222222', 'D', 'free')`,
    )
    await server.sql(
      `insert into members (workspace_id, user_id, role) values ('22222222-2222-4222-8222-222222222222', $1, 'owner')`,
      [world.users.dora.id],
    )
    const dora = await signedIn(server, world.users.dora)
    for (const path of [list(), people(), `${people()}/disconnect`, `${access(ben.tokens.bot_id)}/pages`]) {
      await dora.open(path)
      expect(dora.visit.status).toBe(404)
    }
    // An owner of one workspace names a connection and an installation of another.
    const hers = '/settings/22222222-2222-4222-8222-222222222222/connections'
    await dora.open(`${hers}/${relay.id}`)
    expect(dora.visit.status).toBe(404)
    await dora.open(`${hers}/${relay.id}/access/${ben.tokens.bot_id}/revoke`)
    expect(dora.visit.status).toBe(404)
    const nobody = new Person(server.base)
    await nobody.open(people())
    expect(nobody.heading()).toBe('Sign in')
  })
})

describe('another process on the same stores', () => {
  it('obeys with the next request', async () => {
    const other = await startServer({
      DATABASE_URL: server.config.databaseUrl!,
      REDIS_URL: server.config.redisUrl!,
      // With its keys.
      DATA_DIR: server.config.dataDir,
    })
    try {
      await installTwice()
      const there = () => reachedTitles(other.base, ben.tokens.access_token)
      expect(await there()).toHaveLength(3)
      await ada.open(`${access(ben.tokens.bot_id)}/suspend`)
      await ada.press('Suspend')
      await expect(there()).rejects.toThrow('401')
      await ada.open(`${people()}/resume`)
      await ada.press('Resume')
      expect(await there()).toHaveLength(3)
      await ada.open(`${access(ben.tokens.bot_id)}/revoke`)
      await ada.press('Revoke access')
      await expect(there()).rejects.toThrow('401')
    } finally {
      await other.close()
    }
  })
})
