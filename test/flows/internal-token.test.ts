import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { openWorld } from '../support/open-world.ts'
import { reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import type { World } from '../support/seed.ts'

let connectionId: string
let token: string
let tokenScreen: string
let created: Person['visit']

const signedIn = async (name: keyof World['users']) => {
  const person = new Person(server.base)
  await person.signIn(world.users[name].email)
  return person
}
const shownToken = (person: Person) => person.visit.$('#shown-token, #shown-value').text().trim()
const csrf = (person: Person) => person.visit.$('input[name=csrf]').first().val() as string

const { server, world } = await openWorld()

beforeAll(async () => {
  const ben = await signedIn('ben')
  await ben.open('/developers/new/internal')
  await ben.press('Create connection and token', {
    workspace: world.workspaces.acme.id,
    name: 'Nightly Report',
    capabilities: ['read_content'],
    user_information: 'none',
  })
  token = shownToken(ben)
  const [row] = await server.sql<{ id: string }>(`select id from connections where name = 'Nightly Report'`)
  connectionId = row!.id
  tokenScreen = `/developers/connections/${connectionId}/token`
  created = ben.visit
  const [installation] = await server.sql<{ id: string }>(
    'select id from installations where connection_id = $1',
    [connectionId],
  )
  const cleo = await signedIn('cleo')
  await cleo.open(`/w/${world.workspaces.acme.id}/p/${world.pages.handbook.id}/connections?q=nightly`)
  await cleo.press('Add Nightly Report')
  expect(installation!.id).toMatch(/-/)
})

describe('from its creation to its first call', () => {
  it('the screen of its creation says that it reaches nothing yet, and leads to where pages are chosen', async () => {
    const { $ } = created
    expect($('.shown-once').text()).toContain('It reaches no page yet.')
    expect($('#call').text()).toContain(`${server.base}/v1/search`)
    expect($('.shown-once a').attr('href')).toBe(`/developers/connections/${connectionId}/integrate`)
  })

  it('“How to integrate” leads to its pages and has the call, which runs as it stands', async () => {
    const ben = await signedIn('ben')
    await ben.open(`/developers/connections/${connectionId}/integrate`)
    expect(ben.visit.status).toBe(200)
    expect(ben.text()).toContain('Add connection')
    const call = ben.visit.$('#snippet-call').text()
    const { stdout } = await promisify(execFile)('sh', ['-c', call], {
      env: { ...process.env, ACCESS_TOKEN: token },
    })
    expect(JSON.parse(stdout).results).toHaveLength(1)
    const manage = ben.visit
      .$('main a')
      .toArray()
      .find(one => ben.visit.$(one).text().trim() === 'Manage pages')
    await ben.open(ben.visit.$(manage!).attr('href')!)
    expect(ben.heading()).toBe('Which pages may Nightly Report reach?')
  })

  it('an owner manages its pages from the list of connections, too', async () => {
    const ada = await signedIn('ada')
    await ada.open(`/settings/${world.workspaces.acme.id}/connections`)
    const menu = ada.visit.$('[aria-label="More options for Nightly Report"]').parent()
    const manage = menu
      .find('a')
      .toArray()
      .find(one => ada.visit.$(one).text().trim() === 'Manage pages')
    await ada.open(ada.visit.$(manage!).attr('href')!)
    expect(ada.heading()).toBe('Which pages may Nightly Report reach?')
  })
})

describe('the standing token of an internal connection', () => {
  it('reaches the pages that members added it to, and no others', async () => {
    expect(token).toMatch(/^lki_/)
    expect(await reachedTitles(server.base, token)).toEqual(['Handbook'])
    const answer = await fetch(`${server.base}/v1/pages/${world.pages.roadmap.id}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(answer.status).toBe(404)
  })

  it('is shown again to its creator and to owners, and each time is recorded with who it was', async () => {
    for (const name of ['ben', 'ada'] as const) {
      const person = await signedIn(name)
      await person.open(tokenScreen)
      await person.press('Show token')
      expect(shownToken(person)).toBe(token)
      await person.open(person.visit.url)
      expect(shownToken(person)).toBe('')
      const [event] = await server.sql(
        `select actor_id from events where kind = 'internal-token.copied' order by at desc limit 1`,
      )
      expect(event).toEqual({ actor_id: world.users[name].id })
    }
  })

  it('is renewed with an overlap: both work, until the old one’s time is over', async () => {
    const ada = await signedIn('ada')
    await ada.open(tokenScreen)
    await ada.press('Renew token', { overlap: '3600' })
    const next = shownToken(ada)
    expect(next).not.toBe(token)
    expect(await reachedTitles(server.base, token)).toEqual(['Handbook'])
    expect(await reachedTitles(server.base, next)).toEqual(['Handbook'])
    await server.sql('update internal_tokens set expires_at = now() where expires_at is not null')
    await expect(reachedTitles(server.base, token)).rejects.toThrow('401')
    expect(await reachedTitles(server.base, next)).toEqual(['Handbook'])
    token = next
  })

  it('is renewed without one: the old one dies at once', async () => {
    const ben = await signedIn('ben')
    await ben.open(tokenScreen)
    await ben.press('Renew token', { overlap: '0' })
    const next = shownToken(ben)
    await expect(reachedTitles(server.base, token)).rejects.toThrow('401')
    expect(await reachedTitles(server.base, next)).toEqual(['Handbook'])
    token = next
  })

  it('never longer than seven days', async () => {
    const ben = await signedIn('ben')
    await ben.open(tokenScreen)
    const answer = await ben.send(`${tokenScreen}/renew`, {
      method: 'POST',
      body: new URLSearchParams({ csrf: csrf(ben), overlap: '99999999' }),
    })
    expect(answer.status).toBe(400)
    expect(await reachedTitles(server.base, token)).toEqual(['Handbook'])
  })

  it('is revoked after asking, and made anew', async () => {
    const ben = await signedIn('ben')
    await ben.open(`${tokenScreen}/revoke`)
    expect(ben.text()).toContain('stop working at once')
    await ben.press('Revoke token')
    await expect(reachedTitles(server.base, token)).rejects.toThrow('401')
    await ben.press('Make a token')
    token = shownToken(ben)
    expect(await reachedTitles(server.base, token)).toEqual(['Handbook'])
  })

  it('comes back after an owner disconnected the connection only by an owner', async () => {
    await server.sql(`update installations set state = 'revoked' where connection_id = $1`, [connectionId])
    await server.sql('update internal_tokens set revoked_at = now()')
    const ben = await signedIn('ben')
    await ben.open(tokenScreen)
    await ben.press('Make a token')
    expect(ben.visit.status).toBe(403)
    const ada = await signedIn('ada')
    await ada.open(tokenScreen)
    await ada.press('Make a token')
    expect(await reachedTitles(server.base, shownToken(ada))).toEqual(['Handbook'])
  })
})

describe('refused by direct request', () => {
  it('to members who did not create it, outsiders, guests and the signed-out, whether it exists or not', async () => {
    for (const name of ['cleo', 'dora', 'gus'] as const) {
      const person = await signedIn(name)
      await person.open('/sign-out')
      const body = new URLSearchParams({ csrf: csrf(person), overlap: '0' })
      for (const id of [connectionId, '00000000-0000-4000-8000-000000000000']) {
        const screen = `/developers/connections/${id}/token`
        expect((await person.send(screen)).status).toBe(404)
        for (const part of ['copy', 'renew', 'revoke'])
          expect((await person.send(`${screen}/${part}`, { method: 'POST', body })).status).toBe(404)
      }
    }
    const stranger = new Person(server.base)
    await stranger.open(tokenScreen)
    expect(stranger.heading()).toContain('Sign in')
  })
})
