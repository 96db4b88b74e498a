import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { keyOfExternalId } from '../../src/installs/external-id.ts'
import { call } from '../support/api.ts'
import { type Installed, seedInstalled } from '../support/installed.ts'
import { openWorld } from '../support/open-world.ts'
import { type SeededConnection, type SeededPage, seedConnection, seedPage } from '../support/seed.ts'

const { server, world } = await openWorld()
const acme = world.workspaces.acme.id
let host: SeededConnection
let relay: Installed

beforeAll(async () => {
  host = await seedConnection(server.sql, { name: 'The host product', resource_server: true })
  relay = await seedInstalled(server.sql, {
    workspaceId: acme,
    userId: world.users.ben.id,
    pages: [world.pages.quarter.id],
    capabilities: ['read_content'],
  })
})

const basic = (client: { id: string; secret: string }): [string, string] => [
  'authorization',
  `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
]
const post = (path: string, body: unknown, client = host) =>
  call(server.base, `/access/v1/${path}`, { method: 'POST', headers: [basic(client)], body })
const byToken = () => ({ type: 'token', id: relay.token })
const byUser = (id: string) => ({ type: 'user', id })
const read = { name: 'read_content' }
const page = (id: string) => ({ type: 'page', id })

describe('one question', () => {
  it('about a token is answered as the partner API itself would, with the reason of a denial', async () => {
    const ask = async (id: string, more = {}) =>
      (await post('evaluation', { subject: byToken(), action: read, resource: page(id), ...more })).json
    expect(await ask(world.pages.launch.id)).toEqual({ decision: true })
    expect(await ask(world.pages.roadmap.id)).toEqual({
      decision: false,
      context: { reason: 'The page is unknown, or out of reach.' },
    })
    expect(await ask(world.pages.launch.id, { action: { name: 'update_content' } })).toEqual({
      decision: false,
      context: { reason: 'The capability was not allowed.' },
    })
    expect(await ask(world.pages.launch.id, { action: { name: 'constructor' } })).toMatchObject({
      decision: false,
    })
    expect(await ask(world.pages.launch.id, { subject: { type: 'token', id: 'x' } })).toEqual({
      decision: false,
      context: { reason: 'The token is not in force.' },
    })
    await server.sql(`update installations set state = 'suspended' where id = $1`, [relay.id])
    expect(await ask(world.pages.launch.id)).toMatchObject({ decision: false })
    await server.sql(`update installations set state = 'active' where id = $1`, [relay.id])
  })

  it('about a user is answered from the directory', async () => {
    const ask = async (user: string, id: string) =>
      (await post('evaluation', { subject: byUser(user), action: read, resource: page(id) })).json.decision
    const { ben, cleo, ada } = world.users
    expect([
      await ask(ben.id, world.pages.diary.id),
      await ask(cleo.id, world.pages.diary.id),
      await ask(ada.id, world.pages.ideas.id),
      await ask(ben.id, world.pages.ideas.id),
      await ask(randomUUID(), world.pages.roadmap.id),
    ]).toEqual([true, false, true, false, false])
  })

  it('understands the ids of the host product, and never takes one that looks like ours for ours', async () => {
    const mine = keyOfExternalId('page', '42', acme)
    const { path } = world.pages.quarter
    await server.sql(
      `with page as (
         insert into pages (workspace_id, id, parent_id, title, private, external_id) values ($1, $2, $3, 'Mine', false, '42'))
       insert into page_paths (workspace_id, page_id, path) values ($1, $2, $4::uuid[])`,
      [acme, mine, world.pages.quarter.id, [...path, mine]],
    )
    await server.sql(`update users set external_id = 'b-1', external_key = gen_random_uuid() where id = $1`, [
      world.users.ben.id,
    ])
    // Somebody whose id at the host is the UUID of Ada here.
    await server.sql(`update users set external_id = $1, external_key = gen_random_uuid() where id = $2`, [
      world.users.ada.id,
      world.users.cleo.id,
    ])
    for (const subject of [byToken(), byUser('b-1')])
      expect((await post('evaluation', { subject, action: read, resource: page('42') })).json).toEqual({
        decision: true,
      })
    const question = {
      subject: byUser(world.users.ada.id),
      action: read,
      resource: page(world.pages.ideas.id),
    }
    expect((await post('evaluation', question)).json).toEqual({ decision: true })
    expect((await post('evaluation', { ...question, subject: byUser('nobody') })).json.decision).toBe(false)
  })

  it('is refused in a sentence where a member is missing, and takes members that the standard allows', async () => {
    const question = { subject: byToken(), action: read, resource: page(world.pages.launch.id) }
    expect(await post('evaluation', { ...question, action: undefined })).toMatchObject({
      status: 400,
      json: { message: expect.stringContaining('body.action') },
    })
    expect((await post('evaluation', { ...question, context: { time: 'now' } })).json).toEqual({
      decision: true,
    })
  })
})

describe('a token that was issued for another resource (RFC 8707)', () => {
  it('is not in force here', async () => {
    const aud = 'https://elsewhere.test/mcp'
    const { token } = await seedInstalled(server.sql, {
      workspaceId: acme,
      userId: world.users.ben.id,
      pages: [world.pages.quarter.id],
      payload: { aud },
    })
    const asked = { subject: { type: 'token', id: token }, action: read }
    expect(
      (await post('evaluation', { ...asked, resource: page(world.pages.launch.id) })).json.context.reason,
    ).toBe('The token is not in force.')
    expect((await post('search/resource', { ...asked, resource: { type: 'page' } })).json.results).toEqual([])
  })
})

describe('a connection that is no resource server', () => {
  it('asks about its own tokens alone, never about users, and reads no reasons', async () => {
    const other = await seedConnection(server.sql, { name: 'Another' })
    for (const subject of [byToken(), byUser(world.users.ben.id)]) {
      const question = { subject, action: read, resource: page(world.pages.launch.id) }
      expect((await post('evaluation', question, other)).json).toEqual({ decision: false })
      const found = await post('search/resource', { ...question, resource: { type: 'page' } }, other)
      expect(found.json.results).toEqual([])
    }
    const unknown = { ...other, secret: `lks_${'x'.repeat(36)}` }
    expect((await post('evaluation', {}, unknown)).status).toBe(401)
  })
})

describe('many questions', () => {
  const about = (ids: string[], semantic?: string) =>
    post('evaluations', {
      subject: byToken(),
      action: read,
      evaluations: ids.map(id => ({ resource: page(id) })),
      ...(semantic && { options: { evaluations_semantic: semantic } }),
    })
  const decisions = (answer: { json: { evaluations: { decision: boolean }[] } }) =>
    answer.json.evaluations.map(one => one.decision)

  it('share defaults, and end as the semantic says', async () => {
    const { launch, roadmap, quarter } = world.pages
    const ids = [launch.id, roadmap.id, quarter.id]
    expect(decisions((await about(ids)) as never)).toEqual([true, false, true])
    expect(decisions((await about(ids, 'deny_on_first_deny')) as never)).toEqual([true, false])
    expect(decisions((await about(ids, 'permit_on_first_permit')) as never)).toEqual([true])
    expect((await about(ids, 'first')).status).toBe(400)
    expect((await about(Array(101).fill(launch.id))).status).toBe(400)
    const single = { subject: byToken(), action: read, resource: page(launch.id) }
    expect((await post('evaluations', single)).json).toEqual({ decision: true })
    expect((await post('evaluations', { action: read, evaluations: [{ subject: byToken() }] })).status).toBe(
      400,
    )
  })

  it('agree with the partner API about every page of a tree', async () => {
    const seeded: SeededPage[] = [world.pages.quarter, world.pages.handbook]
    for (let at = 0; at < 60; at++)
      seeded.push(await seedPage(server.sql, acme, `Page ${at}`, seeded[(at * 7) % seeded.length]))
    const ids = seeded.map(({ id }) => id)
    const answers = decisions((await about(ids)) as never)
    for (const [at, id] of ids.entries()) {
      const { status } = await call(server.base, `/v1/pages/${id}`, { token: relay.token })
      expect([id, answers[at]]).toEqual([id, status === 200])
    }
    expect(new Set(answers).size).toBe(2)
  })
})

describe('the search for pages', () => {
  it('lists all that a token may use, page by page, and all that a user reaches', async () => {
    const all = async (subject: object) => {
      const ids: string[] = []
      for (let token: string | undefined, turn = 0; turn === 0 || token; turn++) {
        const body = { subject, action: read, resource: { type: 'page' }, page: { limit: 7, token } }
        const { json } = await post('search/resource', body)
        ids.push(...json.results.map((one: { id: string }) => one.id))
        token = json.page.next_token || undefined
        if (turn > 50) throw new Error('endless')
      }
      return ids
    }
    const reached = await all(byToken())
    expect(new Set(reached).size).toBe(reached.length)
    expect(reached).toContain(world.pages.launch.id)
    expect(reached).not.toContain(world.pages.roadmap.id)
    const ben = await all(byUser(world.users.ben.id))
    expect(new Set(ben).size).toBe(ben.length)
    expect(ben).toEqual(expect.arrayContaining([world.pages.diary.id, world.pages.roadmap.id, ...reached]))
    expect(ben).not.toContain(world.pages.ideas.id)
    const update = { subject: byToken(), action: { name: 'update_content' }, resource: { type: 'page' } }
    expect((await post('search/resource', update)).json).toEqual({ results: [], page: { next_token: '' } })
  })
})

describe('the metadata', () => {
  it('names the endpoints', async () => {
    const { json } = await call(server.base, '/.well-known/authzen-configuration')
    expect(json).toEqual({
      policy_decision_point: server.base,
      access_evaluation_endpoint: `${server.base}/access/v1/evaluation`,
      access_evaluations_endpoint: `${server.base}/access/v1/evaluations`,
      search_resource_endpoint: `${server.base}/access/v1/search/resource`,
    })
  })
})
