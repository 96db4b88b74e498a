import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let world: World
let relay: SeededConnection
let log: string

beforeAll(async () => {
  server = await startServer()
  world = await seedWorld(server.sql)
  relay = await seedConnection(server.sql, {
    workspace_id: world.workspaces.side.id,
    created_by: world.users.ada.id,
  })
  log = `/developers/connections/${relay.id}/log`
})
afterAll(() => server.close())

/** Somebody of Acme goes through the flow; the developer, Ada, looks after the connection from another workspace. */
async function allow(partner: Partner): Promise<string> {
  const ben = new Person(server.base)
  await ben.open(await partner.authorizeUrl())
  await ben.signIn(world.users.ben.email)
  await ben.press('Select pages')
  await ben.press('Allow access', { pages: [world.pages.handbook.id] })
  return ben.visit.url
}

async function developer(): Promise<Person> {
  const ada = new Person(server.base)
  await ada.signIn(world.users.ada.email)
  return ada
}

/** The attempt that this request id belongs to, as its developer sees it. */
async function findAttempt(requestId: string): Promise<Person> {
  const ada = await developer()
  // The log is written beside the requests.
  for (let wait = 0; wait < 40; wait++) {
    await ada.open(`${log}?request=${requestId}`)
    if (ada.visit.$('tbody tr').length > 0) break
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  await ada.open(ada.visit.$('tbody a').first().attr('href')!)
  return ada
}

type Refusal = { error: string; request_id: string }
async function token(
  body: Record<string, string>,
  secret = relay.secret,
): Promise<Refusal & Record<string, string>> {
  const answer = await fetch(`${server.base}/v1/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${relay.id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams(body),
  })
  return (await answer.json()) as Refusal & Record<string, string>
}

const marked = (person: Person) =>
  person.visit
    .$('mark')
    .toArray()
    .map(one => person.visit.$(one).text())

describe('the developer reads an attempt', () => {
  it('step by step, from the authorize request to the refresh, as one row', async () => {
    const partner = await Partner.discover(server.base, relay)
    const tokens = await partner.redeem(await allow(partner))
    const renewed = await partner.refresh(tokens.refresh_token!)
    const ada = await findAttempt(renewed.request_id as string)
    const titles = ada.visit
      .$('.timeline strong')
      .toArray()
      .map(one => ada.visit.$(one).text())
    expect(titles).toEqual([
      'Authorize request received',
      'Signed in',
      'Workspace chosen',
      'Pages chosen',
      'Access allowed',
      'Code issued',
      'Code redeemed',
      'Tokens refreshed',
    ])
    expect(ada.text()).toContain('A member of Acme')
    expect(ada.visit.html).not.toContain(tokens.access_token)
    for (const secret of ['Handbook', 'Ben', world.users.ben.email, tokens.refresh_token!, relay.secret])
      expect(ada.visit.$('.timeline').text()).not.toContain(secret)
  })
})

describe('the developer finds out why it failed, by the request id', () => {
  it('a redirect URI that is not registered: the differing characters are marked', async () => {
    const ben = new Person(server.base)
    const sent = 'https://relay.test/callback/'
    const query = new URLSearchParams({ response_type: 'code', client_id: relay.id, redirect_uri: sent })
    await ben.open(`/v1/oauth/authorize?${query}`)
    expect(ben.visit.status).toBe(400)
    expect(ben.text()).not.toContain(sent)
    const ada = await findAttempt(ben.visit.headers.get('x-request-id')!)
    expect(ada.text()).toContain(sent)
    expect(marked(ada)).toContain('/')
    expect(ada.text()).toContain('Register exactly the address that is sent')
  })

  it('a scope that is not registered', async () => {
    const partner = await Partner.discover(server.base, relay)
    const ben = new Person(server.base)
    await ben.open(await partner.authorizeUrl({ scope: 'read_content delete_everything' }))
    const ada = await findAttempt(ben.visit.headers.get('x-request-id')!)
    expect(ada.text()).toContain('delete_everything')
    expect(ada.text()).toContain('invalid_scope')
  })

  it('a PKCE verifier that does not match', async () => {
    const partner = await Partner.discover(server.base, relay)
    const code = new URL(await allow(partner)).searchParams.get('code')!
    const answer = await token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: relay.redirectUri,
      code_verifier: 'x'.repeat(43),
    })
    expect(answer.error).toBe('invalid_grant')
    const ada = await findAttempt(answer.request_id)
    expect(ada.text()).toContain('The PKCE verifier does not match the challenge')
    expect(ada.text()).not.toContain('x'.repeat(43))
    expect(ada.visit.$('.timeline-step')).toHaveLength(7)
  })

  it('another redirect URI at the token endpoint', async () => {
    const partner = await Partner.discover(server.base, relay)
    const code = new URL(await allow(partner)).searchParams.get('code')!
    const answer = await token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'https://relay.test/other',
    })
    const ada = await findAttempt(answer.request_id)
    expect(ada.text()).toContain('not the one that the flow began with')
    expect(marked(ada)).toEqual(['other', 'callback'])
  })

  it('a code used twice, and when first', async () => {
    const partner = await Partner.discover(server.base, relay)
    const callback = await allow(partner)
    await partner.redeem(callback)
    await new Promise(resolve => setTimeout(resolve, 50))
    const code = new URL(callback).searchParams.get('code')!
    const answer = await token({ grant_type: 'authorization_code', code, redirect_uri: relay.redirectUri })
    const ada = await findAttempt(answer.request_id)
    expect(ada.text()).toMatch(/The code was redeemed before, first at \d{4}-/)
  })

  it('a wrong secret', async () => {
    const answer = await token({ grant_type: 'authorization_code', code: 'lkc_x' }, 'lks_wrong')
    expect(answer.error).toBe('invalid_client')
    const ada = await findAttempt(answer.request_id)
    expect(ada.text()).toContain('The client secret is wrong')
    expect(ada.text()).not.toContain('lks_wrong')
  })

  it('a refresh token used again after its successor', async () => {
    const partner = await Partner.discover(server.base, relay)
    const first = await partner.redeem(await allow(partner))
    const second = await partner.refresh(first.refresh_token!)
    await partner.refresh(second.refresh_token!)
    const answer = await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token! })
    expect(answer.error).toBe('invalid_grant')
    const ada = await findAttempt(answer.request_id)
    expect(ada.text()).toContain('All tokens of this installation were ended')
  })

  it('a guest, and a cancelled flow', async () => {
    const partner = await Partner.discover(server.base, relay)
    const gus = new Person(server.base)
    await gus.open(await partner.authorizeUrl())
    await gus.signIn(world.users.gus.email)
    const refused = await findAttempt(gus.visit.headers.get('x-request-id')!)
    expect(refused.text()).toContain('guests install nothing')
    await gus.press('Cancel')
    const cancelled = await findAttempt(gus.visit.headers.get('x-request-id')!)
    expect(cancelled.text()).toContain('Cancelled by the member')
  })
})

describe('the log', () => {
  it('is shown to nobody else', async () => {
    const [row] = await server.sql<{ id: string }>('select id from flow_attempts limit 1')
    for (const path of [log, `${log}/${row!.id}`]) {
      for (const name of ['ben', 'dora', 'gus'] as const) {
        const person = new Person(server.base)
        await person.signIn(world.users[name].email)
        expect((await person.open(path)).status).toBe(404)
      }
      const stranger = new Person(server.base)
      await stranger.open(path)
      expect(stranger.heading()).toContain('Sign in')
    }
  })

  it('shows a connection only its own attempts, and takes hostile questions', async () => {
    const other = await seedConnection(server.sql, {
      name: 'Other',
      workspace_id: world.workspaces.side.id,
      created_by: world.users.ada.id,
    })
    const [row] = await server.sql<{ id: string }>('select id from flow_attempts limit 1')
    const ada = await developer()
    await ada.open(`/developers/connections/${other.id}/log`)
    expect(ada.text()).toContain('No attempts yet')
    expect((await ada.open(`/developers/connections/${other.id}/log/${row!.id}`)).status).toBe(404)
    for (const query of ['request=%00', "request=';--", 'outcome=x', 'after=1.x', 'after=99999999999999999'])
      expect((await ada.open(`${log}?${query}`)).status).toBe(200)
  })

  it('loses lines rather than a request when the database cannot keep up', async () => {
    await server.sql('alter table flow_steps rename to flow_steps_away')
    try {
      const partner = await Partner.discover(server.base, relay)
      const tokens = await partner.redeem(await allow(partner))
      expect(tokens.access_token).toMatch(/^lka_/)
      await new Promise(resolve => setTimeout(resolve, 700))
    } finally {
      await server.sql('alter table flow_steps_away rename to flow_steps')
    }
  })
})
