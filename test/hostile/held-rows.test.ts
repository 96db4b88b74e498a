import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { importNeeds } from '../../src/compose/directory.ts'
import { importDirectory } from '../../src/storage/postgres/directory/import.ts'
import { allowed, signedIn, type Tokens } from '../support/allowed.ts'
import { call } from '../support/api.ts'
import { whileHeld as rowsHeld } from '../support/held-rows.ts'
import { basic, post } from '../support/oauth.ts'
import { type Partner, reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** A statement that waits for a row gives up after it. */
const lockMs = 500

let server: TestServer
let world: World
let relay: SeededConnection
let partner: Partner
let tokens: Tokens

beforeAll(async () => {
  server = await startServer({}, { lockMs })
  world = await seedWorld(server.sql)
})
beforeEach(async () => {
  relay = await seedConnection(server.sql)
  ;({ partner, tokens } = await allowed(server, relay, world.users.ben, [world.pages.roadmap]))
})
afterAll(() => server.close())

const whileHeld = <T>(lock: string, values: unknown[], during: () => Promise<T>) =>
  rowsHeld(server.config.databaseUrl!, lock, values, during)

const authorizations = 'select from authorizations where connection_id = $1 for update'
const installation = 'select from installations where id = $1 for update'
const ask = (fields: Record<string, string>) =>
  post(`${server.base}/v1/oauth/token`, fields, basic(relay.id, relay.secret))
const refresh = () => ask({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
const unavailable = {
  status: 503,
  json: { error: 'temporarily_unavailable', object: 'error', status: 503, code: 'temporarily_unavailable' },
}
/** All that a grant, a disconnect or a change of pages could have left by halves. */
const kept = () =>
  server.sql(
    `select i.state, i.updated_at, a.id, a.redeemed_at, t.token_hash, r.token_hash as refresh_hash, g.page_id,
       (select count(*) from events e where e.connection_id = i.connection_id) as events
     from installations i left join authorizations a on a.connection_id = i.connection_id
     left join access_tokens t on t.grant_id = a.id left join refresh_tokens r on r.grant_id = a.id
     left join page_grants g on g.installation_id = i.id
     where i.connection_id = $1 order by a.id, t.token_hash, r.token_hash`,
    [relay.id],
  )

describe('while another transaction holds the row that it needs', () => {
  it('a refresh is told to try again, and the plain retry succeeds', async () => {
    const before = await kept()
    const held = await whileHeld(authorizations, [relay.id], refresh)
    expect(held).toMatchObject(unavailable)
    expect(held.headers.get('retry-after')).toBe('1')
    expect(await kept()).toEqual(before)
    const { status, json } = await refresh()
    expect(status).toBe(200)
    expect(await reachedTitles(server.base, String(json.access_token))).toContain('Roadmap')
  })

  it('the exchange of a code is told to try again, and the code is not used up', async () => {
    const ben = await signedIn(server, world.users.ben)
    await ben.open(await partner.authorizeUrl())
    await ben.press('Select pages')
    await ben.press('Allow access', { pages: [world.pages.handbook.id] })
    const exchange = () =>
      ask({
        grant_type: 'authorization_code',
        code: new URL(ben.visit.url).searchParams.get('code')!,
        redirect_uri: relay.redirectUri,
        code_verifier: partner.verifier,
      })
    const before = await kept()
    const held = await whileHeld(authorizations, [relay.id], exchange)
    expect(held).toMatchObject(unavailable)
    expect(held.headers.get('retry-after')).toBe('1')
    expect(await kept()).toEqual(before)
    const { status, json } = await exchange()
    expect(status).toBe(200)
    expect(await reachedTitles(server.base, String(json.access_token))).toContain('Handbook')
    const reused = `select from events where connection_id = $1 and kind = 'code.reused'`
    expect(await server.sql(reused, [relay.id])).toEqual([])
  })

  it('a change in the settings is answered with a page that says so, and is done at the next try', async () => {
    const ben = await signedIn(server, world.users.ben)
    const my = `/settings/${world.workspaces.acme.id}/my-connections`
    await ben.open(`${my}/${tokens.bot_id}/disconnect`)
    const { action, body } = ben.formOf('Disconnect Relay Automations', {})
    const disconnect = () => ben.open(action, { method: 'POST', body })
    const before = await kept()
    await whileHeld(installation, [tokens.bot_id], disconnect)
    expect(ben.visit.status).toBe(503)
    expect(ben.visit.headers.get('retry-after')).toBe('1')
    expect(ben.heading()).toBe('The service is busy')
    expect(ben.text()).toContain('No changes were made. Go back and try again in a moment.')
    expect(ben.text()).toContain(`Request id ${ben.visit.headers.get('x-request-id')}`)
    expect(await kept()).toEqual(before)
    await disconnect()
    expect(ben.visit.status).toBe(200)
    await expect(reachedTitles(server.base, tokens.access_token)).rejects.toThrow('401')
  })

  it('a change through the API is 503 with Retry-After, and is done at the next try', async () => {
    const change = { properties: { title: [{ text: { content: 'Held no more' } }] } }
    const rename = () =>
      call(server.base, `/v1/pages/${world.pages.launch.id}`, {
        method: 'PATCH',
        token: tokens.access_token,
        body: change,
      })
    const title = () => server.sql('select title from pages where id = $1', [world.pages.launch.id])
    const held = await whileHeld(installation, [tokens.bot_id], rename)
    expect(held.json).toMatchObject({ object: 'error', status: 503, code: 'service_unavailable' })
    expect(held.headers['retry-after']).toBe('1')
    expect(await title()).toEqual([{ title: 'Launch' }])
    expect((await rename()).status).toBe(200)
    expect(await title()).toEqual([{ title: 'Held no more' }])
  })
})

describe('25 requests for one held row', () => {
  it('stop the others for no longer than one of them may wait, and all of them succeed later', async () => {
    const other = await seedConnection(server.sql)
    const { tokens: others } = await allowed(server, other, world.users.ada, [world.pages.roadmap])
    const visitor = new Person(server.base)
    await whileHeld(authorizations, [relay.id], async () => {
      const flood = Array.from({ length: 25 }, refresh)
      await new Promise(resolve => setTimeout(resolve, 50))
      const begun = performance.now()
      const [titles, visit] = await Promise.all([
        reachedTitles(server.base, others.access_token),
        visitor.signIn(world.users.ada.email),
      ])
      const waited = performance.now() - begun
      expect(titles).toContain('Roadmap')
      expect(visit.status).toBe(200)
      // Signing in and its page are several questions, of which only the first meets the flood.
      expect(waited).toBeLessThan(lockMs + 2_000)
      for (const answer of await Promise.all(flood)) expect(answer).toMatchObject(unavailable)
    })
    const answers = await Promise.all(Array.from({ length: 25 }, refresh))
    expect(answers.map(one => one.status)).toEqual(answers.map(() => 200))
  })
})

describe('what may wait as long as it must', () => {
  it('is the import that a start runs: it has connections of its own, and is done when the row is free', async () => {
    const { acme } = world.workspaces
    const line = JSON.stringify({ kind: 'workspace', id: acme.id, name: 'Acme & Co', plan: 'enterprise' })
    let done = false
    let importing: Promise<unknown> = Promise.resolve()
    await whileHeld('select from workspaces where id = $1 for update', [acme.id], async () => {
      importing = server.server.stores
        .unhurried(database => importDirectory(importNeeds(database), source(line)))
        .then(() => {
          done = true
        })
      importing.catch(() => {})
      await new Promise(resolve => setTimeout(resolve, lockMs * 2))
      expect(done).toBe(false)
    })
    await importing
    expect(await server.sql('select name from workspaces where id = $1', [acme.id])).toEqual([
      { name: 'Acme & Co' },
    ])
  })
})

async function* source(text: string) {
  yield Buffer.from(text)
}
