import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { seal } from '../../src/installs/sealed.ts'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { signedIn } from '../support/allowed.ts'
import { seedInstalled } from '../support/installed.ts'
import { openWorld } from '../support/open-world.ts'
import { reachedTitles } from '../support/partner.ts'

let reporter: { id: string; connectionId: string; token: string }

const { server, world } = await openWorld()
const acme = world.workspaces.acme.id
const ada = await signedIn(server, world.users.ada)

/** An internal connection of Acme, whose token can be copied again. */
async function makeReporter(): Promise<void> {
  const made = await seedInstalled(server.sql, {
    workspaceId: acme,
    userId: null,
    pages: [world.pages.handbook.id],
    grantedBy: world.users.ben.id,
    name: 'Acme Reporter',
  })
  const token = newTokenValue('lki_')
  await server.sql(
    'update internal_tokens set token_sealed = $1, token_hash = $2 where installation_id = $3',
    [
      seal(server.server.stores.secretKeys, 'internal-token', token),
      createHash('sha256').update(token).digest(),
      made.id,
    ],
  )
  reporter = { ...made, token }
}
const at = () => `/settings/${acme}/connections/${reporter.connectionId}`
const reaches = () => reachedTitles(server.base, reporter.token)

describe('the standing token of an internal connection', () => {
  it('is copied by an owner: recorded before it is shown, shown once, and it works', async () => {
    await makeReporter()
    await ada.open(`/settings/${acme}/connections`)
    await ada.press('Copy internal integration token')
    expect(ada.visit.$('#token').text()).toBe(reporter.token)
    expect(ada.text()).toContain('Copy it from here.')
    await server.sql(`delete from events where kind = 'internal-token.copied'`)
    await ada.open(`${at()}/token`)
    expect(ada.visit.html).not.toContain('lki_')
    await ada.press('Show the token')
    const shown = ada.visit.url
    const token = ada.visit.$('#token').text()
    expect(token).toBe(reporter.token)
    expect(await reachedTitles(server.base, token)).toEqual(['Handbook'])
    expect(ada.visit.headers.get('cache-control')).toBe('no-store')
    expect(shown).not.toContain(token)
    const events = await server.sql(
      `select actor_id, data::text as data from events where kind = 'internal-token.copied' and connection_id = $1`,
      [reporter.connectionId],
    )
    expect(events).toMatchObject([{ actor_id: world.users.ada.id }])
    expect(events[0]!.data).not.toContain(token.slice(4))

    await ada.open(shown)
    expect(ada.visit.html).not.toContain('lki_')
    expect(ada.text()).toContain('already shown')
  })

  it('is kept from members, guests, and owners of other workspaces, also by direct request', async () => {
    await makeReporter()
    await server.sql(
      `insert into workspaces (id, name, plan) values ('33333333-3333-4333-8333-333333333333', 'D', 'free')`,
    )
    await server.sql(
      `insert into members (workspace_id, user_id, role) values ('33333333-3333-4333-8333-333333333333', $1, 'owner')`,
      [world.users.dora.id],
    )
    for (const [who, status] of [
      ['ben', 403],
      ['gus', 403],
      ['dora', 404],
    ] as const) {
      const person = await signedIn(server, world.users[who])
      await person.open('/sign-out')
      const csrf = String(person.visit.$('[name=csrf]').first().attr('value'))
      await person.open(`${at()}/token`, { method: 'POST', body: new URLSearchParams({ csrf }) })
      expect(person.visit.status).toBe(status)
      expect(person.visit.html).not.toContain('lki_')
    }
    // The right workspace of one's own, with a connection that is not there.
    const dora = await signedIn(server, world.users.dora)
    await dora.open(
      `/settings/33333333-3333-4333-8333-333333333333/connections/${reporter.connectionId}/token`,
    )
    expect(dora.visit.status).toBe(404)
  })

  it('shown to one owner is not shown to another under the same address', async () => {
    await makeReporter()
    await server.sql(`update members set role = 'owner' where user_id = $1`, [world.users.cleo.id])
    const cleo = await signedIn(server, world.users.cleo)
    await ada.open(`${at()}/token`)
    const pressed = ada.formOf('Show the token')
    const answer = await ada.send(pressed.action, { method: 'POST', body: pressed.body })
    const address = answer.headers.get('location')!
    await cleo.open(address)
    expect(cleo.visit.html).not.toContain('lki_')
    await ada.open(address)
    expect(ada.visit.html).toContain(reporter.token)
    await server.sql(`update members set role = 'member' where user_id = $1`, [world.users.cleo.id])
  })

  it('suspends and resumes, and dies with the connection for good', async () => {
    await makeReporter()
    await ada.open(`${at()}/suspend`)
    await ada.press('Suspend')
    await expect(reaches()).rejects.toThrow('401')
    await ada.open(`${at()}/resume`)
    await ada.press('Resume')
    expect(await reaches()).toEqual(['Handbook'])
    await ada.open(`${at()}/disconnect`)
    expect(ada.text()).toContain('Everything that uses its integration token stops working at once.')
    await ada.press('Disconnect')
    await expect(reaches()).rejects.toThrow('401')
    const [left] = await server.sql(
      'select revoked_at is not null as revoked from internal_tokens where installation_id = $1',
      [reporter.id],
    )
    expect(left).toEqual({ revoked: true })
    await ada.open(`${at()}/token`)
    await ada.press('Show the token')
    expect(ada.text()).toContain('no integration token to copy')
  })
})

describe('the pages of an internal connection', () => {
  const pages = () => `/settings/${acme}/my-connections/${reporter.id}/pages`

  it('are added by members who reach them, and removed by the person who added them and by owners', async () => {
    await makeReporter()
    const cleo = await signedIn(server, world.users.cleo)
    await cleo.open(pages())
    expect(cleo.text()).toContain('belongs to Acme as a whole')
    await cleo.press('Save pages', { pages: [world.pages.handbook.id, world.pages.quarter.id] })
    expect(await reaches()).toEqual(['Handbook', 'Launch', 'Quarter One'])
    // Ben added the Handbook.
    await cleo.open(pages())
    await cleo.press('Save pages', { pages: [world.pages.quarter.id] })
    expect(cleo.visit.status).toBe(403)
    await cleo.open(pages())
    await cleo.press('Save pages', { pages: [world.pages.handbook.id] })
    expect(await reaches()).toEqual(['Handbook'])
    await cleo.open(pages())
    await cleo.press('Save pages', { pages: [world.pages.handbook.id, world.pages.diary.id] })
    expect(cleo.visit.status).toBe(403)

    await ada.open(`${at()}/access/${reporter.id}/pages`)
    expect(ada.visit.url).toContain(pages())
    await ada.press('Save pages', { pages: [] })
    expect(await reaches()).toEqual([])
  })

  it('are nothing to guests', async () => {
    await makeReporter()
    const gus = await signedIn(server, world.users.gus)
    await gus.open(pages())
    expect(gus.visit.status).toBe(404)
  })
})
