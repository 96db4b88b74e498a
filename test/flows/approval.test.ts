import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Partner, reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let world: World
let relay: SeededConnection

beforeAll(async () => {
  server = await startServer()
  world = await seedWorld(server.sql)
})
afterAll(() => server.close())
beforeEach(async () => {
  // Each story has a connection, and the policy it begins with, to itself.
  relay = await seedConnection(server.sql, { name: `Relay ${crypto.randomUUID().slice(0, 8)}` })
  await restrict('approved-list')
})

async function restrict(to: 'none' | 'approved-list' | 'owners-only', workspace = world.workspaces.acme.id) {
  await server.sql(
    `insert into workspace_policies (workspace_id, restrict_installs, updated_at) values ($1, $2, now())
     on conflict (workspace_id) do update set restrict_installs = excluded.restrict_installs, updated_at = now()`,
    [workspace, to],
  )
}

async function signedIn(name: 'ada' | 'ben' | 'cleo' | 'gus' | 'dora'): Promise<Person> {
  const person = new Person(server.base)
  await person.signIn(world.users[name].email)
  return person
}

/** A member goes from the partner to where the policy stops him, and asks. */
async function stopped(partner: Partner, name: 'ben' | 'cleo' = 'ben'): Promise<Person> {
  const person = await signedIn(name)
  await person.open(await partner.authorizeUrl())
  return person
}

const requests = () => `/settings/${world.workspaces.acme.id}/requests`

/** What an owner's press on the card of this connection sends. */
async function decide(owner: Person, decision: 'approve' | 'decline', answer = '') {
  await owner.open(requests())
  const card = owner.visit.$('.request').filter((_, one) => owner.visit.$(one).text().includes(relay.name))
  const action = card.find('form').attr('action')!
  const csrf = card.find('[name=csrf]').attr('value')!
  return owner.open(action, { method: 'POST', body: new URLSearchParams({ csrf, decision, answer }) })
}

async function allow(person: Person, pages: { id: string }[]): Promise<string> {
  await person.press('Select pages')
  await person.press('Allow access', { pages: pages.map(page => page.id) })
  return person.visit.url
}

describe('a member who is stopped by the policy', () => {
  it('asks, is approved, and goes on where he was stopped: the partner gets its code as if nothing had happened', async () => {
    const partner = await Partner.discover(server.base, relay)
    const ben = await stopped(partner)
    expect(ben.text()).toContain('allows only connections from its approved list')
    expect(ben.text()).toContain('Ada')
    await ben.press('Request approval', { reason: 'It tells the team what changed.' })
    expect(ben.heading()).toContain('waits for approval')
    const waiting = ben.visit.url

    const ada = await signedIn('ada')
    await ada.open(requests())
    expect(ada.text()).toContain('It tells the team what changed.')
    expect(ada.text()).toContain(relay.name)
    expect(ada.text()).toContain('Ben')
    expect(ada.text()).toContain('Read and change pages')
    await decide(ada, 'approve')
    expect(ada.text()).toContain('Approved.')

    // The flow's short-lived state is gone; the partner's request is not.
    await server.emptyRedis()
    await ben.signIn(world.users.ben.email)
    await ben.open(waiting)
    expect(ben.heading()).toContain('is approved')
    await ben.press('Continue installing')
    const tokens = await partner.redeem(await allow(ben, [world.pages.quarter]))
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Launch', 'Quarter One'])

    await ben.open(waiting)
    expect(ben.heading()).toContain('You allowed access')
    expect(ben.text()).not.toContain('Continue installing')
    const kinds = await server.sql<{ kind: string }>(
      'select kind from events where connection_id = $1 order by at, id',
      [relay.id],
    )
    expect(kinds.map(one => one.kind)).toEqual([
      'approval-request.made',
      'approval-request.approved',
      'approval.added',
      'consent.given',
      'approval-request.taken-up',
      'installation.activated',
    ])
  })
})
