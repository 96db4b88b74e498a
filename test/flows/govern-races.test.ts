import { describe, expect, it } from '@jest/globals'
import { allowed, signedIn, type Tokens } from '../support/allowed.ts'
import { whileHeld as rowsHeld } from '../support/held-rows.ts'
import { openWorld } from '../support/open-world.ts'
import { type Partner, reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql)
const ada = await signedIn(server, world.users.ada)

const whileHeld = <T>(lock: string, values: unknown[], during: () => Promise<T>) =>
  rowsHeld(server.config.databaseUrl!, lock, values, during)

/** Until that many statements wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const [row] = await server.sql<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
    if (row!.count >= count) return
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  throw new Error(`never ${count} waiting`)
}

const install = () => allowed(server, relay, world.users.ben, [world.pages.handbook])
const settle = <T>(promise: Promise<T>) =>
  promise.then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
/** @throws when no token was issued. */
function issuedBy(outcome: object): Tokens {
  if (!('value' in outcome)) throw new Error('nothing was issued')
  return outcome.value as Tokens
}
const people = () => `/settings/${world.workspaces.acme.id}/connections/${relay.id}`

/** Each way that an owner or the member ends it, ready to be pressed. */
const endings: [name: string, ready: (tokens: Tokens) => Promise<() => Promise<unknown>>][] = [
  [
    'the member disconnects',
    async tokens => {
      const ben = await signedIn(server, world.users.ben)
      await ben.open(`/settings/${world.workspaces.acme.id}/my-connections/${tokens.bot_id}/disconnect`)
      return () => ben.press('Disconnect Relay Automations')
    },
  ],
  [
    'an owner revokes one person',
    async tokens => {
      await ada.open(`${people()}/access/${tokens.bot_id}/revoke`)
      return () => ada.press('Revoke access')
    },
  ],
  [
    'an owner disconnects all users',
    async () => {
      await ada.open(`${people()}/disconnect`)
      return () => ada.press('Disconnect for everyone')
    },
  ],
]

async function nothingLives(partner: Partner, tokens: string[], bot: string): Promise<void> {
  for (const token of tokens) {
    await expect(reachedTitles(server.base, token)).rejects.toThrow('401')
    expect(await partner.introspect(token)).toMatchObject({ active: false })
  }
  const [left] = await server.sql<{ state: string; grants: number }>(
    `select i.state, (select count(*)::int from authorizations a where a.installation_id = i.id) as grants
     from installations i where i.id = $1`,
    [bot],
  )
  expect(left).toEqual({ state: 'revoked', grants: 0 })
}

describe.each(endings)('%s while a token is refreshed', (_, ready) => {
  it('the refresh first: its new tokens die with the rest', async () => {
    const { partner, tokens } = await install()
    const end = await ready(tokens)
    const hold = 'select from refresh_tokens for update'
    const [refreshed, ended] = await whileHeld(hold, [], async () => {
      const refreshing = settle(partner.refresh(tokens.refresh_token))
      await waiting(1)
      const ending = settle(end())
      await waiting(2)
      return [refreshing, ending] as const
    }).then(both => Promise.all(both))
    expect(ended).not.toHaveProperty('error')
    const { access_token, refresh_token } = issuedBy(refreshed)
    await nothingLives(partner, [tokens.access_token, access_token], tokens.bot_id)
    await expect(partner.refresh(refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  it('the ending first: nothing is issued', async () => {
    const { partner, tokens } = await install()
    const end = await ready(tokens)
    const hold = 'select from installations where id = $1 for update'
    const [refreshed, ended] = await whileHeld(hold, [tokens.bot_id], async () => {
      const ending = settle(end())
      await waiting(1)
      const refreshing = settle(partner.refresh(tokens.refresh_token))
      await waiting(2)
      return [refreshing, ending] as const
    }).then(both => Promise.all(both))
    expect(ended).not.toHaveProperty('error')
    expect(refreshed).toMatchObject({ error: { error: 'invalid_grant' } })
    await nothingLives(partner, [tokens.access_token], tokens.bot_id)
    await expect(partner.refresh(tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' })
  })
})

describe('a disconnect while a code of the same member is redeemed', () => {
  /** A second consent, up to the partner's callback. */
  async function consent(partner: Partner): Promise<string> {
    const ben = new Person(server.base)
    await ben.open(await partner.authorizeUrl())
    await ben.signIn(world.users.ben.email)
    await ben.press('Select pages')
    await ben.press('Allow access', { pages: [world.pages.roadmap.id] })
    return ben.visit.url
  }

  it('the redemption first: its tokens die with the rest', async () => {
    const { partner, tokens } = await install()
    const end = await endings[2]![1](tokens)
    const callback = await consent(partner)
    // The row that both want, and that the redemption is the first to wait for.
    const hold = 'select from authorizations where redeemed_at is null for update'
    const [redeemed] = await whileHeld(hold, [], async () => {
      const redeeming = settle(partner.redeem(callback))
      await waiting(1)
      const ending = settle(end())
      await waiting(2)
      return [redeeming, ending] as const
    }).then(both => Promise.all(both))
    const { access_token } = issuedBy(redeemed)
    await nothingLives(partner, [tokens.access_token, access_token], tokens.bot_id)
  })

  it('an owner suspends it meanwhile: the code that waited for that lifts nothing', async () => {
    const { partner, tokens } = await install()
    const callback = await consent(partner)
    const suspends = `update installations set state = 'suspended', state_reason = 'by-owner' where id = $1`
    const [redeemed] = await whileHeld(suspends, [tokens.bot_id], async () => {
      const redeeming = settle(partner.redeem(callback))
      await waiting(1)
      return [redeeming] as const
    }).then(both => Promise.all(both))
    expect(redeemed).toMatchObject({ error: { error: 'invalid_grant' } })
    await expect(reachedTitles(server.base, tokens.access_token)).rejects.toThrow('401')
    await server.sql(`update installations set state = 'active', state_reason = null where id = $1`, [
      tokens.bot_id,
    ])
  })

  it('the disconnect first: the code is worth nothing', async () => {
    const { partner, tokens } = await install()
    const end = await endings[2]![1](tokens)
    const callback = await consent(partner)
    const hold = 'select from installations where id = $1 for update'
    const [redeemed] = await whileHeld(hold, [tokens.bot_id], async () => {
      const ending = settle(end())
      await waiting(1)
      const redeeming = settle(partner.redeem(callback))
      await waiting(2)
      return [redeeming, ending] as const
    }).then(both => Promise.all(both))
    expect(redeemed).toMatchObject({ error: { error: 'invalid_grant' } })
    await nothingLives(partner, [tokens.access_token], tokens.bot_id)
  })
})

it('any order, many times over: no token lives after the disconnect', async () => {
  for (let round = 0; round < 6; round++) {
    const { partner, tokens } = await install()
    const end = await endings[round % 3]![1](tokens)
    const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
    const refreshing = [0, 2, 4, 8, 12, 20].map(ms =>
      wait(ms).then(() => settle(partner.refresh(tokens.refresh_token))),
    )
    await Promise.all([wait(round * 3).then(end), ...refreshing])
    const issued = (await Promise.all(refreshing)).flatMap(one =>
      'value' in one ? [one.value.access_token] : [],
    )
    await nothingLives(partner, [tokens.access_token, ...issued], tokens.bot_id)
  }
})
