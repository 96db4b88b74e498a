import { describe, expect, it } from '@jest/globals'
import { basic, post, refusal } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { seedConnection } from '../support/seed.ts'

const perMinute = 50

const { server } = await openProviderWorld({
  // The same limit, reached sooner.
  adjust: needs => ({
    ...needs,
    limits: rule => needs.limits(rule.name === 'oauth-client' ? { ...rule, points: perMinute } : rule),
  }),
})
const relay = await seedConnection(server.sql)

const from = (address: string, secret: string) =>
  post(
    `${server.base}/v1/oauth/token`,
    { grant_type: 'refresh_token', refresh_token: 'lkr_x' },
    { ...basic(relay.id, secret), 'x-forwarded-for': address },
  )
/** Past the authentication: the token is refused. */
const authenticated = refusal(400, 'invalid_grant')
const statuses = async (count: number, address: string, secret: string) => {
  const found = new Set<number>()
  for (let request = 0; request < count; request++) found.add((await from(address, secret)).status)
  return found
}

describe('a client’s requests from its address', () => {
  it('are not used up by wrong secrets from the same address', async () => {
    expect(await statuses(4 * perMinute, '192.0.2.1', 'lks_wrong')).toEqual(new Set([401, 429]))
    expect(await from('192.0.2.1', relay.secret)).toMatchObject(authenticated)
  })

  it('are limited once its secret is proven, for one IPv6 network together', async () => {
    const addresses = Array.from({ length: 4 * perMinute }, (_, at) => `2001:db8:1:2::${at.toString(16)}`)
    const found = new Set<number>()
    for (const address of addresses) found.add((await from(address, relay.secret)).status)
    expect(found).toEqual(new Set([400, 429]))
    expect(await from('2001:db8:1:3::1', relay.secret)).toMatchObject(authenticated)
  })
})
