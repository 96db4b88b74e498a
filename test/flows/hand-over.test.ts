import { setTimeout } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { uuidv7 } from '../../src/installs/ids.ts'
import { importDirectory } from '../../src/storage/postgres/directory/import.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { allowed, signedIn, type Tokens } from '../support/allowed.ts'
import { openWorld } from '../support/open-world.ts'
import { type Partner, reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { controls, post, restrict } from '../support/ruled.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

let relay: SeededConnection
/** Ben's installation, with the partner's tokens. */
let left: { partner: Partner; tokens: Tokens }

const { server, world } = await openWorld()
const acme = world.workspaces.acme.id
const ada = await signedIn(server, world.users.ada)

/** Ben installs, with a page that only Ben reaches among them, and leaves. */
beforeEach(async () => {
  await restrict(server, acme, 'none')
  await directory({ kind: 'member', workspace_id: acme, user_id: world.users.ben.id, role: 'member' })
  relay = await seedConnection(server.sql, {
    name: `Relay ${crypto.randomUUID().slice(0, 8)}`,
    developer_name: 'Relay Inc.',
    website: 'https://relay.test',
  })
  left = await allowed(server, relay, world.users.ben, [world.pages.quarter, world.pages.diary])
  expect(await titles()).toEqual(['Diary', 'Launch', 'Quarter One'])
  await directory({
    kind: 'member',
    workspace_id: acme,
    user_id: world.users.ben.id,
    role: 'member',
    removed: true,
  })
})

/** The directory that the host product feeds. */
async function directory(line: object): Promise<void> {
  await importDirectory(
    {
      pool: poolOf(server.server.stores.database),
      hashPassword: async password => password,
      passwordMatches: async () => true,
      now: () => new Date(),
      newId: uuidv7,
    },
    (async function* () {
      yield Buffer.from(`${JSON.stringify(line)}\n`)
    })(),
  )
}

const titles = () => reachedTitles(server.base, left.tokens.access_token)
const leftBehind = () => `/settings/${acme}/hand-over`
const installation = () => `${leftBehind()}/${left.tokens.bot_id}`

async function isStopped(): Promise<void> {
  await expect(titles()).rejects.toThrow('401')
  expect(await left.partner.introspect(left.tokens.access_token)).toMatchObject({ active: false })
  // The partner's requests meanwhile must not cost it the chain.
  await expect(left.partner.refresh(left.tokens.refresh_token)).rejects.toMatchObject({
    error: 'invalid_grant',
  })
}

/** Ada offers it; returns the address of the offer. */
async function offered(to: { id: string }): Promise<string> {
  await post(ada, installation(), { user_id: to.id })
  const [row] = await server.sql<{ id: string }>(
    `select id from hand_overs where installation_id = $1 and state = 'offered'`,
    [left.tokens.bot_id],
  )
  return `/settings/${acme}/offers/${row!.id}`
}

async function waitsForALock(): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const waiting = await server.sql(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (waiting.length > 0) return
    await setTimeout(20)
  }
  throw new Error('nobody waits')
}

describe('when a person leaves', () => {
  it('their installations stop at once, and owners see them as left behind', async () => {
    await isStopped()
    await ada.open(leftBehind())
    expect(ada.text()).toContain(relay.name)
    expect(ada.text()).toMatch(/Installed by Ben, 2 pages, stopped just now/)
    expect(ada.text()).toContain('Installer left')
    await ada.open(`/settings/${acme}/connections?connection=${encodeURIComponent(relay.name)}&state=left`)
    expect(ada.text()).toContain(relay.name)
    await ada.open(`/settings/${acme}/connections/${relay.id}`)
    const menu = ada.visit.$('[aria-label="More options for Ben"]').parent().find('a, button.menu-item')
    expect(menu.toArray().map(one => ada.visit.$(one).text().trim())).toEqual(['Hand over', 'Let go'])
  })

  it('an owner hands it over; the member accepts; the partner’s tokens work again on pages that the member reaches', async () => {
    await ada.open(leftBehind())
    await ada.open(ada.visit.$(`a[aria-label="Hand over ${relay.name} of Ben"]`).attr('href')!)
    expect(ada.text()).toContain('Reaches 1 of its 2 pages')
    await ada.press('Search', { q: 'cleo' })
    expect(controls(ada).filter(name => name.startsWith('Hand over to'))).toEqual(['Hand over to Cleo'])
    await ada.press('Hand over to Cleo')
    expect(ada.text()).toContain('Offered.')
    expect(ada.text()).toContain('Offered to Cleo')
    await isStopped()

    const cleo = await signedIn(server, world.users.cleo)
    for (const told of ['my-connections', 'my-requests']) {
      await cleo.open(`/settings/${acme}/${told}`)
      expect(cleo.text()).toContain('Ben left the workspace. Ada offers it to you.')
      await cleo.open(cleo.visit.$(`a[aria-label="Look at it: ${relay.name}"]`).attr('href')!)
    }
    expect(cleo.text()).toContain('Made by Relay Inc.')
    expect(cleo.visit.$('.about a[href="https://relay.test"]').text()).toBe('Website')
    expect(cleo.text()).toContain('Quarter One')
    expect(cleo.text()).not.toContain('Diary')
    expect(cleo.text()).toContain('You do not reach 1 other page')
    await isStopped()
    await cleo.press('Accept')
    expect(cleo.text()).toContain('You have taken it over')
    expect(cleo.text()).toContain(relay.name)

    expect(await titles()).toEqual(['Launch', 'Quarter One'])
    const renewed = await left.partner.refresh(left.tokens.refresh_token)
    expect(renewed).toMatchObject({
      bot_id: left.tokens.bot_id,
      owner: { user: { id: world.users.cleo.id } },
    })
    expect(await reachedTitles(server.base, renewed.access_token)).toEqual(['Launch', 'Quarter One'])
    expect(await left.partner.introspect(renewed.access_token)).toMatchObject({
      active: true,
      sub: world.users.cleo.id,
      bot_id: left.tokens.bot_id,
    })
    const again = await left.partner.refresh(renewed.refresh_token!)
    expect(await reachedTitles(server.base, again.access_token)).toEqual(['Launch', 'Quarter One'])
    const kinds = await server.sql<{ kind: string }>(
      'select kind from events where installation_id = $1 order by at, id',
      [left.tokens.bot_id],
    )
    expect(kinds.map(one => one.kind).filter(kind => kind !== 'token.refreshed')).toEqual([
      'installation.activated',
      'installation.suspended',
      'hand-over.offered',
      'hand-over.accepted',
    ])
    // Earlier events keep the name of the installer of that time.
    await ada.open(`/settings/${acme}/history?person=ben%40&connection=${relay.id}`)
    const told = ada.visit
      .$('tbody tr')
      .toArray()
      .map(row =>
        ada.visit
          .$(row)
          .find('td')
          .eq(1)
          .text()
          .replace(/[\u2068\u2069]/g, '')
          .replace(/\s+/g, ' ')
          .trim(),
      )
    expect(told).toEqual([
      'Cleo took over the installation of Ben',
      'Ada offered the installation of Ben to Cleo',
      'The operator suspended an installation, because its installer left Installed by Ben',
      'Ben connected it with 2 pages',
      'Ben allowed access to 2 pages; the partner has not finished yet',
    ])
    const csv = await (await ada.send(`/settings/${acme}/history/events.csv?connection=${relay.id}`)).text()
    expect(csv).toContain(`${relay.name},${world.users.ben.id},Ben,`)
    expect(csv).not.toContain(`${relay.name},${world.users.cleo.id},Cleo,`)
    expect(csv).toContain('Cleo took over the installation of Ben')

    // From here on it is Cleo's: it goes when she loses a page, and when she leaves.
    await server.sql('update pages set private = true where id = $1', [world.pages.roadmap.id])
    expect(await reachedTitles(server.base, again.access_token)).toEqual([])
    await server.sql('update pages set private = false where id = $1', [world.pages.roadmap.id])
  })

  it('the member declines, and the owner sees it and can offer it to another or take it', async () => {
    const offer = await offered(world.users.cleo)
    const cleo = await signedIn(server, world.users.cleo)
    await cleo.open(offer)
    await cleo.press('Decline')
    expect(cleo.text()).toContain('You have declined it.')
    await ada.open(leftBehind())
    expect(ada.text()).toContain('Cleo declined it')
    await isStopped()
    await post(ada, installation(), { user_id: world.users.ada.id })
    expect(ada.heading()).toBe(`Take over ${relay.name}?`)
    await ada.press('Accept')
    expect(await titles()).toEqual(['Launch', 'Quarter One'])
    expect((await cleo.open(offer)).$('body').text()).toContain('is no longer offered')
  })

  it('the owner takes an offer back, and makes another only then', async () => {
    const offer = await offered(world.users.cleo)
    await post(ada, installation(), { user_id: world.users.ada.id })
    expect(ada.text()).toContain('It is already offered to someone')
    await ada.press(`Take back the offer of ${relay.name} of Ben`)
    expect(ada.text()).toContain('Offer taken back.')
    const cleo = await signedIn(server, world.users.cleo)
    await post(cleo, `${offer}/accept`)
    expect(cleo.text()).toContain('is no longer offered')
    await isStopped()
  })

  it('the owner lets it go: it ends for good, and the offer with it', async () => {
    const offer = await offered(world.users.cleo)
    await ada.open(`${installation()}/let-go`)
    expect(ada.text()).toContain('The offer to Cleo ends with it.')
    await ada.press(`Let go of ${relay.name}`)
    expect(ada.text()).toContain('Let go.')
    const cleo = await signedIn(server, world.users.cleo)
    await post(cleo, `${offer}/accept`)
    expect(cleo.text()).toContain('is no longer offered')
    await isStopped()
    await directory({ kind: 'member', workspace_id: acme, user_id: world.users.ben.id, role: 'member' })
    await isStopped()
    expect((await ada.open(installation())).status).toBe(404)
  })
})

describe('someone who is back', () => {
  beforeEach(async () => {
    const others = 'delete from installations where user_id = $1 and id <> $2'
    await server.sql(others, [world.users.ben.id, left.tokens.bot_id])
  })
  const isBack = () =>
    directory({ kind: 'member', workspace_id: acme, user_id: world.users.ben.id, role: 'member' })
  const own = () => `/settings/${acme}/my-connections`

  it('resumes what stopped on leaving: the same tokens, and it is recorded', async () => {
    await isBack()
    const ben = await signedIn(server, world.users.ben)
    await ben.open(await left.partner.authorizeUrl({ workspace_id: acme }))
    expect(ben.text()).toContain('You connected it here on')
    await ben.open(own())
    expect(ben.text()).toContain('Suspended while you were away')
    expect(ben.text()).toContain('Choose Resume among its options')
    await isStopped()
    await ben.press('Resume')
    expect(ben.text()).toContain('Resumed.')
    expect(ben.text()).not.toContain('Suspended while you were away')
    expect(await titles()).toEqual(['Diary', 'Launch', 'Quarter One'])
    const [event] = await server.sql(
      `select actor_id, installer_id from events where kind = 'installation.resumed' and installation_id = $1`,
      [left.tokens.bot_id],
    )
    expect(event).toEqual({ actor_id: world.users.ben.id, installer_id: world.users.ben.id })
    await post(ben, `${own()}/${left.tokens.bot_id}/resume`)
    expect(ben.text()).toContain('It was already resumed')
  })

  it.each([
    ['the policy would not let them install it today', () => restrict(server, acme, 'owners-only')],
    [
      'an owner had suspended it before',
      () =>
        server.sql(`update installations set state_reason = 'by-owner' where id = $1`, [left.tokens.bot_id]),
    ],
    [
      'they are back as a guest',
      () => directory({ kind: 'member', workspace_id: acme, user_id: world.users.ben.id, role: 'guest' }),
    ],
  ])('asks an owner where %s', async (_, happens) => {
    await isBack()
    await happens()
    const ben = await signedIn(server, world.users.ben)
    await ben.open(own())
    expect(ben.text()).toContain('sk an owner')
    expect(controls(ben)).not.toContain('Resume')
    expect((await post(ben, `${own()}/${left.tokens.bot_id}/resume`)).status).toBe(403)
    await isStopped()
  })

  it('is the only one who does: others cannot resume it, nor the installer while away', async () => {
    const [ben, cleo] = [await signedIn(server, world.users.ben), await signedIn(server, world.users.cleo)]
    for (const person of [ben, cleo])
      expect((await post(person, `${own()}/${left.tokens.bot_id}/resume`)).status).toBe(404)
    await isStopped()
  })
})

describe('nobody takes over', () => {
  it('what is left by someone who is back, who is not revived by that either', async () => {
    const offer = await offered(world.users.cleo)
    await directory({ kind: 'member', workspace_id: acme, user_id: world.users.ben.id, role: 'member' })
    await isStopped()
    const cleo = await signedIn(server, world.users.cleo)
    await cleo.open(offer)
    expect(controls(cleo)).not.toContain('Accept')
    await post(cleo, `${offer}/accept`)
    expect(cleo.visit.status).toBe(409)
    expect((await post(ada, installation(), { user_id: world.users.cleo.id })).status).toBe(409)
    await isStopped()
  })

  it('a second installation of the same connection', async () => {
    await allowed(server, relay, world.users.cleo, [world.pages.handbook])
    await ada.open(installation())
    expect(ada.text()).toContain('Already has it installed')
    expect(controls(ada)).not.toContain('Hand over to Cleo')
    expect((await post(ada, installation(), { user_id: world.users.cleo.id })).status).toBe(409)
    await isStopped()
  })

  it('…also when it was installed after the offer; once that is disconnected, they can take it', async () => {
    const offer = await offered(world.users.cleo)
    const own = await allowed(server, relay, world.users.cleo, [world.pages.handbook])
    const cleo = await signedIn(server, world.users.cleo)
    await cleo.open(offer)
    expect(cleo.text()).toContain('can have it only once')
    expect((await post(cleo, `${offer}/accept`)).status).toBe(409)
    await post(cleo, `/settings/${acme}/my-connections/${own.tokens.bot_id}/disconnect`)
    await cleo.open(offer)
    await cleo.press('Accept')
    expect(await titles()).toEqual(['Launch', 'Quarter One'])
    await expect(reachedTitles(server.base, own.tokens.access_token)).rejects.toThrow('401')
    const rows = await server.sql('select id, state from installations where connection_id = $1', [relay.id])
    expect(rows).toEqual([{ id: left.tokens.bot_id, state: 'active' }])
  })

  it('what the policy would not let them install, at the offer and at the acceptance', async () => {
    const offer = await offered(world.users.cleo)
    await restrict(server, acme, 'approved-list')
    const cleo = await signedIn(server, world.users.cleo)
    await cleo.open(offer)
    expect(cleo.text()).toContain('The policy of Acme does not let you install')
    expect((await post(cleo, `${offer}/accept`)).status).toBe(403)
    await post(cleo, `${offer}/decline`)
    expect((await post(ada, installation(), { user_id: world.users.cleo.id })).status).toBe(403)
    await isStopped()
  })

  it('while an owner’s suspension of their own is in force, also after they disconnected that, at the offer and at the acceptance', async () => {
    const own = await allowed(server, relay, world.users.cleo, [world.pages.quarter])
    const ended = (reason: string) =>
      server.sql(`update installations set state = 'revoked', state_reason = $2 where id = $1`, [
        own.tokens.bot_id,
        reason,
      ])
    await ended('while-suspended')
    await ada.open(`${installation()}?q=cleo`)
    expect(controls(ada)).not.toContain('Hand over to Cleo')
    await post(ada, installation(), { user_id: world.users.cleo.id })
    expect(
      await server.sql('select from hand_overs where installation_id = $1', [left.tokens.bot_id]),
    ).toEqual([])
    await ended('by-member')
    const offer = await offered(world.users.cleo)
    await ended('while-suspended')
    const cleo = await signedIn(server, world.users.cleo)
    expect((await post(cleo, `${offer}/accept`)).status).toBe(403)
    await isStopped()
  })

  it('as a guest, as a stranger, or as someone who does not exist', async () => {
    for (const user of [world.users.gus.id, world.users.dora.id, crypto.randomUUID()])
      expect((await post(ada, installation(), { user_id: user })).status).toBe(403)
    expect((await post(ada, installation(), { user_id: 'Cleo' })).status).toBe(400)
    await isStopped()
  })

  it('what a member still has, or what belongs to the workspace', async () => {
    const dock = await seedConnection(server.sql, { name: 'Dock' })
    const own = await allowed(server, dock, world.users.cleo, [world.pages.handbook])
    const address = `${leftBehind()}/${own.tokens.bot_id}`
    expect((await ada.open(address)).status).toBe(404)
    expect((await post(ada, address, { user_id: world.users.ada.id })).status).toBe(409)
    expect((await post(ada, `${address}/let-go`)).status).toBe(409)
    expect(await reachedTitles(server.base, own.tokens.access_token)).toEqual(['Handbook'])
  })
})

describe('by direct request', () => {
  it('only owners offer, take back and let go, only the named member answers', async () => {
    const offer = await offered(world.users.cleo)
    const people = {
      ben: await signedIn(server, world.users.ben),
      cleo: await signedIn(server, world.users.cleo),
      gus: await signedIn(server, world.users.gus),
      dora: await signedIn(server, world.users.dora),
    }
    for (const [person, status] of [
      [people.ben, 404],
      [people.cleo, 403],
      [people.gus, 403],
      [people.dora, 404],
    ] as const) {
      for (const address of [leftBehind(), installation(), `${installation()}/let-go`]) {
        expect((await person.open(address)).status).toBe(status)
        expect(person.text()).not.toContain(relay.name)
      }
      expect((await post(person, installation(), { user_id: world.users.cleo.id })).status).toBe(status)
      expect((await post(person, `${installation()}/let-go`)).status).toBe(status)
      expect((await post(person, `${offer}/withdraw`)).status).toBe(status)
    }
    for (const person of [people.ben, people.gus, people.dora, ada]) {
      expect((await person.open(offer)).status).toBe(404)
      for (const answer of ['accept', 'decline'])
        expect((await post(person, `${offer}/${answer}`)).status).toBe(404)
    }
    const nobody = new Person(server.base)
    for (const address of [leftBehind(), installation(), offer])
      expect((await nobody.open(address)).url).toContain('/sign-in')
    await isStopped()
  })

  it('accepted while an owner lets go, it waits for nothing that the owner waits for', async () => {
    const offer = await offered(world.users.cleo)
    const cleo = await signedIn(server, world.users.cleo)
    const owner = server.server.stores.database.createQueryRunner()
    await owner.startTransaction()
    // The statements of letting go, with a pause in the middle.
    await owner.query('select from installations where id = $1 for update', [left.tokens.bot_id])
    const accepting = post(cleo, `${offer}/accept`)
    await waitsForALock()
    await owner.query(
      `update hand_overs set state = 'withdrawn', decided_at = now() where installation_id = $1`,
      [left.tokens.bot_id],
    )
    await owner.commitTransaction()
    await owner.release()
    expect((await accepting).status).toBeLessThan(500)
    await isStopped()
  })

  it('accepted while its receiver redeems a code for it, it is installed once', async () => {
    const offer = await offered(world.users.cleo)
    const cleo = await signedIn(server, world.users.cleo)
    const redeeming = server.server.stores.database.createQueryRunner()
    await redeeming.startTransaction()
    // The statements of a redemption, with a pause in the middle.
    await redeeming.query('select from members where workspace_id = $1 and user_id = $2 for key share', [
      acme,
      world.users.cleo.id,
    ])
    const accepting = post(cleo, `${offer}/accept`)
    await waitsForALock()
    await redeeming.query(
      `insert into installations
         (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
       values ($1, $2, $3, $4, 'active', '{read_content}', now(), now())`,
      [acme, crypto.randomUUID(), relay.id, world.users.cleo.id],
    )
    await redeeming.commitTransaction()
    await redeeming.release()
    expect((await accepting).status).toBe(409)
    await isStopped()
  })

  it('accepted by someone who is being removed, it is not theirs when they come back', async () => {
    const member = { kind: 'member', workspace_id: acme, user_id: world.users.cleo.id, role: 'member' }
    const offer = await offered(world.users.cleo)
    const cleo = await signedIn(server, world.users.cleo)
    const other = server.server.stores.database.createQueryRunner()
    await other.startTransaction()
    // Where an acceptance pauses after it has looked at who accepts.
    await other.query('select from users where id = $1 for update', [world.users.cleo.id])
    const accepting = post(cleo, `${offer}/accept`)
    await waitsForALock()
    const removing = directory({ ...member, removed: true })
    await Promise.race([removing, setTimeout(200)])
    await other.commitTransaction()
    await other.release()
    await Promise.all([accepting, removing])
    await directory(member)
    await isStopped()
  })

  it('accepted twice at once, and against a letting go, it ends one way', async () => {
    const offer = await offered(world.users.cleo)
    const [one, other] = [await signedIn(server, world.users.cleo), await signedIn(server, world.users.cleo)]
    const answers = await Promise.all([
      post(one, `${offer}/accept`),
      post(other, `${offer}/accept`),
      post(ada, `${installation()}/let-go`),
    ])
    for (const answer of answers) expect(answer.status).toBeLessThan(500)
    const [row] = await server.sql<{ state: string }>('select state from installations where id = $1', [
      left.tokens.bot_id,
    ])
    if (row!.state === 'active') expect(await titles()).toEqual(['Launch', 'Quarter One'])
    else await isStopped()
    const events = await server.sql<{ kind: string }>(
      `select kind from events where installation_id = $1 and kind in ('hand-over.accepted', 'installation.disconnected')`,
      [left.tokens.bot_id],
    )
    expect(events).toHaveLength(1)
  })
})
