import { describe, expect, it } from '@jest/globals'
import * as oauth from 'openid-client'
import { csrfOf, Developers, partOf } from '../support/developers.ts'
import { openWorld } from '../support/open-world.ts'
import { reachedTitles } from '../support/partner.ts'

const { server, world } = await openWorld()
const developers = new Developers(server.base, world)

describe('a member creates a public connection', () => {
  it('in the form, sees the secret once, and a partner gets tokens with it', async () => {
    const relay = await developers.create()
    expect(relay.name).toBe('Relay')
    expect(relay.secret).toMatch(/^lks_[0-9A-Za-z]{36}$/)
    expect(relay.developer.text()).toContain('It is never shown again')
    // Reloading shows it no more.
    await relay.developer.open(relay.developer.visit.url)
    expect(relay.developer.visit.html).not.toContain(relay.secret)

    const { tokens } = await developers.install(relay)
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
    const [event] = await server.sql(
      `select actor_id, workspace_id, address, request_id from events where kind = 'connection.registered' and connection_id = $1`,
      [relay.id],
    )
    expect(event).toMatchObject({ actor_id: world.users.ben.id, workspace_id: world.workspaces.acme.id })
    expect(event!.address).toMatch(/127\.0\.0\.1/)
    expect(event!.request_id).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('by a double press makes one, and the answer to either press shows its secret', async () => {
    const ben = await developers.signedIn('ben')
    await ben.open('/developers/new/public')
    const fields = { workspace: world.workspaces.acme.id, redirect_uris: 'https://relay.test/callback' }
    const form = ben.formOf('Create connection', { ...fields, name: 'Pressed Twice' })
    const press = async (body = form.body) =>
      (await ben.send(form.action, { method: 'POST', body })).headers.get('location')!
    const [first, second] = await Promise.all([press(), press()])
    expect(second).toBe(first)
    expect(await press()).toBe(first)
    const made = () => server.sql(`select from connections where name = 'Pressed Twice'`)
    expect(await made()).toHaveLength(1)
    await ben.open(second)
    expect(ben.visit.$('#shown-value').text()).toMatch(/^lks_/)

    // A form of one's own anew, or one that was filled in differently, makes another.
    await ben.open('/developers/new/public')
    await ben.press('Create connection', { ...fields, name: 'Pressed Twice' })
    expect(await made()).toHaveLength(2)
    const other = new URLSearchParams(form.body)
    other.set('description', 'Another')
    expect(await press(other)).not.toBe(first)
    expect(await made()).toHaveLength(3)
  })

  it('by a double press of what cannot be created reads what is wrong both times', async () => {
    const ben = await developers.signedIn('ben')
    await ben.open('/developers/new/public')
    const { action, body } = ben.formOf('Create connection', { workspace: world.workspaces.acme.id })
    const press = async () => (await ben.send(action, { method: 'POST', body })).status
    expect(await Promise.all([press(), press()])).toEqual([400, 400])
  })

  it('is told what is wrong with which part, and keeps what he typed', async () => {
    const ben = await developers.signedIn('ben')
    await ben.open('/developers/new/public')
    expect(ben.text()).toContain('it appears in the gallery of every workspace')
    const clients = ben.visit.$('[name=client]').closest('label').find('.check-words > span:first-child')
    expect(clients.text()).not.toContain('Public')
    await ben.press('Create connection', {
      workspace: world.workspaces.acme.id,
      name: ' ',
      website: 'javascript:alert(1)',
      support_email: 'nobody',
      redirect_uris: [
        'http://relay.test/callback',
        'https://relay.test/#top',
        'https://me@relay.test/',
        'https://*.relay.test/',
        'com.example.app:/done',
        'https://relay.test/fine',
      ].join('\n'),
    })
    expect(ben.visit.status).toBe(400)
    const text = ben.text()
    expect(text).toContain('Name must have 1 to 200 characters.')
    expect(text).toContain('Website must begin with https://')
    expect(text).toContain('Support e-mail is no e-mail address')
    expect(text).toContain('“http://relay.test/callback” has http with the host relay.test')
    expect(text).toContain('“https://relay.test/#top” has a fragment')
    expect(text).toContain('“https://me@relay.test/” has a user part')
    expect(text).toContain('“https://*.relay.test/” has a wildcard')
    expect(text).toContain('“com.example.app:/done” has the scheme com.example.app:, which is for public')
    expect(text).not.toContain('“https://relay.test/fine”')
    expect(ben.visit.$('[name=redirect_uris]').val()).toContain('https://me@relay.test/')
    expect(ben.visit.$('[name=support_email]').val()).toBe('nobody')
  })

  it('for people’s devices: a public client has no secret and may have a scheme of its own', async () => {
    const app = await developers.create('ben', {
      name: 'Pocket',
      client: 'public',
      redirect_uris: 'com.example.pocket:/done',
    })
    expect(app.secret).toBe('')
    expect(app.developer.text()).toContain('Public client, always with PKCE')
    await app.developer.open(partOf(app, 'secrets'), {
      method: 'POST',
      body: new URLSearchParams({ csrf: await csrfOf(app.developer) }),
    })
    expect(app.developer.visit.status).toBe(409)
    expect(app.developer.heading()).toBe('It has no secrets')
  })
})

describe('a member creates an internal connection', () => {
  it('sees its token once; the token works, and its access levels follow the settings at once', async () => {
    const ben = await developers.signedIn('ben')
    await ben.open('/developers/new/internal')
    await ben.press('Create connection and token', {
      workspace: world.workspaces.acme.id,
      name: 'Reporter',
      capabilities: 'read_content',
    })
    const token = ben.visit.$('#shown-value').text().trim()
    expect(token).toMatch(/^lki_/)
    expect(await reachedTitles(server.base, token)).toEqual([])
    const id = /connections\/([0-9a-f-]{36})/.exec(ben.visit.url)![1]!
    const users = () => fetch(`${server.base}/v1/users`, { headers: { authorization: `Bearer ${token}` } })
    expect((await users()).status).toBe(403)

    await ben.open(`/developers/connections/${id}/settings`)
    await ben.press('Save settings', { people: 'read_user_without_email' })
    expect(ben.text()).toContain('From the next request on its token may do exactly this')
    await ben.press('Save change')
    expect((await users()).status).toBe(200)
  })
})

describe('who may create a connection', () => {
  it('is nobody who is a guest, at each address', async () => {
    const gus = await developers.signedIn('gus')
    await gus.open('/developers')
    expect(gus.text()).toContain('You are a guest')
    expect(gus.visit.$('a[href="/developers/new"]')).toHaveLength(0)
    expect((await gus.open('/developers/new/public')).status).toBe(403)
    const body = new URLSearchParams({
      csrf: await csrfOf(gus),
      workspace: world.workspaces.acme.id,
      name: 'Guest’s own',
      redirect_uris: 'https://relay.test/callback',
      capabilities: 'read_content',
    })
    await gus.open('/developers/new/public', { method: 'POST', body })
    expect(gus.visit.status).toBe(403)
    expect(await server.sql(`select from connections where name = 'Guest’s own'`)).toHaveLength(0)
  })

  it('is owners alone where the policy says so, and everyone again when it does not', async () => {
    const set = (value: string) =>
      server.sql(
        `insert into workspace_policies (workspace_id, connection_creation) values ($1, $2)
         on conflict (workspace_id) do update set connection_creation = $2`,
        [world.workspaces.acme.id, value],
      )
    const ben = await developers.signedIn('ben')
    await ben.open('/developers/new/public')
    const form = ben.formOf('Create connection', {
      name: 'Refused',
      redirect_uris: 'https://relay.test/callback',
    })
    await set('owners-only')
    await ben.open(form.action, { method: 'POST', body: form.body })
    expect(ben.visit.status).toBe(403)
    expect(ben.heading()).toBe('Only owners create connections here')
    await ben.open('/developers/new/public')
    expect(ben.text()).toContain('let their owners alone create connections')
    await expect(developers.create('ada')).resolves.toMatchObject({ name: 'Relay' })
    await set('everyone')
    await expect(developers.create('ben')).resolves.toMatchObject({ name: 'Relay' })
  })

  it('is nobody in a workspace that is not his, whether it exists or not', async () => {
    const ben = await developers.signedIn('ben')
    const answers: [number, string][] = []
    for (const workspace of [world.workspaces.side.id, '00000000-0000-4000-8000-000000000000']) {
      await ben.open('/developers/new/public')
      await ben.press('Create connection', {
        workspace,
        name: 'Elsewhere',
        redirect_uris: 'https://relay.test/callback',
      })
      answers.push([ben.visit.status, ben.heading()])
    }
    expect(answers[0]).toEqual([403, 'You are not in this workspace'])
    expect(answers[1]).toEqual(answers[0])
  })
})

describe('the list of connections', () => {
  it('shows a member his own, an owner all of the workspace', async () => {
    const relay = await developers.create('cleo', { name: 'Cleo’s own' })
    const ben = await developers.signedIn('ben')
    await ben.open('/developers')
    expect(ben.text()).not.toContain('Cleo’s own')
    const ada = await developers.signedIn('ada')
    await ada.open('/developers')
    expect(ada.text()).toContain('Cleo’s own')
    await ada.open(`/developers/connections/${relay.id}`)
    expect(ada.visit.status).toBe(200)
  })

  it('pages by fifty, and loses nobody between', async () => {
    await server.sql(
      `insert into connections (id, kind, workspace_id, created_by, name)
       select gen_random_uuid(), 'public', $1, $2, 'Number ' || lpad(n::text, 3, '0') from generate_series(1, 120) n`,
      [world.workspaces.side.id, world.users.dora.id],
    )
    const ada = await developers.signedIn('ada')
    const seen: string[] = []
    await ada.open('/developers')
    for (let page = 0; page < 10; page++) {
      for (const link of ada.visit.$('td[data-label=Connection] a').toArray())
        seen.push(ada.visit.$(link).text())
      const next = ada.visit.$('a[rel=next]').attr('href')
      if (!next) break
      await ada.open(next)
    }
    const numbers = seen.filter(name => name.startsWith('Number '))
    expect(numbers).toHaveLength(120)
    expect(new Set(seen).size).toBeGreaterThan(120)
  })

  it('says to somebody new what will appear there, and offers the step', async () => {
    await server.sql('update members set role = $3 where workspace_id = $1 and user_id = $2', [
      world.workspaces.acme.id,
      world.users.gus.id,
      'member',
    ])
    const gus = await developers.signedIn('gus')
    await gus.open('/developers')
    expect(gus.text()).toContain('No connections yet')
    expect(gus.visit.$('a:contains("Create a connection")').attr('href')).toBe('/developers/new')
    await server.sql(`update members set role = 'guest' where user_id = $1`, [world.users.gus.id])
  })
})

describe('the library of a partner', () => {
  it('finds a public client without a secret', async () => {
    const app = await developers.create('ben', { client: 'public', redirect_uris: 'http://127.0.0.1/done' })
    const config = await oauth.discovery(new URL(server.base), app.id, undefined, oauth.None(), {
      execute: [oauth.allowInsecureRequests],
      algorithm: 'oauth2',
    })
    const verifier = oauth.randomPKCECodeVerifier()
    const url = oauth.buildAuthorizationUrl(config, {
      redirect_uri: 'http://127.0.0.1:49152/done',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    const cleo = await developers.signedIn('cleo')
    await cleo.open(url.href)
    await cleo.press('Select pages')
    await cleo.press('Allow access', { pages: [world.pages.handbook.id] })
    const tokens = await oauth.authorizationCodeGrant(config, new URL(cleo.visit.url), {
      pkceCodeVerifier: verifier,
    })
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
  })
})
