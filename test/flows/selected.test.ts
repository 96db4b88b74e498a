import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { allowed, signedIn, type Tokens } from '../support/allowed.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import type { Person } from '../support/person.ts'
import { restrict } from '../support/ruled.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let world: World
let acme: string
let ada: Person

beforeAll(async () => {
  server = await startServer()
  world = await seedWorld(server.sql)
  acme = world.workspaces.acme.id
  ada = await signedIn(server, world.users.ada)
})
afterAll(() => server.close())

const list = () => `/settings/${acme}/connections`
const reaches = (one: { tokens: Tokens }) => reachedTitles(server.base, one.tokens.access_token)
const boxes = () =>
  ada.visit
    .$('[type=checkbox][form=selected]')
    .toArray()
    .map(one => ada.visit.$(one).attr('aria-label'))
const named = (name: string) => seedConnection(server.sql, { name })

describe('an owner ticks several connections', () => {
  let atlas: SeededConnection
  let borealis: SeededConnection
  let tokens: Awaited<ReturnType<typeof allowed>>[]

  beforeAll(async () => {
    ;[atlas, borealis] = [await named('Atlas'), await named('Borealis')]
    tokens = [
      await allowed(server, atlas, world.users.ben, [world.pages.roadmap]),
      await allowed(server, atlas, world.users.cleo, [world.pages.handbook]),
      await allowed(server, borealis, world.users.ben, [world.pages.roadmap]),
    ]
  })

  it('reads how many people each concerns before anything changes', async () => {
    await ada.open(list())
    expect(boxes()).toEqual(['Select Atlas', 'Select Borealis'])
    await ada.press('Suspend selected', { id: [atlas.id, borealis.id] })
    expect(ada.heading()).toBe('Suspend 2 connections for everyone?')
    expect(ada.text()).toContain('Atlas 2 people')
    expect(ada.text()).toContain('Borealis 1 person')
    expect(await reaches(tokens[0]!)).not.toEqual([])
  })

  it('suspends them all, and no token reaches a page until they are resumed', async () => {
    await ada.press('Suspend')
    expect(ada.text()).toContain('Suspended 2.')
    for (const one of tokens) await expect(reaches(one)).rejects.toThrow('401')
    for (const { id } of [atlas, borealis]) {
      await ada.open(`${list()}/${id}/resume`)
      await ada.press('Resume')
    }
    for (const one of tokens) expect(await reaches(one)).not.toEqual([])
  })

  it('reads which one had already ended, while the others are disconnected', async () => {
    await ada.open(list())
    await ada.press('Disconnect selected', { id: [atlas.id, borealis.id] })
    const other = await signedIn(server, world.users.ada)
    await other.open(`${list()}/${atlas.id}/disconnect`)
    await other.press('Disconnect for everyone')
    await ada.press('Disconnect')
    expect(ada.heading()).toBe('1 of 2 changed')
    expect(ada.text()).toMatch(/Atlas Not changed It had already ended.*Borealis Changed/)
    for (const one of tokens) await expect(reaches(one)).rejects.toThrow('401')
  })

  it('is told to tick a row first, and finds no box where nothing is left to end', async () => {
    await ada.open(`${list()}?state=disconnected`)
    expect(boxes()).toEqual([])
    await ada.open(`${list()}/selected?action=disconnect`)
    expect(ada.text()).toContain('tick at least one row first')
  })
})

describe('an owner ticks several people of a connection', () => {
  it('disconnects them alone; the others keep their access', async () => {
    const cirrus = await named('Cirrus')
    const ben = await allowed(server, cirrus, world.users.ben, [world.pages.roadmap])
    const cleo = await allowed(server, cirrus, world.users.cleo, [world.pages.roadmap])
    const own = await allowed(server, cirrus, world.users.ada, [world.pages.roadmap])
    await ada.open(`${list()}/${cirrus.id}`)
    expect(boxes()).toEqual(['Select Ada', 'Select Ben', 'Select Cleo'])
    const ids = [ben, cleo].map(one => one.tokens.bot_id)
    await ada.press('Disconnect selected', { id: ids })
    expect(ada.heading()).toBe('Disconnect it for 2 people?')
    await ada.press('Disconnect')
    expect(ada.text()).toContain('Disconnected for 2 people.')
    for (const one of [ben, cleo]) await expect(reaches(one)).rejects.toThrow('401')
    expect(await reaches(own)).not.toEqual([])
  })
})

describe('an owner ticks several requests', () => {
  async function ask(name: 'ben' | 'cleo', connection: SeededConnection): Promise<void> {
    const person = await signedIn(server, world.users[name])
    await person.open(await (await Partner.discover(server.base, connection)).authorizeUrl())
    await person.press('Request approval', { reason: 'It saves us an hour a day.' })
  }
  const requestIds = () =>
    ada.visit
      .$('[type=checkbox][form=selected]')
      .toArray()
      .map(one => ada.visit.$(one).attr('value')!)

  it('declines them with one answer, which is required, and approves others', async () => {
    await restrict(server, acme, 'approved-list')
    const [delta, echo] = [await named('Delta'), await named('Echo')]
    await ask('ben', delta)
    await ask('cleo', echo)
    await ada.open(`/settings/${acme}/requests`)
    expect(boxes()).toEqual(['Select Delta for Ben', 'Select Echo for Cleo'])
    await ada.press('Decline selected', { id: requestIds() })
    expect(ada.heading()).toBe('Decline 2 requests?')
    await ada.press('Decline', { text: ' ' })
    expect(ada.visit.status).toBe(400)
    expect(ada.text()).toContain('Say in a sentence why you decline.')
    await ada.press('Decline', { text: 'Not this quarter.' })
    expect(ada.text()).toContain('Declined 2 requests.')
    await ask('ben', delta)
    await ada.open(`/settings/${acme}/requests`)
    await ada.press('Approve selected', { id: requestIds() })
    await ada.press('Approve', { text: '' })
    expect(ada.text()).toContain('Approved 1 request.')
    const rows = await server.sql<{ state: string; answer: string | null }>(
      'select state, answer from approval_requests where connection_id = any($1) order by asked_at',
      [[delta.id, echo.id]],
    )
    expect(rows.map(one => one.state)).toEqual(['declined', 'declined', 'approved'])
    await restrict(server, acme, 'none')
  })
})

describe('somebody who may not', () => {
  it('cannot change rows by posting their ids: members, owners of another workspace, foreign rows', async () => {
    const foreign = await named('Foxtrot')
    const own = await allowed(server, foreign, world.users.ada, [world.pages.ideas], world.workspaces.side.id)
    const ben = await signedIn(server, world.users.ben)
    await ben.open(`${list()}/selected?action=disconnect&id=${foreign.id}`)
    expect(ben.visit.status).toBe(403)
    // An owner of both: the other workspace's installation is not reached through this one's address.
    await ada.open(`${list()}/selected?action=disconnect&id=${foreign.id}`)
    expect(ada.text()).toContain('tick at least one row first')
    await ada.open(`${list()}/${foreign.id}/selected?action=suspend&id=${own.tokens.bot_id}`)
    expect(ada.visit.status).toBe(404)
    await ada.open(`${list()}/selected?action=constructor&id=${foreign.id}`)
    expect(ada.visit.status).toBe(400)
    expect(await reaches(own)).not.toEqual([])
  })
})
