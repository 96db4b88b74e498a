import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import * as oauth from 'openid-client'
import { signedIn } from '../support/allowed.ts'
import { call } from '../support/api.ts'
import { openWorld } from '../support/open-world.ts'
import { reachedTitles } from '../support/partner.ts'
import type { Person } from '../support/person.ts'
import { seedConnection } from '../support/seed.ts'

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
const { server, world } = await openWorld({ AGENTS: 'open' })
let tool: oauth.Configuration
let ben: Person

beforeAll(async () => {
  const { json } = await call(server.base, '/v1/oauth/register', {
    method: 'POST',
    headers: [['content-type', 'application/json']],
    body: {
      client_name: 'Terminal',
      redirect_uris: ['http://127.0.0.1/unused'],
      grant_types: [deviceGrant, 'refresh_token'],
    },
  })
  expect(json.grant_types).toContain(deviceGrant)
  tool = await discover(json.client_id)
})
beforeEach(async () => {
  await server.emptyRedis()
  ben = await signedIn(server, world.users.ben)
})

const discover = (id: string, secret?: string) =>
  oauth.discovery(new URL(server.base), id, secret, secret === undefined ? oauth.None() : undefined, {
    execute: [oauth.allowInsecureRequests],
    algorithm: 'oauth2',
  })
const ask = (more: Record<string, string> = {}, config = tool) =>
  oauth.initiateDeviceAuthorization(config, { scope: 'read_content', ...more })
const poll = (device_code: string, config = tool) =>
  oauth.genericGrantRequest(config, deviceGrant, { device_code })
const enter = async (code: string, person = ben) => {
  await person.open('/device')
  return person.press('Continue', { code })
}

describe('a tool without a browser', () => {
  it('shows a code, and reaches the pages that its person picks after entering it', async () => {
    const asked = await ask()
    expect(asked).toMatchObject({ verification_uri: `${server.base}/device`, expires_in: 900, interval: 5 })
    expect(asked.user_code).toMatch(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/)
    await expect(poll(asked.device_code)).rejects.toMatchObject({ error: 'authorization_pending' })

    await enter(` ${asked.user_code.toLowerCase().replace('-', ' ')}`)
    expect(ben.text()).toContain('Terminal wants to connect to Acme')
    expect(ben.text()).toContain('The device that showed you the code')
    expect(ben.text()).not.toContain('Sends you back to')
    await ben.press('Select pages')
    await ben.press('Allow access', { pages: [world.pages.handbook.id] })
    expect(ben.text()).toContain('Go back to your device')
    expect((await enter(asked.user_code)).status).toBe(400)

    // The device was asleep meanwhile.
    await server.sql(`update authorizations set created_at = now() - interval '10 minutes'`)
    const tokens = await poll(asked.device_code)
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
    expect((await oauth.refreshTokenGrant(tool, tokens.refresh_token!)).access_token).toBeTruthy()
  })

  it('opens the page with its code filled in, which the person still has to send', async () => {
    const { verification_uri_complete, user_code } = await ask()
    await ben.open(verification_uri_complete!)
    expect(ben.visit.$('[name=code]').attr('value')).toBe(user_code)
    await ben.press('Continue')
    expect(ben.text()).toContain('Terminal wants to connect')
  })

  it('learns that access was not allowed, and the person what became of the request', async () => {
    const { device_code, user_code } = await ask()
    await enter(user_code)
    await ben.press('Cancel')
    expect(ben.text()).toContain('Access was not allowed')
    const back = ben.visit.url
    await expect(poll(device_code)).rejects.toMatchObject({ error: 'access_denied' })
    expect((await ben.open(back)).status).toBe(400)
    expect(ben.text()).toContain('This request is over')
    expect((await ben.open('/device/back?state=forged&code=forged')).status).toBe(400)
  })

  it('is slowed down when it asks too often, and ends with its time', async () => {
    const { device_code } = await ask()
    await expect(poll(device_code)).rejects.toMatchObject({ error: 'authorization_pending' })
    for (const seconds of [10, 15])
      await expect(poll(device_code)).rejects.toMatchObject({
        error: 'slow_down',
        error_description: expect.stringContaining(`${seconds} seconds`),
      })
    await server.emptyRedis() // as when a quarter of an hour is over
    await expect(poll(device_code)).rejects.toMatchObject({ error: 'expired_token' })
  })

  it('is refused what it may not ask, and the code of another', async () => {
    await expect(ask({ scope: 'everything' })).rejects.toMatchObject({ error: 'invalid_scope' })
    await expect(ask({ resource: 'https://elsewhere.test' })).rejects.toMatchObject({
      error: 'invalid_target',
    })
    const plain = await seedConnection(server.sql)
    const other = await seedConnection(server.sql, { device_flow: true })
    await expect(ask({}, await discover(plain.id, plain.secret))).rejects.toMatchObject({
      error: 'unauthorized_client',
    })
    const { device_code } = await ask()
    await expect(poll(device_code, await discover(other.id, other.secret))).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    await expect(poll(device_code, await discover(other.id, plain.secret))).rejects.toMatchObject({
      error: 'invalid_client',
    })
  })
})

describe('codes that are guessed', () => {
  it('end after twenty tries, for one person and for one network, also all at once', async () => {
    const { user_code } = await ask()
    await ben.open('/device')
    const { action, body } = ben.formOf('Continue', { code: 'BBBB-BBBB' })
    const tries = await Promise.all(
      Array.from({ length: 25 }, () => ben.send(action.toString(), { method: 'POST', body })),
    )
    const statuses = tries.map(one => one.status).sort()
    expect(statuses).toEqual([...Array(20).fill(400), ...Array(5).fill(429)])
    expect((await enter(user_code)).status).toBe(429)
    expect(ben.visit.headers.get('retry-after')).toMatch(/^\d+$/)
    expect((await enter(user_code, await signedIn(server, world.users.cleo))).status).toBe(429)
  })

  it('are not looked up for anybody who is not signed in', async () => {
    const { user_code } = await ask()
    const answer = await fetch(`${server.base}/device?user_code=${user_code}`, { redirect: 'manual' })
    expect(answer.headers.get('location')).toContain('/sign-in?return=')
  })
})
