import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { generateKeyPair } from 'jose'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { startHostIssuer } from '../support/host-issuer.ts'
import { Person } from '../support/person.ts'
import { seedConnection, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let issuer: Awaited<ReturnType<typeof startHostIssuer>>
let server: TestServer
let world: World

beforeAll(async () => {
  const [port, own] = [await freePort(), await freePort()]
  issuer = await startHostIssuer(port, `http://localhost:${own}`)
  server = await startServer({
    ...{ PORT: `${own}`, ISSUER: `http://localhost:${own}`, LOGIN_ISSUER: issuer.issuer },
    ...{
      LOGIN_CLIENT_ID: 'latchkey',
      LOGIN_CLIENT_SECRET: 'a secret of the host',
      LOGIN_SUBJECT: 'employee',
    },
  })
  world = await seedWorld(server.sql)
  await server.sql(`update users set external_id = 'e-17', external_key = gen_random_uuid() where id = $1`, [
    world.users.ben.id,
  ])
})
afterAll(async () => {
  await server.close()
  issuer.end()
})

async function begin(person: Person, address = '/gallery'): Promise<URL> {
  await person.open(`/sign-in?return=${encodeURIComponent(address)}`)
  const sent = await person.press(`Continue with ${new URL(issuer.issuer).host}`)
  return new URL(sent.headers.get('location')!)
}
async function signedIn(): Promise<Person> {
  const person = new Person(server.base)
  await person.open(await issuer.signIn((await begin(person)).href))
  expect(await isSignedIn(person)).toBe(true)
  return person
}
const isSignedIn = async (person: Person) => (await person.send('/gallery')).status === 200
const logout = (token: string) =>
  fetch(`${server.base}/sign-in/back-channel-logout`, {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token }),
  })
const event = { 'http://schemas.openid.net/event/backchannel-logout': {} }

describe("a login at the host's OpenID provider", () => {
  it('leads there with what the partner asks for, and back into the flow', async () => {
    const relay = await seedConnection(server.sql)
    const person = new Person(server.base)
    const query = new URLSearchParams({
      ...{ client_id: relay.id, redirect_uri: relay.redirectUri, response_type: 'code', state: 's' },
      ...{ login_hint: 'ben@acme.test', prompt: 'login', max_age: '300' },
    })
    await person.open(`/v1/oauth/authorize?${query}`)
    expect(person.visit.$('input[type=password]').length).toBe(0)
    const sent = await person.press(`Continue with ${new URL(issuer.issuer).host}`)
    const at = new URL(sent.headers.get('location')!)
    expect(Object.fromEntries(at.searchParams)).toMatchObject({
      ...{ client_id: 'latchkey', response_type: 'code', code_challenge_method: 'S256' },
      ...{ login_hint: 'ben@acme.test', prompt: 'login', max_age: '300' },
      ...{ state: expect.any(String), nonce: expect.any(String), scope: 'openid email profile' },
    })
    await person.open(await issuer.signIn(at.href))
    expect(person.formOf('Select pages')).toBeTruthy()
    expect(person.text()).toContain('ben@acme.test')
  })

  it('works once, and only in the browser that began it', async () => {
    const [victim, thief] = [new Person(server.base), new Person(server.base)]
    const callback = await issuer.signIn((await begin(victim)).href)
    await begin(thief)
    await thief.open(callback)
    expect([thief.visit.status, await isSignedIn(thief)]).toEqual([403, false])
    await victim.open(callback)
    expect(await isSignedIn(victim)).toBe(true)
    expect((await victim.send(callback)).status).toBe(410)
  })

  it.each([
    ['nonce', (at: URL) => at.searchParams.set('nonce', 'another')],
    [
      'code challenge',
      (at: URL) => at.searchParams.set('code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'),
    ],
  ])('signs nobody in with a wrong %s', async (_, spoil) => {
    const person = new Person(server.base)
    const at = await begin(person)
    spoil(at)
    await person.open(await issuer.signIn(at.href))
    expect([person.visit.status, person.text()]).toEqual([403, expect.stringContaining('did not succeed')])
    expect(await isSignedIn(person)).toBe(false)
  })

  it.each([
    ['iss', 'https://another.test'],
    ['state', 'a'.repeat(43)],
    ['code', 'another'],
  ])('signs nobody in with a wrong %s', async (name, value) => {
    const person = new Person(server.base)
    const callback = new URL(await issuer.signIn((await begin(person)).href))
    expect(callback.searchParams.has(name)).toBe(true)
    callback.searchParams.set(name, value)
    await person.open(callback.href)
    expect(person.visit.status).toBeGreaterThanOrEqual(400)
    expect(await isSignedIn(person)).toBe(false)
  })

  it('never finds a person by anything but the external id', async () => {
    for (const account of ['18', world.users.ada.id, 'ada@acme.test']) {
      await issuer.become(account, { email: 'ada@acme.test', email_verified: true })
      const person = new Person(server.base)
      await person.open(await issuer.signIn((await begin(person)).href))
      expect([person.visit.status, person.text()]).toEqual([
        403,
        expect.stringContaining('You have no account here yet'),
      ])
      expect(person.text()).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/)
    }
    await issuer.become('17')
  })

  it('is said to be away, and goes on when it is back', async () => {
    const person = new Person(server.base)
    const at = await begin(person)
    const callback = await issuer.signIn(at.href)
    await issuer.stop()
    await person.open(callback)
    expect([person.visit.status, person.text()]).toEqual([503, expect.stringContaining('does not answer')])
    const again = person.visit.$('a:contains("Try again")').attr('href')!
    await issuer.listen()
    await person.open(again)
    const sent = await person.press(`Continue with ${new URL(issuer.issuer).host}`)
    await person.open(await issuer.signIn(sent.headers.get('location')!))
    expect(await isSignedIn(person)).toBe(true)
  })

  it('ends when the person signs out there', async () => {
    const person = await signedIn()
    await issuer.signOut()
    expect(await isSignedIn(person)).toBe(false)
  })

  it('is not ended by a forged logout token, and is by a true one', async () => {
    const person = await signedIn()
    const stranger = (await generateKeyPair('RS256')).privateKey
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(
      JSON.stringify({ iss: issuer.issuer, aud: 'latchkey', sub: '17', iat: 0, jti: 'j', events: event }),
    ).toString('base64url')}.`
    for (const token of [
      '',
      'x',
      unsigned,
      await issuer.sign({ sub: '17', events: event }, stranger),
      await issuer.sign({ sub: '17', events: event, iss: 'https://another.test' }),
      await issuer.sign({ sub: '17', events: event, aud: 'another' }),
      await issuer.sign({ sub: '17', events: event, nonce: 'n' }),
      await issuer.sign({ sub: '17', events: event, iat: Math.floor(Date.now() / 1000) - 3600 }),
      await issuer.sign({ sub: '17' }),
      await issuer.sign({ events: event }),
    ])
      expect((await logout(token)).status).toBe(400)
    expect((await logout(await issuer.sign({ sid: 'another', events: event }))).status).toBe(200)
    expect((await logout(await issuer.sign({ sub: '18', events: event }))).status).toBe(200)
    expect(await isSignedIn(person)).toBe(true)
    expect((await logout(await issuer.sign({ sub: '17', events: event }))).status).toBe(200)
    expect(await isSignedIn(person)).toBe(false)
  })
})

describe('a person who is not in the directory, with LOGIN_CREATE', () => {
  let own: Awaited<ReturnType<typeof startHostIssuer>>
  let creating: TestServer
  let acmeId: string

  beforeAll(async () => {
    const [port, ours] = [await freePort(), await freePort()]
    own = await startHostIssuer(port, `http://localhost:${ours}`)
    creating = await startServer({
      ...{ PORT: `${ours}`, ISSUER: `http://localhost:${ours}`, LOGIN_ISSUER: own.issuer },
      ...{ LOGIN_CLIENT_ID: 'latchkey', LOGIN_CLIENT_SECRET: 'a secret of the host' },
      LOGIN_CREATE: 'member-of:teams',
    })
    const { workspaces } = await seedWorld(creating.sql)
    await creating.sql(`update workspaces set external_id = 'acme' where id = $1`, [workspaces.acme.id])
    // A workspace whose id at the host looks like that of another here.
    await creating.sql('update workspaces set external_id = $1 where id = $2', [
      workspaces.acme.id,
      workspaces.side.id,
    ])
    acmeId = workspaces.acme.id
  })
  afterAll(async () => {
    await creating.close()
    own.end()
  })

  async function come(account: string, claims: Record<string, unknown>): Promise<Person> {
    await own.become(account, claims)
    const person = new Person(creating.base)
    await person.open('/sign-in?return=/gallery')
    const sent = await person.press(`Continue with ${new URL(own.issuer).host}`)
    await person.open(await own.signIn(sent.headers.get('location')!))
    return person
  }
  const rows = (externalId: string) =>
    creating.sql(
      `select u.name, u.email, m.role, w.name as workspace from users u
       left join members m on m.user_id = u.id left join workspaces w on w.id = m.workspace_id
       where u.external_id = $1`,
      [externalId],
    )

  it('becomes a member of the workspaces that the claim names, and is known from then on', async () => {
    const claims = { email: 'nia@acme.test', email_verified: true, name: 'Nia', teams: ['acme', 'elsewhere'] }
    const nia = await come('n-1', claims)
    expect(nia.visit.status).toBe(200)
    await come('n-1', { ...claims, name: 'Another' })
    expect(await rows('n-1')).toEqual([
      { name: 'Nia', email: 'nia@acme.test', role: 'member', workspace: 'Acme' },
    ])
  })

  it('never joins a workspace whose id at the host looks like one of ours', async () => {
    await come('n-3', { email: 'zoe@acme.test', email_verified: true, name: 'Zoe', teams: [acmeId] })
    expect(await rows('n-3')).toMatchObject([{ workspace: 'Acme' }])
  })

  it.each([
    ['has an address that somebody here has', { email: 'Ada@acme.test', teams: 'acme' }],
    ['has an address that is not verified', { email: 'o@acme.test', email_verified: false, teams: 'acme' }],
    ['has no address', { teams: 'acme' }],
    ['is of no workspace that is known', { email: 'p@acme.test', teams: ['elsewhere'] }],
    ['is of no workspace', { email: 'q@acme.test' }],
  ])('is not added where they %s', async (_, claims) => {
    const person = await come('n-2', claims)
    expect([person.visit.status, person.text()]).toEqual([
      403,
      expect.stringContaining('no account here yet'),
    ])
    expect(await rows('n-2')).toEqual([])
  })

  it('stays out where the directory disabled them', async () => {
    await creating.sql(`update users set disabled = true where external_id = 'n-1'`)
    const person = await come('n-1', { email: 'nia@acme.test', teams: 'acme' })
    expect(person.visit.status).toBe(403)
    expect(await rows('n-1')).toHaveLength(1)
  })
})
