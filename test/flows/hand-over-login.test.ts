import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { call } from '../support/api.ts'
import { Person } from '../support/person.ts'
import { seedConnection, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

const host = 'https://papertrail.test/connect-login?from=latchkey'

let server: TestServer
let world: World
const secret = newTokenValue('lkh_')

beforeAll(async () => {
  server = await startServer({ LOGIN_URL: host })
  world = await seedWorld(server.sql)
  for (const [externalId, user] of [
    ['17', world.users.ben],
    ['18', world.users.cleo],
  ] as const)
    await server.sql('update users set external_id = $1, external_key = gen_random_uuid() where id = $2', [
      externalId,
      user.id,
    ])
  await server.sql(
    `insert into admin_credentials (id, name, scopes, secret_hash, hint, created_at)
     values (gen_random_uuid(), 'Papertrail', '{logins}', $1, 'hint', now())`,
    [createHash('sha256').update(secret).digest()],
  )
})
afterAll(() => server.close())

const complete = (loginId: string, user: object = { external_id: '17' }) =>
  call(server.base, `/v1/admin/logins/${loginId}`, { method: 'POST', token: secret, body: { user } })

/** Presses the button; returns where the browser was sent. */
async function begin(person: Person, address = '/gallery') {
  await person.open(`/sign-in?return=${encodeURIComponent(address)}`)
  const sent = await person.press('Continue with papertrail.test')
  return new URL(sent.headers.get('location')!)
}
const loginIdOf = (at: URL) => at.searchParams.get('login_id')!
const isSignedIn = async (person: Person) => (await person.send('/gallery')).status === 200

describe('a login that is handed over to the host', () => {
  it('leads there and back into the flow, without a password here', async () => {
    const relay = await seedConnection(server.sql)
    const person = new Person(server.base)
    const query = new URLSearchParams({
      ...{ client_id: relay.id, redirect_uri: relay.redirectUri, response_type: 'code', state: 's' },
      ...{ login_hint: 'ben@acme.test', owner: 'user', scope: 'read_content' },
    })
    await person.open(`/v1/oauth/authorize?${query}`)
    expect(person.visit.$('input[type=password]').length).toBe(0)
    const sent = await person.press('Continue with papertrail.test')
    const at = new URL(sent.headers.get('location')!)
    expect(`${at.origin}${at.pathname}`).toBe('https://papertrail.test/connect-login')
    expect(at.searchParams.get('from')).toBe('latchkey')
    expect(at.searchParams.get('login_hint')).toBe('ben@acme.test')
    expect(at.searchParams.get('return_to')).toMatch(
      new RegExp(`^${server.base}/sign-in\\?return=%2Finstall%2F`),
    )

    const answer = await complete(loginIdOf(at), {
      external_id: '17',
      email: 'benedict@acme.test',
      name: 'Benedict',
    })
    expect([answer.status, answer.json.object]).toEqual([200, 'login'])
    await person.open(answer.json.redirect_uri)
    expect(person.text()).toContain('benedict@acme.test')
    expect(person.formOf('Select pages')).toBeTruthy()
    expect(await server.sql('select name, email from users where id = $1', [world.users.ben.id])).toEqual([
      { name: 'Benedict', email: 'benedict@acme.test' },
    ])
  })

  it('takes no address over that is that of somebody else', async () => {
    const person = new Person(server.base)
    const { json } = await complete(loginIdOf(await begin(person)), {
      external_id: '18',
      email: 'Ada@acme.test',
    })
    await person.open(json.redirect_uri)
    expect(await isSignedIn(person)).toBe(true)
    expect(await server.sql('select email from users where id = $1', [world.users.cleo.id])).toEqual([
      { email: 'cleo@acme.test' },
    ])
  })

  it('has no password form behind it', async () => {
    const person = new Person(server.base)
    await person.open('/sign-in')
    const { body } = person.formOf('Continue with papertrail.test')
    const form = new URLSearchParams({
      csrf: body.get('csrf')!,
      email: 'ada@acme.test',
      password: 'a long password',
    })
    expect((await person.send('/sign-in', { method: 'POST', body: form })).status).toBe(404)
    expect(await isSignedIn(person)).toBe(false)
  })

  it('is completed once', async () => {
    const person = new Person(server.base)
    const id = loginIdOf(await begin(person))
    const answers = await Promise.all([complete(id), complete(id, { external_id: '18' }), complete(id)])
    expect(answers.map(one => one.status).sort()).toEqual([200, 409, 409])
    expect(answers.find(one => one.status === 409)!.json.code).toBe('conflict_error')
    const { redirect_uri } = answers.find(one => one.status === 200)!.json
    const [first, second] = [await person.send(redirect_uri), await person.send(redirect_uri)]
    expect([first.status, second.status]).toEqual([303, 410])
    expect(await second.text()).toContain('This sign-in is over')
  })

  it('signs nobody in at another browser, and still works in its own', async () => {
    const [victim, thief] = [new Person(server.base), new Person(server.base)]
    const { json } = await complete(loginIdOf(await begin(victim)))
    await begin(thief)
    await thief.open(json.redirect_uri)
    expect([thief.visit.status, thief.text()]).toEqual([
      403,
      expect.stringContaining('began in another browser'),
    ])
    expect([await isSignedIn(thief), await isSignedIn(victim)]).toEqual([false, false])
    await victim.open(json.redirect_uri)
    expect(await isSignedIn(victim)).toBe(true)
  })

  it('swapped between two browsers signs in neither', async () => {
    const [one, other] = [new Person(server.base), new Person(server.base)]
    const ids = [loginIdOf(await begin(one)), loginIdOf(await begin(other))]
    const [first, second] = await Promise.all(ids.map(id => complete(id)))
    await one.open(second!.json.redirect_uri)
    await other.open(first!.json.redirect_uri)
    expect([await isSignedIn(one), await isSignedIn(other)]).toEqual([false, false])
  })

  it('tells a person whom the directory does not know, and the host which id it was', async () => {
    for (const externalId of ['19', world.users.ada.id, 'ada@acme.test']) {
      const person = new Person(server.base)
      const user = { external_id: externalId, email: 'ada@acme.test', name: 'Ada' }
      const answer = await complete(loginIdOf(await begin(person)), user)
      expect([answer.status, answer.json.code]).toEqual([404, 'object_not_found'])
      expect(answer.json.message).toContain(`external_id "${externalId}"`)
      await person.open(answer.json.additional_data.redirect_uri)
      expect(person.text()).toContain('You have no account here yet')
      expect(await isSignedIn(person)).toBe(false)
    }
  })

  it('does not sign in a disabled person', async () => {
    await server.sql('update users set disabled = true where id = $1', [world.users.cleo.id])
    const person = new Person(server.base)
    const answer = await complete(loginIdOf(await begin(person)), { external_id: '18' })
    await server.sql('update users set disabled = false where id = $1', [world.users.cleo.id])
    expect(answer.status).toBe(404)
  })

  it('is over when its state is gone', async () => {
    const person = new Person(server.base)
    const id = loginIdOf(await begin(person))
    await server.emptyRedis()
    expect((await complete(id)).status).toBe(404)
    const late = await complete(loginIdOf(await begin(person)))
    await server.emptyRedis()
    await person.open(late.json.redirect_uri)
    expect(person.text()).toContain('This sign-in is over')
    expect(person.text()).toContain('Try again')
  })

  it.each([
    ['no user', {}],
    ['no id', { user: { email: 'ben@acme.test' } }],
    ['an empty id', { user: { external_id: '' } }],
    ['a number', { user: { external_id: 17 } }],
    ['no address', { user: { external_id: '17', email: 'ben' } }],
    ['another member', { user: { external_id: '17', admin: true } }],
  ])('is not completed by a body with %s, and can be afterwards', async (_, body) => {
    const person = new Person(server.base)
    const id = loginIdOf(await begin(person))
    const bad = await call(server.base, `/v1/admin/logins/${id}`, { method: 'POST', token: secret, body })
    expect([bad.status, bad.json.code]).toEqual([400, 'validation_error'])
    expect((await complete(id)).status).toBe(200)
  })
})
