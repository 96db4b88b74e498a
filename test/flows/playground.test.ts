import { describe, expect, it } from '@jest/globals'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'
import { messages } from '../support/playground.ts'
import { seedConnection, type World } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql, {
  workspace_id: world.workspaces.acme.id,
  created_by: world.users.ben.id,
})

async function signedIn(who: keyof World['users']): Promise<Person> {
  const person = new Person(server.base)
  await person.signIn(world.users[who].email)
  return person
}

const at = (part = '') => `/developers/connections/${relay.id}/playground${part}`

describe('a test of one’s own connection', () => {
  it('goes through the true flow, lays out each message, and masks secrets until asked', async () => {
    const ben = await signedIn('ben')
    await ben.open(at())
    await ben.press('Test this connection')
    expect(ben.visit.url).toContain('/install/')
    expect(ben.heading()).toContain('Relay Automations')
    await ben.press('Select pages')
    await ben.press('Allow access', { pages: [world.pages.quarter.id] })
    expect(new URL(ben.visit.url).pathname).toBe(at())
    expect(messages(ben)).toEqual([
      '1. The user is sent to Latchkey',
      '2. The user comes back',
      '3. The code is redeemed 200',
      '4. Who is this token? (users.me) 200',
      '5. Which pages does it reach? (search) 200',
      '6. One page (pages.retrieve) 200',
    ])
    const text = ben.text()
    expect(text).toContain('Connected')
    expect(text).toContain('code_challenge_method S256')
    expect(text).toContain(`curl -X POST '${server.base}/v1/oauth/token'`)
    expect(text).toContain('"workspace_name": "Acme"')
    expect(text).toContain('Quarter One')
    expect(ben.visit.html).not.toMatch(/lk[a-z]_\w{20,}/)
    expect(text).not.toMatch(/code_verifier=[\w-]{20,}/)

    await ben.press('Show secrets')
    for (const prefix of ['lka_', 'lkr_', 'lks_', 'lkc_'])
      expect(ben.visit.html).toMatch(new RegExp(`${prefix}\\w{36}`))
    const [token] = /lka_\w{36}/.exec(ben.visit.html)!
    const me = await fetch(`${server.base}/v1/users/me`, { headers: { authorization: `Bearer ${token}` } })
    expect(me.status).toBe(200)
    await ben.press('Hide secrets')
    expect(ben.visit.html).not.toMatch(/lka_\w{20,}/)

    await ben.press('Refresh the token')
    expect(messages(ben).at(-1)).toBe('7. The token is refreshed 200')
    await ben.press('Forget this test')
    expect(messages(ben)).toEqual([])
  })

  it('works for a public client too', async () => {
    await server.sql(`update connections set client_type = 'public' where id = $1`, [relay.id])
    const ben = await signedIn('ben')
    await ben.open(at())
    await ben.press('Test this connection')
    await ben.press('Select pages')
    await ben.press('Allow access', { pages: [world.pages.quarter.id] })
    expect(messages(ben)).toContain('3. The code is redeemed 200')
    expect(ben.text()).toContain(`client_id=${relay.id}`)
    await server.sql(`update connections set client_type = 'confidential' where id = $1`, [relay.id])
  })

  it('shows a refusal of the user as the partner gets it', async () => {
    const ben = await signedIn('ben')
    await ben.open(at())
    await ben.press('Test this connection')
    await ben.press('Cancel')
    expect(messages(ben)).toEqual(['1. The user is sent to Latchkey', '2. The user comes back'])
    expect(ben.text()).toContain('error access_denied')
    expect(ben.text()).toContain('Not connected')
  })

  it('makes a secret that is worth nothing elsewhere', async () => {
    const ben = await signedIn('ben')
    await ben.open(at())
    await ben.press('Test this connection')
    await ben.press('Select pages')
    await ben.press('Allow access', { pages: [world.pages.quarter.id] })
    await ben.press('Show secrets')
    const [secret] = /lks_\w{36}/.exec(ben.visit.html)!
    const [refresh] = /lkr_\w{36}/.exec(ben.visit.html)!
    const answer = await fetch(`${server.base}/v1/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${relay.id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refresh! }),
    })
    expect(answer.status).toBe(401)
  })
})

describe('the redirect URI of tests', () => {
  const authorize = (extra: Record<string, string> = {}) =>
    `/v1/oauth/authorize?${new URLSearchParams({
      response_type: 'code',
      client_id: relay.id,
      redirect_uri: `${server.base}/developers/playground/callback`,
      state: 'x',
      ...extra,
    })}`

  it('is refused outside of a test, registered or not', async () => {
    const ben = await signedIn('ben')
    expect((await ben.open(authorize())).status).toBe(400)
    expect(ben.text()).toContain('not safe to answer')
    const squatter = await seedConnection(server.sql, {
      redirect_uris: [`${server.base}/developers/playground/callback`],
    })
    expect((await ben.open(authorize({ client_id: squatter.id }))).status).toBe(400)
  })

  it('is taken in the browser that began the test, for its connection, until it comes back', async () => {
    const ben = await signedIn('ben')
    await ben.open(at())
    const { action, body } = ben.formOf('Test this connection')
    const made = await ben.send(action, { method: 'POST', body })
    const url = made.headers.get('location')!
    const cleo = await signedIn('cleo')
    expect((await cleo.open(url)).status).toBe(400)
    expect((await new Person(server.base).open(url)).status).toBe(400)
    const other = new URL(url)
    other.searchParams.set('client_id', (await seedConnection(server.sql)).id)
    expect((await ben.open(other.href)).status).toBe(400)
    expect((await ben.open(url)).status).toBe(200)
    await ben.press('Cancel')
    expect(ben.text()).toContain('Not connected')
    expect((await ben.open(url)).status).toBe(400)
  })

  it('answers a stranger with nothing', async () => {
    const cleo = await signedIn('cleo')
    const foreign = `/developers/playground/callback?state=${relay.id}.abc&code=lkc_x`
    expect((await cleo.open(foreign)).status).toBe(404)
    const ben = await signedIn('ben')
    expect((await ben.open(foreign)).status).toBe(404)
    const nobody = new Person(server.base)
    expect((await nobody.open(foreign)).url).toContain('/sign-in')
  })
})

describe('everybody else', () => {
  const addresses = ['', '/sandbox/remove'] as const
  const posts = ['/test', '/next', '/secrets', '/forget', '/sandbox', '/sandbox/remove', '/act'] as const

  it.each(['cleo', 'gus', 'dora'] as const)('is refused: %s', async who => {
    const person = await signedIn(who)
    for (const part of addresses) expect((await person.open(at(part))).status).toBe(404)
    const csrf = new URLSearchParams({ csrf: await csrfOf(person) })
    for (const part of posts)
      expect((await person.open(at(part), { method: 'POST', body: csrf })).status).toBe(404)
  })

  it('is refused signed out', async () => {
    for (const part of addresses)
      expect((await new Person(server.base).open(at(part))).url).toContain('/sign-in')
    for (const part of posts)
      expect((await new Person(server.base).open(at(part), { method: 'POST' })).status).toBeGreaterThan(302)
  })

  it('finds no playground of an internal connection', async () => {
    const internal = await seedConnection(server.sql, {
      kind: 'internal',
      redirect_uris: [],
      workspace_id: world.workspaces.acme.id,
      created_by: world.users.ben.id,
    })
    const ben = await signedIn('ben')
    expect((await ben.open(`/developers/connections/${internal.id}/playground`)).status).toBe(404)
  })
})

async function csrfOf(person: Person): Promise<string> {
  await person.open('/sign-out')
  return person.visit.$('[name=csrf]').first().attr('value')!
}
