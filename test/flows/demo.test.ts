import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import Koa from 'koa'
import { prepareDemo } from '../../src/compose/demo-data.ts'
import { createDemoPartner } from '../../src/demo/partner.ts'
import { reachedPages } from '../../src/demo/reached-pages.ts'
import { Person } from '../support/person.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
const load = () => prepareDemo(server.server.stores, { ...server.config, demo: true })
const file = () => path.join(server.config.dataDir, 'demo.json')
const named = async (name: string) =>
  (await server.sql<{ id: string }>('select id from connections where name = $1 order by id', [name])).map(
    one => one.id,
  )

/** Everything that the demo's connections lead to, beside their callbacks. */
async function links(): Promise<string[]> {
  const rows = await server.sql<Record<string, string | null>>(
    `select website, install_url, support_url, privacy_url, terms_url from connections
     where kind = 'public' and developer_name is not null`,
  )
  return [...new Set(rows.flatMap(row => Object.values(row)))].filter(one => one !== null)
}

describe('the demo in a database that others use', () => {
  beforeAll(async () => {
    server = await startServer()
    await load()
  })
  afterAll(() => server.close())

  it('is loaded once, and tells who made what asks', async () => {
    await load()
    const rows = await server.sql(
      `select name from connections group by name having count(*) > 1 or max(developer_name) is null and max(kind) = 'public'`,
    )
    expect(rows).toEqual([])
  })

  it('leads nowhere but to itself', async () => {
    const all = await links()
    expect(all.length).toBeGreaterThan(20)
    const visitor = new Person(server.base)
    for (const link of all) {
      expect(link.startsWith(`${server.base}/demo-partner`)).toBe(true)
      expect([link, (await visitor.open(link)).status]).toEqual([link, 200])
    }
    for (const none of ['/sites/nobody', '/sites/github/nothing', '/sites/github/constructor'])
      expect((await visitor.open(`/demo-partner${none}`)).status).toBe(404)
  })

  it('begins anew after an interrupted load, without what that one made and with what others made', async () => {
    const { begun } = JSON.parse(await readFile(file(), 'utf8'))
    await writeFile(file(), JSON.stringify({ begun }))
    const [before] = await named('Relay Automations')
    const foreign = '01900000-0000-7000-8000-00000000f0f0'
    await server.sql(
      `insert into connections (id, kind, name, client_type, redirect_uris, capabilities, created_at, updated_at)
       values ($1, 'public', 'Relay Automations', 'confidential', '{https://relay.test/callback}', '{}', now(), now())`,
      [foreign],
    )
    await load()
    const after = await named('Relay Automations')
    expect(after).toHaveLength(2)
    expect(after).toContain(foreign)
    expect(after).not.toContain(before)
    expect(await named('GitHub')).toHaveLength(1)
    expect(await named('Acme Reporter')).toHaveLength(1)
  })

  it('follows the server to another address', async () => {
    const here = await links()
    const elsewhere = 'http://localhost:1'
    await prepareDemo(server.server.stores, { ...server.config, issuer: elsewhere, demo: true })
    expect((await links()).sort()).toEqual(here.map(link => link.replace(server.base, elsewhere)).sort())
    await load()
    expect((await links()).sort()).toEqual(here.sort())
  })

  it('has a partner that says what a cancel came to: nothing connected, or what was there before', async () => {
    const ben = new Person(server.base)
    await ben.open('/demo-partner')
    await ben.press('Connect')
    await ben.signIn('ben@acme.test', 'latchkey-demo')
    await ben.press('Cancel')
    expect(ben.text()).toContain('Access was not allowed. There is no connection.')

    await ben.press('Connect')
    await ben.press('Select pages')
    const page = ben.visit.$('input[name=pages]').first().attr('value')!
    await ben.press('Allow access', { pages: page })
    expect(ben.heading()).toBe('Connected to Acme')
    expect(ben.text()).not.toContain('Access was not allowed')

    await ben.press('Connect again')
    await ben.press('Cancel')
    expect(ben.heading()).toBe('Connected to Acme')
    expect(ben.text()).toContain('The earlier connection is unchanged.')
    await ben.press('List pages again')
    expect(ben.text()).not.toContain('Access was not allowed')
    expect(ben.text()).toContain('Pages that the token reaches')
  })

  it('has a partner that lists whatever is granted, databases too, and keeps its tokens', async () => {
    const ada = new Person(server.base)
    await ada.open('/demo-partner')
    await ada.press('Connect')
    await ada.signIn('ada@acme.test', 'latchkey-demo')
    await ada.press('Select pages')
    const roots = ada.visit
      .$('input[name=pages]')
      .toArray()
      .map(one => ada.visit.$(one).attr('value')!)
    expect(roots.length).toBeGreaterThan(5)
    await ada.press('Allow access', { pages: roots })
    expect(ada.heading()).toBe('Connected to Acme')
    expect(ada.text()).toContain('Pages that the token reaches')
    const databases = await server.sql<{ title: string }>(
      `select p.title from pages p join page_paths t on t.page_id = p.id
       where p.type = 'database' and not t.hidden and t.path[1] = any ($1::uuid[])`,
      [roots],
    )
    expect(databases.length).toBeGreaterThan(0)
    for (const { title } of databases) expect(ada.visit.$('ul').text()).toContain(title)
  })

  it('has a partner that keeps its tokens unless they are over for good, whatever answer comes or none', async () => {
    const kept = new Map<string, string>()
    const token = {
      access_token: 'lka_first',
      refresh_token: 'lkr_first',
      workspace_name: 'Acme',
      bot_id: 'b',
    }
    const id = 'd'.repeat(32)
    const visit = () =>
      JSON.parse(kept.get(`demo-partner:${id}`)!) as { tokens: object | null; notice: string }
    kept.set(`demo-partner:${id}`, JSON.stringify({ tokens: token, messages: [], pages: [], attempt: null }))
    let refreshed: { status: number; body: object } | null = null
    const latchkey = new Koa().use(ctx => {
      // Requests after the refresh get no answer.
      if (refreshed === null || ctx.path !== '/v1/oauth/token') return void ctx.req.socket.destroy()
      Object.assign(ctx, refreshed)
    })
    const upstream = latchkey.listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    const base = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`
    const partner = await createDemoPartner({
      addresses: { issuer: base, base },
      client: async () => ({ clientId: 'c', clientSecret: 's', redirectUri: `${base}/back` }),
      visits: {
        read: async key => kept.get(key) ?? null,
        write: async (key, value) => void kept.set(key, value),
      },
    })
    const shown = new Koa().use(partner).listen(0, '127.0.0.1')
    await once(shown, 'listening')
    const at = `http://127.0.0.1:${(shown.address() as AddressInfo).port}/demo-partner/refresh`
    const refresh = async () => {
      const headers = { cookie: `demo_partner=${id}` }
      expect((await fetch(at, { method: 'POST', headers, redirect: 'manual' })).status).toBe(303)
      return visit()
    }
    for (const answer of [
      null,
      { status: 429, body: { error: 'rate_limited' } },
      { status: 503, body: { error: 'temporarily_unavailable' } },
      { status: 400, body: { error: 'invalid_request' } },
    ]) {
      refreshed = answer
      const { tokens, notice } = await refresh()
      expect(tokens).toEqual(token)
      expect(notice).toContain('can be tried again')
    }
    refreshed = { status: 200, body: { ...token, refresh_token: 'lkr_second' } }
    expect((await refresh()).tokens).toMatchObject({ refresh_token: 'lkr_second' })
    refreshed = { status: 400, body: { error: 'invalid_grant' } }
    expect((await refresh()).tokens).toBeNull()
    for (const one of [upstream, shown]) await new Promise(resolve => one.close(resolve))
  })

  it('has a partner that takes whatever the search answers', () => {
    for (const answer of [null, 'nothing', {}, { results: null }]) expect(reachedPages(answer)).toBeNull()
    const untitled = { id: '', icon: null, title: 'Untitled' }
    expect(reachedPages({ results: [null, {}, { title: 'text' }, { properties: { title: {} } }] })).toEqual([
      untitled,
      untitled,
      untitled,
    ])
  })
})
