import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import * as oauth from 'openid-client'
import sharp from 'sharp'
import { Partner, reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let world: World

beforeAll(async () => {
  server = await startServer()
  world = await seedWorld(server.sql)
})
afterAll(() => server.close())

async function signedIn(who: keyof World['users']): Promise<Person> {
  const person = new Person(server.base)
  await person.signIn(world.users[who].email)
  return person
}

type Created = { id: string; name: string; secret: string; redirectUri: string; developer: Person }

/** A developer fills in the form for a public connection; the secret is read from the screen, once. */
async function created(
  who: keyof World['users'] = 'ben',
  fields: Record<string, string | string[]> = {},
): Promise<Created> {
  const developer = await signedIn(who)
  await developer.open('/developers/new/public')
  const redirectUri = (fields.redirect_uris as string) ?? 'https://relay.test/callback'
  await developer.press('Create connection', {
    workspace: world.workspaces.acme.id,
    name: 'Relay',
    redirect_uris: redirectUri,
    capabilities: ['read_content', 'update_content'],
    people: 'read_user_without_email',
    ...fields,
  })
  if (!developer.visit.url.includes('/developers/connections/')) throw new Error(developer.text())
  const id = /connections\/([0-9a-f-]{36})/.exec(developer.visit.url)![1]!
  const secret = developer.visit.$('#shown-value').text().trim()
  return { id, name: developer.heading(), secret, redirectUri, developer }
}

/** Somebody installs it; what the partner receives. */
async function installed(connection: Created, who: keyof World['users'] = 'cleo', extra = {}) {
  const partner = await Partner.discover(server.base, connection)
  const person = await signedIn(who)
  await person.open(await partner.authorizeUrl({ workspace_id: world.workspaces.acme.id, ...extra }))
  await person.press('Select pages')
  await person.press('Allow access', { pages: [world.pages.handbook.id] })
  return { partner, person, tokens: await partner.redeem(person.visit.url) }
}

const part = (connection: Created, path: string) => `/developers/connections/${connection.id}/${path}`

describe('a member creates a public connection', () => {
  it('in the form, sees the secret once, and a partner gets tokens with it', async () => {
    const relay = await created()
    expect(relay.name).toBe('Relay')
    expect(relay.secret).toMatch(/^lks_[0-9A-Za-z]{36}$/)
    expect(relay.developer.text()).toContain('It is never shown again')
    // Reloading shows it no more.
    await relay.developer.open(relay.developer.visit.url)
    expect(relay.developer.visit.html).not.toContain(relay.secret)

    const { tokens } = await installed(relay)
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
    const [event] = await server.sql(
      `select actor_id, workspace_id, address, request_id from events where kind = 'connection.registered' and connection_id = $1`,
      [relay.id],
    )
    expect(event).toMatchObject({ actor_id: world.users.ben.id, workspace_id: world.workspaces.acme.id })
    expect(event!.address).toMatch(/127\.0\.0\.1/)
    expect(event!.request_id).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is told what is wrong with which part, and keeps what he typed', async () => {
    const ben = await signedIn('ben')
    await ben.open('/developers/new/public')
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
    const app = await created('ben', {
      name: 'Pocket',
      client: 'public',
      redirect_uris: 'com.example.pocket:/done',
    })
    expect(app.secret).toBe('')
    expect(app.developer.text()).toContain('Public client, always with PKCE')
    await app.developer.open(part(app, 'settings'))
    await app.developer.open(part(app, 'secrets'), {
      method: 'POST',
      body: new URLSearchParams({ csrf: csrf(app.developer) }),
    })
    expect(app.developer.visit.status).toBe(409)
    expect(app.developer.heading()).toBe('It has no secrets')
  })
})

function csrf(person: Person): string {
  return person.visit.$('input[name=csrf]').first().val() as string
}

describe('a member creates an internal connection', () => {
  it('sees its token once; the token works, and its access levels follow the settings at once', async () => {
    const ben = await signedIn('ben')
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
    const gus = await signedIn('gus')
    await gus.open('/developers')
    expect(gus.text()).toContain('You are a guest')
    expect(gus.visit.$('a[href="/developers/new"]')).toHaveLength(0)
    expect((await gus.open('/developers/new/public')).status).toBe(403)
    await gus.open('/sign-out')
    const body = new URLSearchParams({
      csrf: csrf(gus),
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
    const ben = await signedIn('ben')
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
    await expect(created('ada')).resolves.toMatchObject({ name: 'Relay' })
    await set('everyone')
    await expect(created('ben')).resolves.toMatchObject({ name: 'Relay' })
  })

  it('is nobody in a workspace that is not his, whether it exists or not', async () => {
    const ben = await signedIn('ben')
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

describe('secrets', () => {
  it('rotate without a pause: two live at a time, each with its dates, one revoked', async () => {
    const relay = await created()
    const { partner, tokens } = await installed(relay)
    const { developer } = relay
    await developer.press('Create another secret')
    const second = developer.visit.$('#shown-value').text().trim()
    expect(second).not.toBe(relay.secret)
    expect(developer.text()).toContain('Two secrets are in use')
    expect(developer.visit.$('table[aria-label="Client secrets"] tbody tr')).toHaveLength(2)

    const rotated = await Partner.discover(server.base, { ...relay, secret: second })
    const byOld = await partner.refresh(tokens.refresh_token!)
    const byNew = await rotated.refresh(byOld.refresh_token!)
    // The date is written beside the answer, not before it.
    let dates = ''
    for (let tries = 0; tries < 100 && dates.match(/just now/g)?.length !== 2; tries++) {
      await developer.open(`/developers/connections/${relay.id}`)
      dates = developer.visit.$('td[data-label="Last used"]').text()
    }
    expect(dates.match(/just now/g)).toHaveLength(2)

    await developer.open(developer.visit.$('a:contains("Revoke")').first().attr('href')!)
    expect(developer.text()).toContain('It is in use')
    await developer.press('Revoke secret')
    expect(developer.text()).toContain('The secret is revoked')
    await expect(partner.refresh(byNew.refresh_token!)).rejects.toMatchObject({ status: 401 })
    await expect(rotated.refresh(byNew.refresh_token!)).resolves.toHaveProperty('access_token')
    const kinds = await server.sql<{ kind: string }>(
      `select kind from events where connection_id = $1 and kind like 'secret.%' order by id`,
      [relay.id],
    )
    expect(kinds.map(one => one.kind)).toEqual(['secret.rotated', 'secret.revoked'])
  })

  it('are never more than two, however many ask at once', async () => {
    const relay = await created()
    const body = new URLSearchParams({ csrf: csrf(relay.developer) })
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => relay.developer.send(part(relay, 'secrets'), { method: 'POST', body })),
    )
    expect(answers.map(one => one.status).sort()).toEqual([303, 409, 409, 409, 409, 409])
  })

  it('die when the client becomes public, and do not come back', async () => {
    const relay = await created()
    const { developer } = relay
    const { partner, tokens } = await installed(relay)
    await developer.open(part(relay, 'settings'))
    await developer.press('Save settings', { client: 'public' })
    expect(developer.text()).toContain('Its client secret stops working at once')
    await developer.press('Save change')
    await developer.open(part(relay, 'settings'))
    await developer.press('Save settings', { client: 'confidential' })
    await developer.press('Save change')
    expect(developer.text()).toContain('There is no client secret')
    await expect(partner.refresh(tokens.refresh_token!)).rejects.toMatchObject({ status: 401 })
  })
})

describe('a change of the settings', () => {
  it('of a redirect URI holds on the next request, and says first what stops', async () => {
    const relay = await created('ben', {
      redirect_uris: 'https://relay.test/callback\nhttps://relay.test/other',
    })
    const partner = await Partner.discover(server.base, { ...relay, redirectUri: 'https://relay.test/other' })
    const person = await signedIn('cleo')
    await person.open(await partner.authorizeUrl())
    expect(person.visit.status).toBe(200)

    const { developer } = relay
    await developer.open(part(relay, 'settings'))
    await developer.press('Save settings', {
      redirect_uris: 'https://relay.test/callback\nhttps://relay.test/new',
    })
    expect(developer.text()).toContain('Flows that return to https://relay.test/other are refused')
    expect((await server.sql('select redirect_uris from connections where id = $1', [relay.id]))[0]).toEqual({
      redirect_uris: ['https://relay.test/callback', 'https://relay.test/other'],
    })
    await developer.press('Save change')

    await person.open(await partner.authorizeUrl())
    expect(person.visit.status).toBe(400)
    const added = await Partner.discover(server.base, { ...relay, redirectUri: 'https://relay.test/new' })
    await person.open(await added.authorizeUrl())
    expect(person.visit.status).toBe(200)
  })

  it('of the name and the rest is seen at once where people are asked', async () => {
    const relay = await created()
    const partner = await Partner.discover(server.base, relay)
    const person = await signedIn('cleo')
    await person.open(await partner.authorizeUrl())
    expect(person.heading()).toContain('Relay')
    await relay.developer.open(part(relay, 'settings'))
    await relay.developer.press('Save settings', {
      name: 'Relay Two',
      developer_name: 'Relay Incorporated',
      website: 'https://two.relay.test',
    })
    expect(relay.developer.text()).toContain('Saved. It holds from the next request on.')
    await person.open(await partner.authorizeUrl())
    expect(person.heading()).toContain('Relay Two')
    expect(person.text()).toContain('Relay Incorporated')
  })

  it('of the logo is seen at once in the gallery and where people are asked', async () => {
    const relay = await created('ben', { name: 'Pictured', description: 'It draws.' })
    const partner = await Partner.discover(server.base, relay)
    const person = await signedIn('cleo')
    const shown = async (address: string) => {
      await person.open(address)
      const src = person.visit.$(`img[src*="/logos/${relay.id}"]`).attr('src')
      return src && (await person.send(src)).status === 200 ? src : undefined
    }
    const ask = await partner.authorizeUrl()
    expect([await shown('/gallery?q=Pictured'), await shown(ask)]).toEqual([undefined, undefined])
    const seen = new Set<string | undefined>()
    for (const side of [16, 24]) {
      const bytes = await sharp({ create: { width: side, height: side, channels: 3, background: 'teal' } })
        .png()
        .toBuffer()
      await relay.developer.open(part(relay, 'settings'))
      const file = new File([new Uint8Array(bytes)], 'logo.png')
      await relay.developer.upload('Upload logo', 'logo', file)
      const src = await shown('/gallery?q=Pictured')
      expect(await shown(await partner.authorizeUrl())).toBe(src)
      seen.add(src)
    }
    expect(seen.size).toBe(2)
    expect(seen).not.toContain(undefined)
  })

  it('that widens access does not reach tokens that are out: they keep what was consented', async () => {
    const relay = await created('ben', { capabilities: 'read_content' })
    const { partner, tokens } = await installed(relay)
    const rename = (token: string) =>
      fetch(`${server.base}/v1/pages/${world.pages.handbook.id}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ archived: false }),
      })
    expect((await rename(tokens.access_token)).status).toBe(403)
    await relay.developer.open(part(relay, 'settings'))
    await relay.developer.press('Save settings', { capabilities: ['read_content', 'update_content'] })
    expect(relay.developer.text()).toContain('Saved.')
    expect((await rename(tokens.access_token)).status).toBe(403)
    const refreshed = await partner.refresh(tokens.refresh_token!)
    expect((await rename(refreshed.access_token)).status).toBe(403)
    const again = await installed(relay)
    expect((await rename(again.tokens.access_token)).status).toBe(200)
  })

  it('that narrows access lets no flow ask for more, and leaves what is installed', async () => {
    const relay = await created()
    const { partner, tokens } = await installed(relay)
    await relay.developer.open(part(relay, 'settings'))
    await relay.developer.press('Save settings', { capabilities: 'read_content', people: 'none' })
    expect(relay.developer.text()).toContain('What is installed keeps what its member allowed')
    await relay.developer.press('Save change')
    const person = await signedIn('cleo')
    await person.open(await partner.authorizeUrl({ scope: 'read_content update_content' }))
    expect(person.visit.url).toContain('error=invalid_scope')
    const refreshed = await partner.refresh(tokens.refresh_token!)
    expect(await reachedTitles(server.base, refreshed.access_token)).toEqual(['Handbook'])
  })

  it('that requires PKCE refuses a flow without it', async () => {
    const relay = await created()
    const person = await signedIn('cleo')
    const plain = new URL('/v1/oauth/authorize', server.base)
    plain.search = new URLSearchParams({
      client_id: relay.id,
      response_type: 'code',
      redirect_uri: relay.redirectUri,
      state: 'x',
    }).toString()
    expect((await person.open(plain.href)).status).toBe(200)
    await relay.developer.open(part(relay, 'settings'))
    await relay.developer.press('Save settings', { flow: 'require_pkce' })
    await relay.developer.press('Save change')
    await person.open(plain.href)
    expect(new URL(person.visit.url).searchParams.get('error')).toBe('invalid_request')
  })

  it('by two people at once: the second sees what he would undo before he does', async () => {
    const relay = await created()
    const ada = await signedIn('ada')
    await ada.open(part(relay, 'settings'))
    await relay.developer.open(part(relay, 'settings'))
    await relay.developer.press('Save settings', { description: 'By Ben' })
    await ada.press('Save settings', { name: 'By Ada' })
    expect(ada.visit.status).toBe(409)
    expect(ada.text()).toContain('Somebody else has changed this connection')
    expect(ada.text()).toContain('By Ben')
    await ada.press('Save changes')
    expect(ada.heading()).toBe('By Ada')
    const [row] = await server.sql('select name, description from connections where id = $1', [relay.id])
    expect(row).toEqual({ name: 'By Ada', description: null })
  })

  it('that changes nothing says so and records nothing', async () => {
    const relay = await created()
    await relay.developer.open(part(relay, 'settings'))
    await relay.developer.press('Save settings')
    expect(relay.developer.text()).toContain('nothing was changed')
    const events = await server.sql(
      `select from events where connection_id = $1 and kind = 'connection.updated'`,
      [relay.id],
    )
    expect(events).toHaveLength(0)
  })
})

describe('switching off and deleting', () => {
  it('says how much stops, stops it on the next request, and lets it go on again', async () => {
    const relay = await created()
    const cleo = await installed(relay, 'cleo')
    const ada = await installed(relay, 'ada', { workspace_id: world.workspaces.acme.id })
    const { developer } = relay
    await developer.open(part(relay, 'disable'))
    expect(developer.text()).toContain('2 installations in 1 workspace will stop working.')
    expect(await reachedTitles(server.base, cleo.tokens.access_token)).toEqual(['Handbook'])
    await developer.press('Switch off')
    expect(developer.text()).toContain('Switched off')
    await expect(reachedTitles(server.base, cleo.tokens.access_token)).rejects.toThrow('401')
    await expect(cleo.partner.refresh(cleo.tokens.refresh_token!)).rejects.toMatchObject({ status: 401 })

    await developer.open(part(relay, 'danger'))
    await developer.press('Switch on')
    expect(await reachedTitles(server.base, cleo.tokens.access_token)).toEqual(['Handbook'])
    await expect(ada.partner.refresh(ada.tokens.refresh_token!)).resolves.toHaveProperty('access_token')
    const kinds = await server.sql<{ kind: string; actor_id: string }>(
      `select kind, actor_id from events where connection_id = $1 and kind ~ '^connection[.](dis|en)abled' order by id`,
      [relay.id],
    )
    expect(kinds).toEqual([
      { kind: 'connection.disabled', actor_id: world.users.ben.id },
      { kind: 'connection.enabled', actor_id: world.users.ben.id },
    ])
  })

  it('deletes for good: tokens, secrets and the address are gone, the record stays', async () => {
    const relay = await created()
    const { partner, tokens } = await installed(relay)
    const { developer } = relay
    await developer.open(part(relay, 'delete'))
    expect(developer.text()).toContain('1 installation in 1 workspace will stop working.')
    expect(developer.text()).toContain('This cannot be undone.')
    await developer.press('Delete connection')
    expect(developer.visit.url).toContain('/developers?said=deleted')
    expect(developer.visit.$(`a[href*="${relay.id}"]`)).toHaveLength(0)
    await expect(reachedTitles(server.base, tokens.access_token)).rejects.toThrow('401')
    await expect(partner.refresh(tokens.refresh_token!)).rejects.toMatchObject({ status: 401 })
    expect((await developer.open(`/developers/connections/${relay.id}`)).status).toBe(404)
    const [left] = await server.sql(
      `select (select count(*)::int from authorizations where connection_id = $1) as authorizations,
         (select count(*)::int from connection_secrets where connection_id = $1 and revoked_at is null) as secrets,
         (select array_agg(distinct state) from installations where connection_id = $1) as states`,
      [relay.id],
    )
    expect(left).toEqual({ authorizations: 0, secrets: 0, states: ['revoked'] })
  })

  it('what the operator switched off stays off for its developer', async () => {
    const relay = await created()
    await server.sql('update connections set disabled_at = now() where id = $1', [relay.id])
    const { developer } = relay
    await developer.open(part(relay, 'danger'))
    expect(developer.text()).toContain('only they can switch it on again')
    await developer.open(part(relay, 'enable'), {
      method: 'POST',
      body: new URLSearchParams({ csrf: await tokenOf(developer) }),
    })
    expect(developer.visit.status).toBe(403)
    const [row] = await server.sql('select disabled_at is null as on from connections where id = $1', [
      relay.id,
    ])
    expect(row).toEqual({ on: false })
  })

  it('tells the workspaces that it concerned, without naming a person of the developer’s', async () => {
    await server.sql('insert into members (workspace_id, user_id, role) values ($1, $2, $3)', [
      world.workspaces.side.id,
      world.users.dora.id,
      'owner',
    ])
    const relay = await created('dora', { workspace: world.workspaces.side.id })
    await installed(relay, 'cleo')
    await relay.developer.open(part(relay, 'delete'))
    await relay.developer.press('Delete connection')
    const told = await server.sql(
      `select workspace_id, actor_id, address, data from events where connection_id = $1 and kind = 'connection.deleted' order by id`,
      [relay.id],
    )
    expect(told).toEqual([
      expect.objectContaining({ workspace_id: world.workspaces.side.id, actor_id: world.users.dora.id }),
      { workspace_id: world.workspaces.acme.id, actor_id: null, address: null, data: { by: 'developer' } },
    ])
  })
})

async function tokenOf(person: Person): Promise<string> {
  await person.open('/sign-out')
  return csrf(person)
}

describe('the list of connections', () => {
  it('shows a member his own, an owner all of the workspace', async () => {
    const relay = await created('cleo', { name: 'Cleo’s own' })
    const ben = await signedIn('ben')
    await ben.open('/developers')
    expect(ben.text()).not.toContain('Cleo’s own')
    const ada = await signedIn('ada')
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
    const ada = await signedIn('ada')
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
    const gus = await signedIn('gus')
    await gus.open('/developers')
    expect(gus.text()).toContain('No connections yet')
    expect(gus.visit.$('a:contains("Create a connection")').attr('href')).toBe('/developers/new')
    await server.sql(`update members set role = 'guest' where user_id = $1`, [world.users.gus.id])
  })
})

describe('the library of a partner', () => {
  it('finds a public client without a secret', async () => {
    const app = await created('ben', { client: 'public', redirect_uris: 'http://127.0.0.1/done' })
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
    const cleo = await signedIn('cleo')
    await cleo.open(url.href)
    await cleo.press('Select pages')
    await cleo.press('Allow access', { pages: [world.pages.handbook.id] })
    const tokens = await oauth.authorizationCodeGrant(config, new URL(cleo.visit.url), {
      pkceCodeVerifier: verifier,
    })
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
  })
})
