import { beforeAll, describe, expect, it } from '@jest/globals'
import { whileHeld } from '../support/held-rows.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { type SeededConnection, seedConnection, type World } from '../support/seed.ts'

const { server, world } = await openWorld()
const ada = new Person(server.base)

beforeAll(async () => {
  await ada.signIn(world.users.ada.email)
})

/** A connection of Acme with two installations and a code that waits to be redeemed. */
async function busy() {
  const relay = await seedConnection(server.sql, { workspace_id: world.workspaces.acme.id, name: 'Busy' })
  const partners: { partner: Partner; refreshToken: string }[] = []
  for (const who of ['ben', 'cleo'] as const) {
    const { partner, callback } = await allowed(relay, who)
    const tokens = await partner.redeem(callback)
    partners.push({ partner, refreshToken: tokens.refresh_token! })
  }
  return { relay, partners, waiting: await allowed(relay, 'ada') }
}

async function allowed(relay: SeededConnection, who: keyof World['users']) {
  const partner = await Partner.discover(server.base, relay)
  const person = new Person(server.base)
  await person.open(await partner.authorizeUrl({ workspace_id: world.workspaces.acme.id }))
  await person.signIn(world.users[who].email)
  await person.press('Select pages')
  await person.press('Allow access', { pages: [world.pages.handbook.id] })
  return { partner, callback: person.visit.url }
}

/** A token, or how the partner was refused; never a fault of ours. */
async function outcome(promise: Promise<{ access_token: string }>): Promise<string | null> {
  return promise.then(
    tokens => tokens.access_token,
    (fault: { status?: number }) => {
      expect([400, 401]).toContain(fault.status)
      return null
    },
  )
}

const me = (token: string) =>
  fetch(`${server.base}/v1/users/me`, { headers: { authorization: `Bearer ${token}` } })

describe('a connection that ends while its tokens are issued', () => {
  it.each([1, 2, 3])(
    'leaves no live token, whichever comes first (round %i)',
    async () => {
      const { relay, partners, waiting } = await busy()
      await ada.open(`/developers/connections/${relay.id}/delete`)
      const form = ada.formOf('Delete connection')
      const [deleted, ...issued] = await Promise.all([
        ada.send(form.action, { method: 'POST', body: form.body }),
        ...partners.map(one => outcome(one.partner.refresh(one.refreshToken))),
        outcome(waiting.partner.redeem(waiting.callback)),
        ...partners.map(one => outcome(one.partner.refresh(one.refreshToken))),
      ])
      expect(deleted.status).toBe(303)
      for (const token of issued) if (token !== null) expect((await me(token)).status).toBe(401)
      const [left] = await server.sql(
        `select (select count(*)::int from authorizations where connection_id = $1) as authorizations,
           (select count(*)::int from installations where connection_id = $1 and state <> 'revoked') as installations`,
        [relay.id],
      )
      expect(left).toEqual({ authorizations: 0, installations: 0 })
    },
    30_000,
  )

  it('switched off and on again by two people at once ends in one of both, with an event for each turn', async () => {
    const { relay, partners } = await busy()
    const body = new URLSearchParams({ csrf: await csrf() })
    const press = (verb: string) =>
      ada.send(`/developers/connections/${relay.id}/${verb}`, { method: 'POST', body })
    const answers = await Promise.all(['disable', 'disable', 'enable', 'disable', 'enable'].map(press))
    expect(answers.map(one => one.status)).toEqual([303, 303, 303, 303, 303])
    const events = await server.sql<{ kind: string }>(
      `select kind from events where connection_id = $1 and kind ~ 'abled$' and actor_id is not null order by id`,
      [relay.id],
    )
    for (const [at, { kind }] of events.entries())
      expect(kind).toBe(at % 2 === 0 ? 'connection.disabled' : 'connection.enabled')
    const [row] = await server.sql<{ off: boolean }>(
      'select disabled_at is not null as off from connections where id = $1',
      [relay.id],
    )
    expect(row!.off).toBe(events.length % 2 === 1)
    if (row!.off) await press('enable')
    expect(await outcome(partners[0]!.partner.refresh(partners[0]!.refreshToken))).not.toBeNull()
  })
})

it('whoever is taken out while he waits for the connection makes no secret of it any more', async () => {
  const relay = await seedConnection(server.sql, {
    workspace_id: world.workspaces.acme.id,
    created_by: world.users.cleo.id,
  })
  const cleo = new Person(server.base)
  await cleo.signIn(world.users.cleo.email)
  await cleo.open(`/developers/connections/${relay.id}`)
  const form = cleo.formOf('Create another secret')
  const making = await whileHeld(
    server.config.databaseUrl!,
    'select from connections where id = $1 for update',
    [relay.id],
    async () => {
      const sent = cleo.send(form.action, { method: 'POST', body: form.body })
      for (let tries = 0, waits = 0; waits === 0 && tries < 300; tries++) {
        const [row] = await server.sql<{ waits: number }>(
          `select count(*)::int as waits from pg_stat_activity
           where wait_event_type = 'Lock' and datname = current_database()`,
        )
        waits = row!.waits
        await new Promise(resolve => setTimeout(resolve, 10))
      }
      await server.sql('delete from members where user_id = $1', [world.users.cleo.id])
      return [sent]
    },
  )
  const [answer] = await Promise.all(making)
  expect(answer!.status).toBe(404)
  expect(
    await server.sql('select from connection_secrets where connection_id = $1', [relay.id]),
  ).toHaveLength(1)
})

async function csrf(): Promise<string> {
  await ada.open('/sign-out')
  return ada.visit.$('input[name=csrf]').first().val() as string
}

describe('a connection that the operator registered for a person', () => {
  it('is that person’s to look after, and of no workspace’s owners', async () => {
    const relay = await seedConnection(server.sql, { created_by: world.users.dora.id, name: 'Named' })
    const dora = new Person(server.base)
    await dora.signIn(world.users.dora.email)
    await dora.open('/developers')
    expect(dora.text()).toContain('In no workspace')
    expect((await dora.open(`/developers/connections/${relay.id}`)).status).toBe(200)
    expect((await ada.open(`/developers/connections/${relay.id}`)).status).toBe(404)
    await server.sql('update users set disabled = true where id = $1', [world.users.dora.id])
    const answer = await dora.send(`/developers/connections/${relay.id}`)
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      expect.stringContaining('/sign-in'),
    ])
  })
})
