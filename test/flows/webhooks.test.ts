import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { allowed, signedIn } from '../support/allowed.ts'
import { call } from '../support/api.ts'
import { latchkey } from '../support/command.ts'
import { sha256 } from '../support/installed.ts'
import { openWorld } from '../support/open-world.ts'
import { basic } from '../support/post.ts'
import { openReceiver, type Received } from '../support/receiver.ts'
import { decide, restrict } from '../support/ruled.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld({ OUTBOUND_HOSTS: '127.0.0.1' })
const acme = world.workspaces.acme.id
const env = {
  DATABASE_URL: server.config.databaseUrl!,
  REDIS_URL: server.config.redisUrl!,
  DATA_DIR: server.config.dataDir,
  OUTBOUND_HOSTS: '127.0.0.1',
}
const opened: { close(): Promise<void> }[] = []
const receiver = async (answer?: Parameters<typeof openReceiver>[0]) => {
  const one = await openReceiver(answer)
  opened.push(one)
  return one
}
afterAll(() => Promise.all(opened.map(one => one.close())))

const add = async (url: string, ...more: string[]) => {
  const added = await latchkey(['webhook', 'add', url, ...more, '--json'], env)
  if (added.code !== 0) throw new Error(added.err)
  return added.json() as { id: string; secret: string }
}
const remove = (id: string) => latchkey(['webhook', 'remove', id], env)
/** By the library of the specification. @throws when the signature is wrong. */
const verified = (secret: string, { body, headers }: Received) =>
  new Webhook(secret).verify(body, headers) as {
    type: string
    timestamp: string
    data: Record<string, string>
  }

const secret = newTokenValue('lkh_')
await server.sql(
  `insert into admin_credentials (id, name, scopes, secret_hash, hint, created_at)
   values (gen_random_uuid(), 'Host', '{events}', $1, 'hint', now())`,
  [sha256(secret)],
)
const events = (after = '', header: [string, string] = ['authorization', `Bearer ${secret}`]) =>
  call(server.base, `/v1/events${after && `?after=${after}`}`, { headers: [header] })

afterEach(() => restrict(server, acme, 'none'))

describe('the host product', () => {
  it('is told of everything, in order, by thin signed messages, and reads the same later', async () => {
    const host = await receiver()
    const { id, secret: key } = await add(host.url)
    const relay = await seedConnection(server.sql, { name: 'Told Relay' })
    await restrict(server, acme, 'approved-list')
    const ben = await signedIn(server, world.users.ben)
    const url = new URL('/v1/oauth/authorize', server.base)
    url.search = `${new URLSearchParams({ client_id: relay.id, redirect_uri: relay.redirectUri, response_type: 'code' })}`
    await ben.open(url.href)
    await ben.press('Request approval', { reason: 'For the roadmap.' })
    const ada = await signedIn(server, world.users.ada)
    await decide(ada, acme, { connection: relay.name }, 'approve')
    const { tokens, partner } = await allowed(server, relay, world.users.ben, [world.pages.roadmap])
    await ben.open(`/settings/${acme}/my-connections/${tokens.bot_id}/pages`)
    await ben.press('Save pages', { pages: [world.pages.handbook.id] })
    await ben.open(`/settings/${acme}/my-connections/${tokens.bot_id}/disconnect`)
    await ben.press(`Disconnect ${relay.name}`)
    await expect(partner.refresh(tokens.refresh_token)).rejects.toThrow()

    const messages = (await host.until(5)).map(one => verified(key, one))
    // In order for each installation, and for the approvals of a connection; these two may overtake each other.
    const of = (about: RegExp) => messages.map(one => one.type).filter(type => about.test(type))
    expect(of(/^approval/)).toEqual(['approval.requested', 'approval.decided'])
    expect(of(/^(installation|pages)/)).toEqual([
      'installation.activated',
      'pages.changed',
      'installation.disconnected',
    ])
    expect(messages.find(one => one.type === 'installation.activated')!.data).toEqual({
      workspace_id: acme,
      connection_id: relay.id,
      installation_id: tokens.bot_id,
      user_id: world.users.ben.id,
    })
    expect(JSON.stringify(host.received)).not.toMatch(/Roadmap|Ben|Told Relay|lk[ar]_/)
    for (const { headers, body } of host.received)
      expect(() => new Webhook('whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA').verify(body, headers)).toThrow()

    const sent = (type: string) => host.received.find(({ body }) => JSON.parse(body).type === type)!
    const idOf = (type: string) => sent(type).headers['webhook-id']
    const missed = await events(idOf('installation.activated'))
    expect(missed.json).toEqual({
      object: 'list',
      has_more: false,
      results: ['pages.changed', 'installation.disconnected'].map(type => ({
        id: idOf(type),
        ...JSON.parse(sent(type).body),
      })),
    })
    expect((await events(idOf('installation.disconnected'))).json.results).toEqual([])
    await remove(id)
  })

  it('is refused with an unknown message, without the scope, and by a method that there is not', async () => {
    expect(await events(randomUUID())).toMatchObject({ status: 400, json: { code: 'validation_error' } })
    expect((await events('', ['authorization', `Bearer ${newTokenValue('lkh_')}`])).status).toBe(401)
    expect((await call(server.base, '/v1/events', { method: 'POST', token: secret })).status).toBe(405)
  })

  it('gets what it was told not to lose: a server that fails is asked again, one that is gone is left alone', async () => {
    let refusals = 2
    const shaky = await receiver(() => (refusals-- > 0 ? 500 : 204))
    const gone = await receiver(() => 410)
    const [one, other] = [await add(shaky.url), await add(gone.url)]
    const relay = await seedConnection(server.sql)
    await allowed(server, relay, world.users.cleo, [world.pages.roadmap])
    await shaky.until(1)
    await gone.until(1)
    const due = `update webhook_deliveries set next_at = now() where state = 'waiting' and attempts > 0`
    for (let tries = 0; shaky.received.length < 3 && tries < 100; tries++) {
      await server.sql(due)
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    expect(new Set(shaky.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    for (const message of shaky.received) verified(one.secret, message)
    const listed = (await latchkey(['webhook', 'list', '--json'], env)).json() as { id: string }[]
    const stateOf = (id: string) => listed.find(endpoint => endpoint.id === id)
    expect(stateOf(other.id)).toMatchObject({ disabled_because: 'gone' })
    expect(stateOf(one.id)).toMatchObject({ disabled_at: null, failing_since: null })
    await Promise.all([remove(one.id), remove(other.id)])
  })

  it('is not held up by an endpoint that does not answer, and reaches nothing by a redirect', async () => {
    const [silent, healthy, leading] = [await receiver(() => 0), await receiver(), await receiver(() => 302)]
    const endpoints = [await add(silent.url), await add(healthy.url), await add(leading.url)]
    for (let round = 0; round < 3; round++)
      await allowed(server, await seedConnection(server.sql), world.users.cleo, [world.pages.roadmap])
    await healthy.until(3)
    await leading.until(1)
    expect(new Set(leading.received.map(one => one.path))).toEqual(new Set(['/webhooks']))
    const [row] = await server.sql<{ fault: string }>(
      'select fault from webhook_deliveries where endpoint_id = $1 and fault is not null',
      [endpoints[2]!.id],
    )
    expect(row!.fault).toBe('It answered 302')
    await Promise.all(endpoints.map(one => remove(one.id)))
  })

  it('does not keep the server from stopping while an endpoint does not answer', async () => {
    const silent = await receiver(() => 0)
    const { id } = await add(silent.url)
    await allowed(server, await seedConnection(server.sql), world.users.cleo, [world.pages.roadmap])
    await silent.until(1)
    await server.restart()
    const rows = await server.sql<{ attempts: number; fault: string | null }>(
      'select attempts, fault from webhook_deliveries where endpoint_id = $1',
      [id],
    )
    expect(rows).toEqual([{ attempts: 1, fault: null }])
    await remove(id)
  })

  it.each([
    ['http://example.com/hook', 'https://'],
    ['https://user:word@example.com/hook', 'user name'],
    ['no address', 'no address'],
  ])('cannot be told at %s', async (url, reason) => {
    const refused = await latchkey(['webhook', 'add', url], env)
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining(reason)])
  })

  it('is told nothing in a network that is not public', async () => {
    const { id } = await add('https://10.0.0.1/hook')
    const relay = await seedConnection(server.sql)
    await allowed(server, relay, world.users.cleo, [world.pages.roadmap])
    const faults = () =>
      server.sql<{ fault: string }>(
        'select fault from webhook_deliveries where endpoint_id = $1 and fault is not null',
        [id],
      )
    while ((await faults()).length === 0) await new Promise(resolve => setTimeout(resolve, 50))
    expect(await faults()).toEqual([{ fault: 'It cannot be reached' }])
    await remove(id)
  })
})

describe('a partner', () => {
  it('adds an endpoint in the hub, tests it, is told of its own installations alone, and rotates the secret', async () => {
    const theirs = await receiver()
    const relay = await seedConnection(server.sql, { workspace_id: acme, name: 'Hub Relay' })
    await server.sql('update connections set created_by = $2 where id = $1', [relay.id, world.users.ben.id])
    const ben = await signedIn(server, world.users.ben)
    const screen = `/developers/connections/${relay.id}/webhooks`
    await ben.open(screen)
    expect(ben.text()).toContain('No endpoint yet.')
    await ben.press('Add endpoint', { url: 'http://example.com/' })
    expect([ben.visit.status, ben.text()]).toEqual([
      400,
      expect.stringContaining('It must begin with https://'),
    ])
    await ben.press('Add endpoint', { url: theirs.url })
    const key = ben.visit.$('#shown-value').text().trim()
    expect(key).toMatch(/^whsec_/)
    await ben.press('Send a test')
    const [test] = await theirs.until(1)
    expect(verified(key, test!)).toMatchObject({ type: 'test', data: { connection_id: relay.id } })

    const other = await seedConnection(server.sql)
    await allowed(server, other, world.users.cleo, [world.pages.roadmap])
    await allowed(server, relay, world.users.cleo, [world.pages.roadmap])
    const [, activated] = await theirs.until(2)
    expect(verified(key, activated!)).toMatchObject({
      type: 'installation.activated',
      data: { connection_id: relay.id },
    })
    const own = await events('', Object.entries(basic(relay.id, relay.secret))[0] as [string, string])
    expect(own.json.results.map((one: { id: string }) => one.id)).toEqual([activated!.headers['webhook-id']])

    await ben.open(screen)
    expect(ben.text()).toMatch(/installation\.activated.*Arrived \(200\) after 1 attempt/)
    await ben.press('Rotate secret')
    const next = ben.visit.$('#shown-value').text().trim()
    await ben.press('Send again')
    const [, , again] = await theirs.until(3)
    expect(again!.headers['webhook-id']).toBe(activated!.headers['webhook-id'])
    for (const one of [key, next]) expect(verified(one, again!).type).toBe('installation.activated')

    const cleo = await signedIn(server, world.users.cleo)
    await cleo.open(screen)
    expect(cleo.visit.status).toBe(404)
    await ben.open(ben.visit.$('a:contains("Remove")').attr('href')!)
    await ben.press('Remove endpoint')
    expect(ben.text()).toContain('The endpoint is removed.')
  })

  it('sees a server of theirs that was switched off, and switches it on: what waited arrives', async () => {
    let status = 410
    const theirs = await receiver(() => status)
    const relay = await seedConnection(server.sql, { workspace_id: acme })
    await server.sql('update connections set created_by = $2 where id = $1', [relay.id, world.users.ben.id])
    await add(theirs.url, '--connection', relay.id, '--events', 'installation.activated')
    await allowed(server, relay, world.users.cleo, [world.pages.roadmap])
    await theirs.until(1)
    const ben = await signedIn(server, world.users.ben)
    const screen = `/developers/connections/${relay.id}/webhooks`
    while (!(await ben.open(screen)).$('main').text().includes('Switched off'))
      await new Promise(resolve => setTimeout(resolve, 50))
    expect(ben.text()).toContain('It answered that it is gone (410)')
    status = 200
    await server.sql('update webhook_deliveries set next_at = now()')
    await ben.press('Switch on')
    await theirs.until(2)
    expect(theirs.received[1]!.headers['webhook-id']).toBe(theirs.received[0]!.headers['webhook-id'])
  })
})
