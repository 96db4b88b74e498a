import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from '@jest/globals'
import { openWorld } from '../support/open-world.ts'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { seedConnection, seedPage, type World } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql)
afterEach(() => server.sql('delete from consents'))

type Step = 'levels' | 'pages'
type Name = keyof World['users']

async function at(step: Step, who: Name = 'ben', extra: Record<string, string> = {}): Promise<Person> {
  const partner = await Partner.discover(server.base, relay)
  const person = new Person(server.base)
  await person.open(await partner.authorizeUrl(extra))
  await person.signIn(world.users[who].email)
  if (step === 'pages') await person.press('Select pages')
  return person
}

const consents = async () => (await server.sql('select id from consents')).length
const uidOf = (person: Person) => new URL(person.visit.url).pathname.split('/')[2]!
const fieldOf = (person: Person, name: string) => String(person.visit.$(`[name=${name}]`).first().val())

/** Posts below the flow with the screen's own token and workspace, and with the given fields instead or besides. */
async function post(person: Person, address: string, fields: Record<string, string | string[]> = {}) {
  const body = new URLSearchParams()
  const all = { csrf: fieldOf(person, 'csrf'), workspace_id: fieldOf(person, 'workspace_id'), ...fields }
  for (const [name, values] of Object.entries(all))
    for (const value of [values].flat()) body.append(name, value)
  const answer = await person.send(`/install/${uidOf(person)}${address}`, { method: 'POST', body })
  return { status: answer.status, headers: answer.headers, html: await answer.text() }
}

describe('allowing access to a page out of reach', () => {
  it.each([
    ['private to somebody else', () => world.pages.diary.id],
    ['in another workspace', () => world.pages.ideas.id],
    ['nowhere', () => randomUUID()],
  ])('is refused and grants nothing: %s', async (_name, page) => {
    const cleo = await at('pages', 'cleo')
    const answer = await post(cleo, '/allow', { pages: [world.pages.handbook.id, page()] })
    expect(answer.status).toBe(403)
    expect(answer.html).toContain('out of your reach')
    expect(await consents()).toBe(0)
    await cleo.open(`/install/${uidOf(cleo)}/pages`)
    expect(
      cleo.visit
        .$('input[name=pages][checked]')
        .toArray()
        .map(one => one.attribs.value),
    ).toEqual([world.pages.handbook.id])
  })

  it('is refused for an archived page', async () => {
    const gone = await seedPage(server.sql, world.workspaces.acme.id, 'Gone')
    await server.sql('update page_paths set hidden = true where page_id = $1', [gone.id])
    const ben = await at('pages')
    expect((await post(ben, '/allow', { pages: gone.id })).status).toBe(403)
    expect(await consents()).toBe(0)
  })
})

describe('a form for one workspace while another is chosen', () => {
  it('is refused, and carries no page across', async () => {
    const ada = await at('pages', 'ada', { workspace_id: world.workspaces.acme.id })
    const tab = ada.visit
    await ada.press('Side')
    expect(ada.text()).toContain('Shared with everyone in Side')
    ada.visit = tab
    const answer = await post(ada, '/allow', { pages: world.pages.handbook.id })
    expect(answer.status).toBe(400)
    expect(answer.html).toContain('Another workspace is chosen now')
    expect(await consents()).toBe(0)
  })

  it('is refused when the workspace in the form is changed by hand', async () => {
    const ada = await at('pages', 'ada', { workspace_id: world.workspaces.acme.id })
    const changed = { workspace_id: world.workspaces.side.id, pages: world.pages.ideas.id }
    for (const address of ['/allow', '/pages/ticks', '/pages/search', '/back'])
      expect((await post(ada, address, changed)).status).toBe(400)
    expect(await consents()).toBe(0)
  })

  it('is not moved to a workspace that the user is not in', async () => {
    const ben = await at('pages')
    for (const workspace of [world.workspaces.side.id, randomUUID(), '', 'x'])
      expect((await post(ben, '/workspace', { workspace, step: 'pages' })).status).toBe(403)
    const stolen = { workspace_id: world.workspaces.side.id, workspace: world.workspaces.acme.id }
    expect((await post(ben, '/workspace', { ...stolen, step: 'pages' })).status).toBe(403)
    await ben.open(`/install/${uidOf(ben)}/pages`)
    expect(ben.text()).toContain('Shared with everyone in Acme')
  })

  it('a workspace wished for by the partner that is not the user’s counts for nothing', async () => {
    const ben = await at('levels', 'ben', { workspace_id: world.workspaces.side.id })
    expect(ben.heading()).toBe('Relay Automations wants to connect to Acme')
    expect(ben.visit.html).not.toContain(world.workspaces.side.id)
  })
})

describe('a form from elsewhere', () => {
  const addresses = [
    '/workspace',
    '/pages',
    '/back',
    '/allow',
    '/cancel',
    '/pages/ticks',
    '/pages/show?page=',
  ]
  it.each(addresses)('changes nothing at %s without the token of this session', async address => {
    const [ben, cleo] = [await at('pages'), await at('pages', 'cleo')]
    const target = address.endsWith('=') ? address + world.pages.roadmap.id : address
    for (const csrf of ['', 'x', fieldOf(cleo, 'csrf')]) {
      const answer = await post(ben, target, { csrf, pages: world.pages.handbook.id })
      expect(answer.status).toBe(403)
      expect(answer.html).toContain('no longer valid')
    }
    expect(await consents()).toBe(0)
    expect((await ben.open(`/install/${uidOf(ben)}`)).status).toBe(200)
  })

  it('cannot frame a screen of the flow, and the address of the flow is told to nobody', async () => {
    const ben = await at('levels')
    for (const path of ['', '/pages']) {
      const { headers } = await ben.open(`/install/${uidOf(ben)}${path}`)
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })

  it('does not act by GET', async () => {
    const ben = await at('pages')
    for (const address of ['/allow', '/cancel', '/workspace', '/back', '/pages/ticks']) {
      const { status, headers } = await ben.send(
        `/install/${uidOf(ben)}${address}?pages=${world.pages.handbook.id}`,
      )
      expect([address, status, headers.get('allow')]).toEqual([address, 405, 'POST'])
    }
    expect((await ben.open(`/install/${uidOf(ben)}`)).status).toBe(200)
  })
})

describe('a damaged form', () => {
  it.each([
    ['a page that is no id', { pages: 'x' }],
    ['a page id among rubbish', { pages: ['', '../../etc/passwd'] }],
    ['a page with a NUL', { pages: '\0' }],
    ['a NUL in the search', { q: 'a\0b' }],
    ['a workspace that is no id', { workspace_id: '__proto__' }],
    ['two workspaces', { workspace_id: [randomUUID(), randomUUID()] }],
  ])('is refused: %s', async (_name, fields) => {
    const ben = await at('pages')
    for (const address of ['/allow', '/pages/search', '/pages/ticks']) {
      const answer = await post(ben, address, fields)
      expect(answer.status).toBe(400)
      expect(answer.html).toContain('could not be read')
    }
    expect(await consents()).toBe(0)
  })

  it('with more pages than can be ticked is refused with the way out', async () => {
    const ben = await at('pages')
    for (const count of [1_001, 10_000]) {
      const answer = await post(ben, '/allow', { pages: Array.from({ length: count }, () => randomUUID()) })
      expect(answer.status).toBe(413)
      expect(answer.html).toMatch(/includes everything below it/)
    }
    expect(await consents()).toBe(0)
  })

  it('with nothing ticked is refused with a sentence', async () => {
    const ben = await at('pages')
    const answer = await post(ben, '/allow')
    expect(answer.status).toBe(400)
    expect(answer.html).toContain('Tick at least one page')
    expect(await consents()).toBe(0)
  })

  it.each([
    '/pages/show',
    '/pages/show?page=x',
    '/pages/show?page=%00',
    `/pages/show?page=${randomUUID()}&page=${randomUUID()}`,
    `/pages/show?page=${randomUUID()}&after=1`,
    '/pages/hide?page=',
    '/pages/more?list=evil',
    '/pages/more?list=shared&after=%27%20or%201=1',
    '/pages/search?offset=-1',
    '/pages/search?offset=1e9',
  ])('is refused at %s', async address => {
    expect((await post(await at('pages'), address, { q: 'road' })).status).toBe(400)
  })

  it('opens no node out of reach, with a cursor or without', async () => {
    const cleo = await at('pages', 'cleo')
    await seedPage(server.sql, world.workspaces.acme.id, 'Confession', world.pages.diary)
    const hx = { 'HX-Request': 'true', 'HX-Target': 'page' }
    for (const page of [world.pages.diary.id, world.pages.ideas.id, randomUUID()])
      for (const after of ['', `&after=${world.pages.handbook.id}`]) {
        const body = new URLSearchParams({
          csrf: fieldOf(cleo, 'csrf'),
          workspace_id: fieldOf(cleo, 'workspace_id'),
        })
        const address = `/install/${uidOf(cleo)}/pages/show?page=${page}${after}`
        const answer = await cleo.send(address, { method: 'POST', body, headers: hx })
        expect(answer.status).toBe(204)
        expect(await answer.text()).toBe('')
        await post(cleo, `/pages/show?page=${page}${after}`)
        await cleo.open(`/install/${uidOf(cleo)}/pages`)
        expect(cleo.text()).not.toMatch(/Confession|Diary|Ideas/)
      }
  })

  it('does not tell by where a list goes on what a page out of reach is called', async () => {
    const { acme } = world.workspaces
    const secret = await seedPage(server.sql, acme.id, 'Lay-offs', null, [world.users.ben.id])
    const below = await seedPage(server.sql, acme.id, 'Names', secret)
    const cleo = await at('pages', 'cleo')
    const picker = `/install/${uidOf(cleo)}/pages`
    const body = new URLSearchParams({ csrf: fieldOf(cleo, 'csrf'), workspace_id: acme.id })
    const headers = { 'HX-Request': 'true', 'HX-Target': 'page' }
    const rows = async (address: string) =>
      (await cleo.send(picker + address, { method: 'POST', body, headers })).text()
    const nowhere = await rows(`/more?list=shared&after=${randomUUID()}`)
    expect(nowhere).toContain('Handbook')
    for (const { id } of [secret, below]) {
      expect(await rows(`/more?list=shared&after=${id}`)).toBe(nowhere)
      await cleo.open(`/w/${acme.id}?shared=${id}`)
      expect(cleo.text()).toContain('Handbook')
    }
    const children = `/w/${acme.id}/p/${world.pages.roadmap.id}`
    await seedPage(server.sql, acme.id, 'Alpha', world.pages.roadmap)
    await cleo.open(`${children}?after=${below.id}`)
    expect(cleo.text()).toContain('Alpha')
    await server.sql('delete from pages where id = any ($1)', [[below.id, secret.id]])
  })

  it('searches for signs that mean something elsewhere as they stand', async () => {
    const ben = await at('pages')
    for (const q of [
      '%',
      '_',
      '\\',
      '%\\_',
      `'; select 1 --`,
      '<script>',
      '\u202e',
      'a'.repeat(5_000),
      '\ud800',
    ]) {
      await ben.press('Search', { q })
      expect(ben.visit.status).toBe(200)
      expect(ben.text()).toContain('No page that you can open has this in its title')
      expect(ben.visit.$('main script')).toHaveLength(0)
    }
  })
})
