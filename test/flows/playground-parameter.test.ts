import { beforeAll, describe, expect, it } from '@jest/globals'
import { importNeeds } from '../../src/compose/directory.ts'
import { testOutcomes } from '../../src/installs/forced-outcome.ts'
import { importDirectory } from '../../src/storage/postgres/directory/import.ts'
import { call } from '../support/api.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql, {
  workspace_id: world.workspaces.acme.id,
  created_by: world.users.ben.id,
})
const partner = await Partner.discover(server.base, relay)
const ben = new Person(server.base)

beforeAll(async () => {
  await ben.signIn(world.users.ben.email)
  await ben.open(playground())
  await ben.press('Make a sandbox')
})

const playground = () => `/developers/connections/${relay.id}/playground`

async function actAs(name: string | null): Promise<void> {
  await ben.open(playground())
  if (name && !ben.text().includes(`You act as ${name}`)) await ben.press(`Act as ${name}`)
  if (!name && ben.text().includes('Be yourself again')) await ben.press('Be yourself again')
}

/** Allows the first two pages; returns the address that the partner's callback receives. */
async function install(extra: Record<string, string> = {}): Promise<string> {
  await ben.open(await partner.authorizeUrl(extra))
  await ben.press('Select pages')
  const pages = ben.visit.$('input[name=pages]').toArray().slice(0, 2)
  await ben.press('Allow access', { pages: pages.map(one => ben.visit.$(one).attr('value')!) })
  return ben.visit.url
}

function refresh(token: string, outcome: string) {
  return call(server.base, '/v1/oauth/token', {
    method: 'POST',
    headers: [
      ['authorization', `Basic ${Buffer.from(`${relay.id}:${relay.secret}`).toString('base64')}`],
      ['content-type', 'application/json'],
      ['latchkey-test', outcome],
    ],
    body: { grant_type: 'refresh_token', refresh_token: token },
  })
}

function redeem(callback: string, outcome: string) {
  const code = new URL(callback).searchParams.get('code')!
  return call(server.base, '/v1/oauth/token', {
    method: 'POST',
    headers: [
      ['authorization', `Basic ${Buffer.from(`${relay.id}:${relay.secret}`).toString('base64')}`],
      ['content-type', 'application/json'],
      ['latchkey-test', outcome],
    ],
    body: {
      grant_type: 'authorization_code',
      code,
      redirect_uri: relay.redirectUri,
      code_verifier: partner.verifier,
    },
  })
}

const me = (token: string, outcome: string) =>
  call(server.base, '/v1/users/me', { token, headers: [['latchkey-test', outcome]] })

describe('in a sandbox, a partner’s own code', () => {
  it('is told that the user cancelled', async () => {
    await actAs('Max Member')
    await ben.open(await partner.authorizeUrl({ latchkey_test: 'user-cancels' }))
    await expect(partner.redeem(ben.visit.url)).rejects.toMatchObject({ error: 'access_denied' })
  })

  it('waits for an approval that the sandbox’s owner is asked for, and the next flow is free again', async () => {
    await actAs('Max Member')
    await ben.open(await partner.authorizeUrl({ latchkey_test: 'approval-pending' }))
    await ben.press('Request approval', { reason: 'A test' })
    const request = ben.visit.url
    await actAs('Olive Owner')
    await ben.open(request.replace(/my-requests\/.*/, 'requests'))
    expect(ben.text()).toContain('Max Member')
    await actAs('Max Member')
    expect((await partner.redeem(await install())).workspace_name).toBe('Sandbox')
  })

  it('gets a token that reaches no page', async () => {
    await actAs('Max Member')
    const tokens = await partner.redeem(await install({ latchkey_test: 'no-pages' }))
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual([])
    const again = await partner.redeem(await install())
    expect((await reachedTitles(server.base, again.access_token)).length).toBeGreaterThan(0)
  })

  it('meets what befalls tokens, and after a 429 or 503 nothing is used up', async () => {
    await actAs('Max Member')
    const tokens = await partner.redeem(await install())
    for (const [outcome, status] of [
      ['rate-limited', 429],
      ['unavailable', 503],
    ] as const) {
      const answer = await refresh(tokens.refresh_token!, outcome)
      expect([answer.status, answer.headers['retry-after']]).toEqual([status, '7'])
      const called = await me(tokens.access_token, outcome)
      expect([called.status, called.headers['retry-after']]).toEqual([status, '7'])
    }
    const before = await reachedTitles(server.base, tokens.access_token)
    expect((await me(tokens.access_token, 'access-narrowed')).status).toBe(200)
    expect((await reachedTitles(server.base, tokens.access_token)).length).toBeLessThan(before.length)
    const next = await refresh(tokens.refresh_token!, '')
    expect(next.status).toBe(200)
    expect((await refresh(next.json.refresh_token, 'refresh-expired')).json).toMatchObject({
      error: 'invalid_grant',
    })
    expect((await me(next.json.access_token, 'token-revoked')).status).toBe(401)
  })
})

describe('with another connection’s token', () => {
  it.each(testOutcomes)('nothing is brought about: %s', async outcome => {
    await actAs('Max Member')
    const tokens = await partner.redeem(await install())
    const stranger = await seedConnection(server.sql)
    const basic = Buffer.from(`${stranger.id}:${stranger.secret}`).toString('base64')
    const answer = await call(server.base, '/v1/oauth/token', {
      method: 'POST',
      headers: [
        ['authorization', `Basic ${basic}`],
        ['content-type', 'application/json'],
        ['latchkey-test', outcome],
      ],
      body: { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
    })
    expect([answer.status, answer.json.error]).toEqual([400, 'invalid_grant'])
    expect((await reachedTitles(server.base, tokens.access_token)).length).toBeGreaterThan(1)
    expect((await refresh(tokens.refresh_token!, '')).status).toBe(200)
  })
})

describe('while a code is redeemed in a sandbox', () => {
  it.each([
    ['rate-limited', 429, 'temporarily_unavailable'],
    ['unavailable', 503, 'temporarily_unavailable'],
  ])('%s is answered with Retry-After, and the code is not used up', async (outcome, status, error) => {
    await actAs('Max Member')
    const callback = await install()
    const refused = await redeem(callback, outcome)
    expect([refused.status, refused.headers['retry-after'], refused.json.error]).toEqual([status, '7', error])
    const answer = await redeem(callback, '')
    expect([answer.status, answer.json.workspace_name]).toEqual([200, 'Sandbox'])
  })

  it.each(testOutcomes.filter(one => !['rate-limited', 'unavailable'].includes(one)))(
    '%s, which is about tokens or the authorize address, changes nothing',
    async outcome => {
      await actAs('Max Member')
      const answer = await redeem(await install(), outcome)
      expect([answer.status, answer.json.workspace_name]).toEqual([200, 'Sandbox'])
      expect((await reachedTitles(server.base, answer.json.access_token)).length).toBeGreaterThan(0)
      expect((await refresh(answer.json.refresh_token, '')).status).toBe(200)
    },
  )

  it('an outcome that there is not is passed over', async () => {
    await actAs('Max Member')
    expect((await redeem(await install(), 'everything-breaks')).status).toBe(200)
  })
})

describe('in a real workspace', () => {
  it.each(testOutcomes)('a code is redeemed as ever, whatever is asked: %s', async outcome => {
    await actAs(null)
    const answer = await redeem(await install(), outcome)
    expect([answer.status, answer.json.workspace_name]).toEqual([200, 'Acme'])
    expect((await reachedTitles(server.base, answer.json.access_token)).length).toBeGreaterThan(0)
  })

  it.each(['user-cancels', 'approval-pending', 'no-pages'])('%s has no effect', async outcome => {
    await actAs(null)
    const tokens = await partner.redeem(await install({ latchkey_test: outcome }))
    expect(tokens.workspace_name).toBe('Acme')
    expect((await reachedTitles(server.base, tokens.access_token)).length).toBeGreaterThan(0)
    const ofRealWorkspaces = `select from workspace_policies p join workspaces w on w.id = p.workspace_id
      where w.sandbox_owner is null`
    expect(await server.sql(ofRealWorkspaces)).toEqual([])
  })

  it('no header has any', async () => {
    await actAs(null)
    const tokens = await partner.redeem(await install())
    const before = await reachedTitles(server.base, tokens.access_token)
    let token = tokens.refresh_token!
    for (const outcome of testOutcomes) {
      expect((await me(tokens.access_token, outcome)).status).toBe(200)
      const answer = await refresh(token, outcome)
      expect(answer.status).toBe(200)
      expect(answer.json.scope).toBe(tokens.scope)
      token = answer.json.refresh_token
    }
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(before)
  })

  it('a persona is brought in by no import', async () => {
    const [row] = await server.sql<{ id: string; workspace: string; email: string }>(
      `select u.id, u.sandbox_id as workspace, u.email from users u where u.sandbox_id is not null limit 1`,
    )
    const { id, workspace, email } = row!
    const acme = world.workspaces.acme.id
    const lines = [
      { kind: 'member', workspace_id: acme, user_id: id, role: 'owner' },
      { kind: 'member', workspace_id: workspace, user_id: world.users.dora.id, role: 'owner' },
      { kind: 'user', id, email, name: 'Somebody', password: 'a long password' },
      { kind: 'workspace', id: workspace, name: 'Taken', icon: null, plan: 'free' },
      { kind: 'page', id: acme, workspace_id: workspace, parent_id: null, title: 'Planted', icon: null },
    ]
    for (const line of lines) {
      async function* input() {
        yield Buffer.from(`${JSON.stringify(line)}\n`)
      }
      await expect(importDirectory(importNeeds(server.server.stores.database), input())).rejects.toThrow(
        /^line 1: the (user|workspace) .* is a (persona of a )?sandbox/,
      )
    }
  })
})
