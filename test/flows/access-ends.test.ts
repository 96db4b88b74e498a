import { beforeAll, describe, expect, it } from '@jest/globals'
import { signedIn } from '../support/allowed.ts'
import { call } from '../support/api.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import type { Person } from '../support/person.ts'
import { restrict } from '../support/ruled.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const acme = world.workspaces.acme.id
const dayMs = 86_400_000
let relay: SeededConnection

beforeAll(async () => {
  relay = await seedConnection(server.sql, { name: 'Relay' })
})

async function install(fields: Record<string, string>, name: 'ben' | 'cleo' = 'ben', connection = relay) {
  const partner = await Partner.discover(server.base, connection)
  const person = await signedIn(server, world.users[name])
  await person.open(await partner.authorizeUrl())
  await person.press('Select pages', fields)
  const beside = person.text()
  await person.press('Allow access', { pages: [world.pages.handbook.id] })
  return { partner, person, beside, tokens: await partner.redeem(person.visit.url) }
}
type Installed = Awaited<ReturnType<typeof install>>

/** The days until the access ends; null: it has no end. */
async function endOf({ tokens }: Installed): Promise<number | null> {
  const [row] = await server.sql<{ at: Date | null }>(
    'select access_ends_at as at from installations where id = $1',
    [tokens.bot_id],
  )
  return row!.at && Math.round((row!.at.getTime() - Date.now()) / dayMs)
}
/** As if the end had come. */
const letPass = ({ tokens }: Installed) =>
  server.sql(`update installations set access_ends_at = now() - interval '1 second' where id = $1`, [
    tokens.bot_id,
  ])
const rowOf = async (person: Person) => {
  await person.open(`/settings/${acme}/my-connections`)
  return person.visit.$('tbody tr').text().replace(/\s+/g, ' ')
}

describe('a member allows access', () => {
  it('until they disconnect it, unless they choose otherwise', async () => {
    const partner = await Partner.discover(server.base, relay)
    const ben = await signedIn(server, world.users.ben)
    await ben.open(await partner.authorizeUrl())
    const { $ } = ben.visit
    const group = $('fieldset').filter((_, one) => $(one).find('legend').text() === 'Access ends')
    expect(
      group
        .find('label')
        .toArray()
        .map(one => $(one).text().trim()),
    ).toEqual(['When I disconnect it', 'In 7 days', 'In 30 days', 'On a date'])
    expect(group.find('[checked]').attr('value')).toBe('never')
    const installed = await install({})
    expect(installed.beside).toContain('Access ends when you disconnect it.')
    expect(await endOf(installed)).toBeNull()
  })

  it('for some days, or until a date, which is written beside the buttons and in the lists', async () => {
    expect(await endOf(await install({ access_ends: '7' }))).toBe(7)
    const date = new Date(Date.now() + 20 * dayMs).toISOString().slice(0, 10)
    const installed = await install({ access_ends: 'date', ends_on: date })
    expect(await endOf(installed)).toBe(20)
    const words = `Access ends on ${new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(Date.now() + 20 * dayMs)}`
    expect(installed.beside).toContain(words)
    expect(await rowOf(installed.person)).toContain(words)
    const ada = await signedIn(server, world.users.ada)
    await ada.open(`/settings/${acme}/connections/${relay.id}`)
    expect(ada.text()).toContain(words)
  })

  it.each(['', '2020-01-01', '2999-01-01', '2027-02-30', 'soon', new Date().toISOString().slice(0, 10)])(
    'reads what is wrong with the date "%s", and loses no choice',
    async date => {
      const partner = await Partner.discover(server.base, relay)
      const ben = await signedIn(server, world.users.ben)
      await ben.open(await partner.authorizeUrl())
      await ben.press('Select pages', { access_ends: 'date', ends_on: date })
      expect([ben.visit.status, ben.text()]).toEqual([
        400,
        expect.stringContaining('Choose a date from tomorrow on'),
      ])
      expect(ben.visit.$('[name=access_ends][checked]').attr('value')).toBe('date')
    },
  )

  it('by a form that names another choice, and gets nowhere', async () => {
    const partner = await Partner.discover(server.base, relay)
    const ben = await signedIn(server, world.users.ben)
    await ben.open(await partner.authorizeUrl())
    await ben.press('Select pages', { access_ends: 'constructor' })
    expect(ben.visit.status).toBe(400)
  })
})

describe('access whose time is over', () => {
  it('is refused everywhere, and one press brings it back with its pages and tokens', async () => {
    const installed = await install({ access_ends: '30' }, 'cleo')
    const { partner, person, tokens } = installed
    const host = await seedConnection(server.sql, { name: 'Host', resource_server: true })
    const basic = `Basic ${Buffer.from(`${host.id}:${host.secret}`).toString('base64')}`
    const check = async () =>
      (
        await call(server.base, '/v1/access-checks', {
          method: 'POST',
          headers: [['authorization', basic]],
          body: {
            token: tokens.access_token,
            capability: 'read_content',
            page_ids: [world.pages.handbook.id],
          },
        })
      ).json.active
    expect([await reachedTitles(server.base, tokens.access_token), await check()]).toEqual([
      ['Handbook'],
      true,
    ])

    await letPass(installed)
    await expect(reachedTitles(server.base, tokens.access_token)).rejects.toThrow('401')
    await expect(partner.refresh(tokens.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await partner.introspect(tokens.access_token)).toMatchObject({ active: false })
    expect(await partner.introspect(tokens.refresh_token!)).toMatchObject({ active: false })
    expect(await check()).toBe(false)
    const mcp = await call(server.base, '/mcp', {
      method: 'POST',
      token: tokens.access_token,
      body: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
    })
    expect(mcp.status).toBe(401)
    expect(await rowOf(person)).toContain('Access ended on')

    await person.press('Renew')
    expect(person.text()).toContain('Renewed for as long again')
    expect(await endOf(installed)).toBe(30)
    expect([await reachedTitles(server.base, tokens.access_token), await check()]).toEqual([
      ['Handbook'],
      true,
    ])
    expect((await partner.refresh(tokens.refresh_token!)).access_token).toBeTruthy()
    const [event] = await server.sql<{ kind: string }>(
      `select kind from events where installation_id = $1 and kind = 'installation.renewed'`,
      [tokens.bot_id],
    )
    expect(event).toBeTruthy()
  })

  it('is renewed by its installer alone, and not where it is suspended or has no end', async () => {
    const connection = await seedConnection(server.sql, { name: 'Mine' })
    const installed = await install({ access_ends: '7' }, 'cleo', connection)
    const ben = await signedIn(server, world.users.ben)
    const at = `/settings/${acme}/my-connections/${installed.tokens.bot_id}/renew`
    await ben.open(`/settings/${acme}/my-connections`)
    const csrf = (person: Person) => person.visit.$('[name=csrf]').first().attr('value')!
    const press = (person: Person) =>
      person.open(at, { method: 'POST', body: new URLSearchParams({ csrf: csrf(person) }) })
    expect((await press(ben)).status).toBe(404)
    await installed.person.open(`/settings/${acme}/my-connections`)
    await server.sql(`update installations set state = 'suspended' where id = $1`, [installed.tokens.bot_id])
    await press(installed.person)
    expect(installed.person.text()).toContain('There was nothing to renew')
  })

  it('begins anew with a second consent', async () => {
    const connection = await seedConnection(server.sql, { name: 'Again' })
    const first = await install({ access_ends: '7' }, 'ben', connection)
    await letPass(first)
    const second = await install({}, 'ben', connection)
    expect(second.tokens.bot_id).toBe(first.tokens.bot_id)
    expect(await endOf(second)).toBeNull()
    expect(await reachedTitles(server.base, second.tokens.access_token)).toEqual(['Handbook'])
  })
})

describe("the owners' longest access", () => {
  it('is set on the policy, starts the choice of members, cuts what they send, and leaves owners alone', async () => {
    await restrict(server, acme, 'none')
    const ada = await signedIn(server, world.users.ada)
    await ada.open(`/settings/${acme}/policy`)
    const { $ } = ada.visit
    const select = $(`#${$('label:contains("Longest access")').attr('for')}`)
    expect(
      select
        .find('option')
        .toArray()
        .map(one => $(one).text()),
    ).toEqual(['No limit', '7 days', '30 days', '90 days', '1 year'])
    await ada.press('Save policy', { longest_access: '30-days' })
    expect(ada.text()).toContain('Saved.')

    const partner = await Partner.discover(server.base, relay)
    const ben = await signedIn(server, world.users.ben)
    await ben.open(await partner.authorizeUrl())
    const choices = ben.visit.$('[name=access_ends]')
    expect(choices.toArray().map(one => ben.visit.$(one).attr('value'))).toEqual(['7', '30', 'date'])
    expect(ben.visit.$('[name=access_ends][checked]').attr('value')).toBe('30')
    expect(ben.text()).toContain('Your workspace allows 30 days at most.')

    expect(await endOf(await install({ access_ends: 'never' }))).toBe(30)
    const late = new Date(Date.now() + 200 * dayMs).toISOString().slice(0, 10)
    const cut = await install({ access_ends: 'date', ends_on: late })
    expect([await endOf(cut), cut.beside]).toEqual([30, expect.stringContaining('Access ends on')])
    expect(await endOf(await install({ access_ends: '7' }))).toBe(7)

    // A renewal is for no longer than the policy allows by then.
    const long = await install({ access_ends: '30' }, 'cleo')
    await server.sql(`update workspace_policies set longest_access = '7-days' where workspace_id = $1`, [
      acme,
    ])
    await long.person.open(`/settings/${acme}/my-connections`)
    await long.person.press('Renew')
    expect(await endOf(long)).toBe(7)

    const own = await Partner.discover(server.base, relay)
    await ada.open(await own.authorizeUrl())
    expect(ada.visit.$('[name=access_ends][checked]').attr('value')).toBe('never')
    await server.sql(`update workspace_policies set longest_access = 'no-limit' where workspace_id = $1`, [
      acme,
    ])
  })
})
