import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { signedIn } from '../support/allowed.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import type { Person } from '../support/person.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let world: World

beforeAll(async () => {
  server = await startServer()
  world = await seedWorld(server.sql)
})
afterAll(() => server.close())

/** Reading is required; changing pages and names of people may be left out. */
const relay = () =>
  seedConnection(server.sql, {
    optional_capabilities: ['update_content', 'read_user_without_email'],
    created_by: world.users.ada.id,
    workspace_id: world.workspaces.side.id,
  })

type Levels = { levels: string[] }

async function atStepOne(connection: SeededConnection, scope?: string) {
  const partner = await Partner.discover(server.base, connection)
  const ben = await signedIn(server, world.users.ben)
  await ben.open(await partner.authorizeUrl(scope ? { scope } : {}))
  return { partner, ben }
}

async function install(connection: SeededConnection, fields: Levels, scope?: string) {
  const { partner, ben } = await atStepOne(connection, scope)
  await ben.press('Select pages', fields)
  await ben.press('Allow access', { pages: [world.pages.handbook.id] })
  const tokens = await partner.redeem(ben.visit.url)
  return { partner, ben, tokens }
}

/** Each level on the screen: its scope value where it can be left out, its words, and whether it is ticked. */
const shown = ({ visit: { $ } }: Person) =>
  $('.levels > li')
    .toArray()
    .map(one => {
      const box = $(one).find('input')
      const mark = box.length === 0 ? '' : box.is('[checked]') ? '[x] ' : '[ ] '
      return mark + $(one).text().replace(/\s+/g, ' ').trim()
    })

const change = (token: string) =>
  fetch(`${server.base}/v1/pages/${world.pages.handbook.id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ icon: { type: 'emoji', emoji: '📗' } }),
  })

const consents = async (connection: SeededConnection) =>
  (await server.sql('select id from consents where connection_id = $1', [connection.id])).length

describe('a connection with optional access levels', () => {
  it('offers them ticked, and gets all of them from a person who leaves them so', async () => {
    const connection = await relay()
    const { partner, ben } = await atStepOne(connection)
    expect(shown(ben)).toEqual([
      'Read the pages that you choose, and everything below them',
      '[x] Change what is on those pages Changes content Optional',
      '[x] See who is in Acme: names and pictures Optional',
    ])
    await ben.press('Select pages')
    await ben.press('Allow access', { pages: [world.pages.handbook.id] })
    const tokens = await partner.redeem(ben.visit.url)
    expect(tokens.scope).toBe('read_content update_content read_user_without_email')
  })

  it('gets no more than was left ticked: token response, introspection, refresh and API agree', async () => {
    const connection = await relay()
    const { partner, tokens } = await install(connection, { levels: ['read_user_without_email'] })
    const allowed = 'read_content read_user_without_email'
    expect(tokens.scope).toBe(allowed)
    expect(await partner.introspect(tokens.access_token)).toMatchObject({ active: true, scope: allowed })
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
    expect((await change(tokens.access_token)).status).toBe(403)

    const refreshed = await partner.refresh(tokens.refresh_token!)
    expect(refreshed.scope).toBe(allowed)
    expect((await change(refreshed.access_token)).status).toBe(403)
    expect(await partner.introspect(refreshed.refresh_token!)).toMatchObject({ scope: allowed })
  })

  it('keeps what was unticked on the way back, and per workspace', async () => {
    const connection = await relay()
    const partner = await Partner.discover(server.base, connection)
    const ada = await signedIn(server, world.users.ada)
    await ada.open(await partner.authorizeUrl({ workspace_id: world.workspaces.acme.id }))
    await ada.press('Select pages', { levels: ['update_content'] })
    await ada.press('Back')
    const kept = [
      expect.anything(),
      expect.stringMatching(/^\[x\] Change/),
      expect.stringMatching(/^\[ \] See/),
    ]
    expect(shown(ada)).toEqual(kept)

    const switchTo = async (workspaceId: string) => {
      const uid = new URL(ada.visit.url).pathname.split('/')[2]
      const { body } = ada.formOf('Select pages')
      body.append('workspace', workspaceId)
      await ada.open(`/install/${uid}/workspace`, { method: 'POST', body })
    }
    await switchTo(world.workspaces.side.id)
    expect(shown(ada).filter(one => one.startsWith('[x]'))).toHaveLength(2)
    await switchTo(world.workspaces.acme.id)
    expect(shown(ada)).toEqual(kept)
  })

  it('installed again starts from what is allowed now, and marks what is new', async () => {
    const connection = await relay()
    const first = await install(connection, { levels: ['update_content'] }, 'read_content update_content')
    expect(first.tokens.scope).toBe('read_content update_content')
    const { partner, ben } = await atStepOne(connection)
    expect(shown(ben)).toEqual([
      'Read the pages that you choose, and everything below them',
      '[x] Change what is on those pages Changes content Optional',
      '[ ] See who is in Acme: names and pictures New Optional',
    ])
    await ben.press('Select pages', { levels: [] })
    await ben.press('Allow access', { pages: [world.pages.handbook.id] })
    const second = await partner.redeem(ben.visit.url)
    expect(second.scope).toBe('read_content')
    expect(second.bot_id).toBe(first.tokens.bot_id)
    // The older token loses the level too.
    expect((await change(first.tokens.access_token)).status).toBe(403)
    expect(await partner.introspect(first.tokens.access_token)).toMatchObject({ scope: 'read_content' })
  })

  it('tells its developer in the log which levels were allowed', async () => {
    const connection = await relay()
    await install(connection, { levels: [] })
    const ada = await signedIn(server, world.users.ada)
    const log = `/developers/connections/${connection.id}/log`
    for (let wait = 0; wait < 40; wait++) {
      await ada.open(log)
      if (ada.visit.$('tbody').text().includes('Connected')) break
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    await ada.open(ada.visit.$('tbody a').first().attr('href')!)
    expect(ada.text()).toContain('Allowed: read_content Request')
  })
})

describe('a form about access levels', () => {
  it('with nothing left is shown again with what is wrong, and grants nothing', async () => {
    const connection = await relay()
    const { ben } = await atStepOne(connection, 'update_content')
    await ben.press('Select pages', { levels: [] })
    expect(ben.visit.status).toBe(400)
    expect(ben.text()).toContain('Tick at least one access level')
    expect(shown(ben)).toEqual([expect.stringMatching(/^\[ \] Change/)])
    await ben.press('Select pages', { levels: ['update_content'] })
    expect(ben.heading()).toBe('Which pages may Relay Automations reach?')
  })

  it('that is forged neither removes a required level nor adds one that was not asked for', async () => {
    const connection = await relay()
    // Asked for reading and names. The form leaves both out and claims to allow changes and more.
    const { tokens } = await install(
      connection,
      { levels: ['update_content', 'insert_content', 'read_user_with_email'] },
      'read_content read_user_without_email',
    )
    expect(tokens.scope).toBe('read_content')
    expect((await change(tokens.access_token)).status).toBe(403)
  })

  it('that is forged with an unknown level is refused', async () => {
    const connection = await relay()
    const { ben } = await atStepOne(connection)
    await ben.press('Select pages', { levels: ['read_content', 'everything'] })
    expect(ben.visit.status).toBe(400)
    expect(await consents(connection)).toBe(0)
  })

  it('removes nothing from a connection all of whose levels are required', async () => {
    const connection = await seedConnection(server.sql)
    const { tokens } = await install(connection, { levels: [] })
    expect(tokens.scope).toBe('read_content update_content read_user_without_email')
  })

  it('is refused at the end where a level that was left out has become required meanwhile', async () => {
    const connection = await relay()
    const { ben } = await atStepOne(connection)
    await ben.press('Select pages', { levels: ['read_user_without_email'] })
    await server.sql('update connections set optional_capabilities = $2 where id = $1', [
      connection.id,
      ['read_user_without_email'],
    ])
    await ben.press('Allow access', { pages: [world.pages.handbook.id] })
    expect(ben.visit.status).toBe(409)
    expect(ben.text()).toContain('The access levels have changed')
    expect(await consents(connection)).toBe(0)
  })
})
