import { beforeEach, describe, expect, it } from '@jest/globals'
import { signedIn } from '../support/allowed.ts'
import { whileHeld } from '../support/held-rows.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { controls, decide, decisionForm, post, restrict } from '../support/ruled.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const acme = world.workspaces.acme.id
const ada = await signedIn(server, world.users.ada)
let relay: SeededConnection
let about: { connection: string }
let partner: Partner

beforeEach(async () => {
  // Each story has a connection, and the policy that it begins with, to itself.
  relay = await seedConnection(server.sql, { name: `Relay ${crypto.randomUUID().slice(0, 8)}` })
  about = { connection: relay.name }
  partner = await Partner.discover(server.base, relay)
  await restrict(server, acme, 'approved-list')
})

/** A member comes from the partner, is stopped by the policy, and asks. */
async function asks(
  name: 'ben' | 'cleo',
  by = partner,
  reason = 'It tells the team what changed.',
): Promise<Person> {
  const person = await signedIn(server, world.users[name])
  await person.open(await by.authorizeUrl())
  await person.press('Request approval', { reason })
  return person
}

async function allow(person: Person, pages: { id: string }[]): Promise<string> {
  await person.press('Select pages')
  await person.press('Allow access', { pages: pages.map(page => page.id) })
  return person.visit.url
}

const kinds = async () =>
  (
    await server.sql<{ kind: string }>('select kind from events where connection_id = $1 order by at, id', [
      relay.id,
    ])
  ).map(one => one.kind)

describe('a member who is stopped by the policy', () => {
  it('asks, is approved, and continues where they were stopped: the partner gets its code as usual', async () => {
    const ben = await signedIn(server, world.users.ben)
    await ben.open(await partner.authorizeUrl())
    expect(ben.text()).toContain('allows only connections from its approved list')
    expect(ben.text()).toContain('Ada')
    await ben.press('Request approval', { reason: 'It tells the team what changed.' })
    expect(ben.heading()).toContain('waits for approval')
    const waiting = ben.visit.url

    await ada.open(`/settings/${acme}/requests`)
    for (const words of [
      'Ben',
      relay.name,
      'It tells the team what changed.',
      'Read and change pages',
      'Made by a developer who gave no name.',
      'just now',
    ])
      expect(ada.text()).toContain(words)
    await decide(ada, acme, about, 'approve', 'Fine, for the roadmap.')
    expect(ada.text()).toContain('Approved.')

    // The flow's short-lived state is gone, and the server was started anew; the partner's request is kept.
    await server.emptyRedis()
    await server.restart()
    await ben.signIn(world.users.ben.email)
    await ada.signIn(world.users.ada.email)
    await ben.open(waiting)
    expect(ben.heading()).toContain('is approved')
    expect(ben.text()).toContain('Fine, for the roadmap.')
    await ben.press('Continue installing')
    const tokens = await partner.redeem(await allow(ben, [world.pages.quarter]))
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Launch', 'Quarter One'])

    await ben.open(waiting)
    expect(ben.heading()).toContain('You allowed access')
    expect(controls(ben)).not.toContain('Continue installing')
    expect(await kinds()).toEqual([
      'approval-request.made',
      'approval-request.approved',
      'approval.added',
      'consent.given',
      'approval-request.taken-up',
      'installation.activated',
    ])
  })

  it('continues with one press from My requests to the next step, until the time is over', async () => {
    const ben = await asks('ben')
    await decide(ada, acme, about, 'approve')
    await ben.open(`/settings/${acme}/my-requests`)
    const list = ben.visit
    await ben.press(`Continue: ${relay.name}`)
    expect(ben.text()).toContain('This connection will be able to')
    const tokens = await partner.redeem(await allow(ben, [world.pages.handbook]))
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])

    ben.visit = list
    await ben.press(`Continue: ${relay.name}`)
    expect(ben.visit.status).toBe(409)
    expect(ben.heading()).toContain('You allowed access')
    await ben.open(`/settings/${acme}/my-requests`)
    expect(controls(ben)).not.toContain(`Continue: ${relay.name}`)
    expect(controls(ben)).toContain(`Details: ${relay.name}`)
  })

  it('gives a reason in a sentence, or is asked for one', async () => {
    const ben = await asks('ben', partner, '   ')
    expect(ben.visit.status).toBe(400)
    expect(ben.text()).toContain('Say in a sentence what you need it for.')
    await ben.press('Request approval', { reason: 'x'.repeat(1001) })
    expect(ben.visit.status).toBe(400)
    await ben.press('Request approval', { reason: '<b>Because</b> of the “plan”' })
    expect(ben.heading()).toContain('waits for approval')
    expect(ben.visit.html).not.toContain('<b>Because')
    expect(ben.text()).toContain('<b>Because</b> of the “plan”')
  })

  it('asks again from a second start: one request waits, and it goes on from the newest', async () => {
    await asks('ben')
    const second = await Partner.discover(server.base, relay)
    const ben = await signedIn(server, world.users.ben)
    await ben.open(await second.authorizeUrl())
    expect(ben.text()).toContain('an owner has still to decide')
    await ben.press('Update request', { reason: 'For the second time.' })
    const rows = await server.sql('select reason from approval_requests where connection_id = $1', [relay.id])
    expect(rows).toEqual([{ reason: 'For the second time.' }])
    await decide(ada, acme, about, 'approve')
    await ben.open(ben.visit.url)
    await ben.press('Continue installing')
    expect(await second.redeem(await allow(ben, [world.pages.handbook]))).toHaveProperty('access_token')
  })

  it('takes the request back', async () => {
    const ben = await asks('ben')
    const { action, body } = await decisionForm(ada, acme, about, 'approve')
    await ben.press('Withdraw request')
    expect(ben.heading()).toContain('You took back your request')
    await ada.open(action, { method: 'POST', body })
    expect(ada.visit.status).toBe(409)
    expect(ada.text()).toContain('Ben has taken this request back')
    expect(await server.sql('select from approvals where connection_id = $1', [relay.id])).toEqual([])
    await ben.press(`Return to ${relay.name}`)
    await expect(partner.redeem(ben.visit.url)).rejects.toMatchObject({ error: 'access_denied' })
  })

  it('cancels after asking, or after going on: the partner has its answer, and gets no second one', async () => {
    const ben = await signedIn(server, world.users.ben)
    await ben.open(await partner.authorizeUrl())
    const flow = ben.visit.url
    await ben.press('Request approval', { reason: 'For the roadmap.' })
    const page = ben.visit.url
    await ben.open(flow)
    await ben.press('Cancel')
    await expect(partner.redeem(ben.visit.url)).rejects.toMatchObject({ error: 'access_denied' })
    await decide(ada, acme, about, 'approve')
    await ben.open(page)
    expect(ben.text()).toContain(`To install it, start again from ${relay.name}.`)
    expect(controls(ben)).toEqual(['My requests'])

    await server.sql('delete from approvals where connection_id = $1', [relay.id])
    const again = await asks('ben')
    const second = again.visit.url
    await decide(ada, acme, about, 'approve')
    await again.open(second)
    await again.press('Continue installing')
    await again.press('Cancel')
    await expect(partner.redeem(again.visit.url)).rejects.toMatchObject({ error: 'access_denied' })
    await again.open(second)
    expect(controls(again)).toEqual(['My requests'])
    await ben.open(await partner.authorizeUrl())
    expect(await partner.redeem(await allow(ben, [world.pages.handbook]))).toHaveProperty('access_token')
  })

  it('goes on without an approval when the policy no longer asks for one', async () => {
    const ben = await asks('ben')
    await restrict(server, acme, 'none')
    await ben.open(ben.visit.url)
    expect(ben.heading()).toContain('no longer needs approval')
    await ben.press('Continue installing')
    const tokens = await partner.redeem(await allow(ben, [world.pages.handbook]))
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
    await ada.open(`/settings/${acme}/requests`)
    expect(ada.text()).not.toContain(relay.name)
  })
})

describe('a request that comes to nothing', () => {
  it('is declined with a sentence, and the partner is sent access_denied with its state, once', async () => {
    const ben = await asks('ben')
    const page = ben.visit.url
    await decide(ada, acme, about, 'decline')
    expect(ada.visit.status).toBe(400)
    expect(ada.text()).toContain('Say in a sentence why you decline.')
    await decide(ada, acme, about, 'decline', 'We use another tool for this.')
    expect(ada.text()).toContain('Declined.')

    await ben.open(page)
    expect(ben.heading()).toContain('was not approved')
    expect(ben.text()).toContain('We use another tool for this.')
    const csrf = ben.visit.$('[name=csrf]').attr('value')!
    await ben.press(`Return to ${relay.name}`)
    const callback = new URL(ben.visit.url)
    expect(`${callback.origin}${callback.pathname}`).toBe(relay.redirectUri)
    expect(callback.searchParams.get('iss')).toBe(server.base)
    // The library checks the state.
    await expect(partner.redeem(ben.visit.url)).rejects.toMatchObject({ error: 'access_denied' })
    await ben.open(`${page}/close`, { method: 'POST', body: new URLSearchParams({ csrf }) })
    expect(ben.text()).toContain('The application has its answer already.')
    const second = await ben.open(await partner.authorizeUrl())
    expect(second.$('body').text()).toContain('We use another tool for this.')
  })

  it('expires when nobody decides for seven days', async () => {
    const ben = await asks('ben')
    const { action, body } = await decisionForm(ada, acme, about, 'approve')
    await server.sql(
      `update approval_requests set expires_at = now() - interval '1 second' where connection_id = $1`,
      [relay.id],
    )
    await ada.open(action, { method: 'POST', body })
    expect(ada.visit.status).toBe(409)
    expect(ada.text()).toContain('has expired')
    await ada.open(`/settings/${acme}/requests`)
    expect(ada.text()).not.toContain(relay.name)
    await ben.open(ben.visit.url)
    expect(ben.heading()).toContain('has expired')
    await ben.press(`Return to ${relay.name}`)
    await expect(partner.redeem(ben.visit.url)).rejects.toMatchObject({ error: 'access_denied' })
  })

  it('expires when an approval is not taken up for seven days', async () => {
    const ben = await asks('ben')
    const page = ben.visit.url
    await decide(ada, acme, about, 'approve')
    const [row] = await server.sql<{ days: number }>(
      `select round(extract(epoch from expires_at - decided_at) / 86400)::int as days from approval_requests
       where connection_id = $1`,
      [relay.id],
    )
    expect(row!.days).toBe(7)
    await ben.open(page)
    const csrf = ben.visit.$('[name=csrf]').attr('value')!
    await server.sql('update approval_requests set expires_at = now() where connection_id = $1', [relay.id])
    await ben.open(`${page}/continue`, { method: 'POST', body: new URLSearchParams({ csrf }) })
    expect(ben.visit.status).toBe(409)
    expect(ben.heading()).toContain('has expired')
    await ben.press(`Return to ${relay.name}`)
    await expect(partner.redeem(ben.visit.url)).rejects.toMatchObject({ error: 'access_denied' })
  })

  it('is not taken up after the approval was taken back', async () => {
    const ben = await asks('ben')
    const page = ben.visit.url
    await decide(ada, acme, about, 'approve')
    await ben.open(page)
    const csrf = ben.visit.$('[name=csrf]').attr('value')!
    await post(ada, `/settings/${acme}/approved/${relay.id}/remove`, { installed: 'keep' })
    await ben.open(`${page}/continue`, { method: 'POST', body: new URLSearchParams({ csrf }) })
    expect(ben.visit.status).toBe(403)
    expect(ben.heading()).toContain('was taken back')
  })

  it('is answered nowhere when the partner’s address is registered no longer', async () => {
    const ben = await asks('ben')
    const page = ben.visit.url
    await decide(ada, acme, about, 'decline', 'No.')
    await server.sql(`update connections set redirect_uris = '{https://elsewhere.test/back}' where id = $1`, [
      relay.id,
    ])
    await ben.open(page)
    await ben.press(`Return to ${relay.name}`)
    expect(ben.visit.status).toBe(409)
    expect(ben.heading()).toContain('cannot be reached')
  })
})

/** Until that many statements wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const [row] = await server.sql<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity
       where wait_event_type = 'Lock' and datname = current_database()`,
    )
    if (row!.count >= count) return
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

describe('two owners', () => {
  it('one becomes a member while waiting for the other, and no longer decides', async () => {
    await asks('ben')
    const form = await decisionForm(ada, acme, about, 'approve')
    const policy = `/settings/${acme}/policy`
    const role = (to: string) =>
      server.sql('update members set role = $2 where user_id = $1', [world.users.ada.id, to])
    const second = await signedIn(server, world.users.ada)
    await second.open(policy)
    const csrf = second.visit.$('main [name=csrf]').attr('value')!
    const seen = second.visit.$('main [name=seen]').attr('value') ?? ''
    const rules = { csrf, seen, restrict_installs: 'none', connection_creation: 'everyone' }
    const answers = await whileHeld(
      server.config.databaseUrl!,
      'select from workspaces where id = $1 for update',
      [acme],
      async () => {
        const both = [
          ada.open(form.action, { method: 'POST', body: form.body }),
          second.open(policy, { method: 'POST', body: new URLSearchParams(rules) }),
        ]
        await waiting(2)
        await role('member')
        return both
      },
    ).then(both => Promise.all(both))
    await role('owner')
    expect(answers.map(one => one.status)).toEqual([403, 403])
    expect(await kinds()).toEqual(['approval-request.made'])
  })

  it('one approves while the other takes it off the list: approving it again later lets nobody in by that', async () => {
    await restrict(server, acme, 'owners-only')
    await server.sql(
      'insert into approvals (workspace_id, connection_id, approved_at) values ($1, $2, now())',
      [acme, relay.id],
    )
    await asks('ben')
    const { action, body } = await decisionForm(ada, acme, about, 'approve')
    const other = await signedIn(server, world.users.ada)
    await other.open(`/settings/${acme}/approved/${relay.id}/remove`)
    // Both wait with their records written.
    const both = await whileHeld(
      server.config.databaseUrl!,
      'lock table events in share mode',
      [],
      async () => {
        const approving = ada.open(action, { method: 'POST', body })
        await waiting(1)
        const removing = other.press('Remove from approved list')
        await waiting(2)
        return [approving, removing]
      },
    )
    await Promise.all(both)
    const [left] = await server.sql(
      `select state, lets_in, exists (select from approvals a where a.connection_id = r.connection_id) as listed
       from approval_requests r where connection_id = $1`,
      [relay.id],
    )
    expect(left).toEqual({ state: 'approved', lets_in: false, listed: false })
  })

  it('decide one request at once: one is heard, the other sees what happened', async () => {
    await asks('ben')
    await server.sql(`update members set role = 'owner' where user_id = $1`, [world.users.cleo.id])
    try {
      const cleo = await signedIn(server, world.users.cleo)
      const yes = await decisionForm(ada, acme, about, 'approve')
      const not = await decisionForm(cleo, acme, about, 'decline', 'Rather not.')
      const [one, other] = await Promise.all([
        ada.open(yes.action, { method: 'POST', body: yes.body }),
        cleo.open(not.action, { method: 'POST', body: not.body }),
      ])
      expect([one.status, other.status].sort()).toEqual([200, 409])
      const [late, winner] =
        one.status === 409 ? [one, 'Cleo has already declined'] : [other, 'Ada has already approved']
      expect(late.$('body').text()).toContain(`${winner} this request of Ben`)
      const approvals = await server.sql('select from approvals where connection_id = $1', [relay.id])
      expect(approvals).toHaveLength(one.status === 409 ? 0 : 1)
      expect((await kinds()).filter(kind => /approved|declined/.test(kind))).toHaveLength(1)
    } finally {
      await server.sql(`update members set role = 'member' where user_id = $1`, [world.users.cleo.id])
    }
  })
})

describe('an approval', () => {
  it('answers everyone else who asked for the same connection', async () => {
    await asks('ben')
    const cleo = await asks('cleo', await Partner.discover(server.base, relay))
    await decide(ada, acme, { ...about, person: 'Ben' }, 'approve')
    await ada.open(`/settings/${acme}/requests`)
    expect(ada.text()).not.toContain(relay.name)
    await cleo.open(cleo.visit.url)
    expect(controls(cleo)).toContain('Continue installing')
  })

  it('that was given under the approved list lets nobody in once only owners install', async () => {
    const ben = await asks('ben')
    await decide(ada, acme, { ...about, person: 'Ben' }, 'approve')
    await restrict(server, acme, 'owners-only')
    await ben.open(await partner.authorizeUrl())
    expect(ben.text()).toContain('lets only workspace owners install connections')
  })

  it('lets in the member who asked, and nobody else, where only owners install', async () => {
    await restrict(server, acme, 'owners-only')
    const ben = await signedIn(server, world.users.ben)
    await ben.open(await partner.authorizeUrl())
    expect(ben.text()).toContain('lets only workspace owners install connections')
    await ben.press('Request approval', { reason: 'For the roadmap.' })
    const page = ben.visit.url
    const theirs = await Partner.discover(server.base, relay)
    const cleo = await asks('cleo', theirs)
    await decide(ada, acme, { ...about, person: 'Ben' }, 'approve')
    await ben.open(page)
    await ben.press('Continue installing')
    const tokens = await partner.redeem(await allow(ben, [world.pages.handbook]))
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
    await cleo.open(cleo.visit.url)
    expect(cleo.heading()).toContain('waits for approval')

    // Off the list, the pass is gone too; and back on the list it does not come back.
    await post(ada, `/settings/${acme}/approved/${relay.id}/remove`, { installed: 'keep' })
    await post(ada, `/settings/${acme}/approved/add`, { connection_id: relay.id })
    await ben.open(await partner.authorizeUrl())
    expect(ben.text()).toContain('lets only workspace owners install connections')
  })
})

describe('by direct request', () => {
  it('nobody asks who need not or may not: owners, guests, strangers', async () => {
    for (const [name, words] of [
      ['gus', 'guest'],
      ['dora', 'nowhere to connect'],
    ] as const) {
      const person = await signedIn(server, world.users[name])
      await person.open(await partner.authorizeUrl())
      expect(person.text()).toContain(words)
      expect(controls(person)).not.toContain('Request approval')
      const { pathname } = new URL(person.visit.url)
      await post(person, `${pathname}/request-approval`, { workspace_id: acme, reason: 'Please.' })
      expect([400, 403]).toContain(person.visit.status)
    }
    const owner = await signedIn(server, world.users.ada)
    await owner.open(await partner.authorizeUrl({ workspace_id: acme }))
    const { pathname } = new URL(owner.visit.url)
    await post(owner, `${pathname}/request-approval`, { workspace_id: acme, reason: 'Please.' })
    expect(owner.text()).toContain('This connection will be able to')
    expect(await server.sql('select from approval_requests where connection_id = $1', [relay.id])).toEqual([])
  })

  it('a request is its member’s alone, and decided by owners of its workspace alone', async () => {
    const ben = await asks('ben')
    const { pathname } = new URL(ben.visit.url)
    const { action } = await decisionForm(ada, acme, about, 'approve')
    const [cleo, gus, dora] = [
      await signedIn(server, world.users.cleo),
      await signedIn(server, world.users.gus),
      await signedIn(server, world.users.dora),
    ]
    for (const person of [cleo, gus, dora, ada]) {
      expect((await person.open(pathname)).status).toBe(404)
      for (const step of ['continue', 'withdraw', 'close'])
        expect((await post(person, `${pathname}/${step}`)).status).toBe(404)
    }
    for (const [person, status] of [
      [ben, 403],
      [cleo, 403],
      [gus, 403],
      [dora, 404],
    ] as const) {
      expect((await person.open(`/settings/${acme}/requests`)).status).toBe(status)
      expect(person.text()).not.toContain(relay.name)
      expect((await post(person, action, { decision: 'approve' })).status).toBe(status)
    }
    const elsewhere = action.replace(acme, world.workspaces.side.id)
    expect((await post(ada, elsewhere, { decision: 'approve' })).status).toBe(404)
    const nobody = new Person(server.base)
    for (const address of [pathname, `/settings/${acme}/requests`])
      expect((await nobody.open(address)).url).toContain('/sign-in')
    expect(await kinds()).toEqual(['approval-request.made'])
  })

  it('nothing is decided by a form from elsewhere', async () => {
    await asks('ben')
    const { action, body } = await decisionForm(ada, acme, about, 'approve')
    body.set('csrf', 'guessed')
    expect((await ada.open(action, { method: 'POST', body })).status).toBe(403)
    expect(await kinds()).toEqual(['approval-request.made'])
  })

  it('a member who has left goes on with nothing', async () => {
    const cleo = await asks('cleo')
    await decide(ada, acme, about, 'approve')
    await server.sql('delete from members where workspace_id = $1 and user_id = $2', [
      acme,
      world.users.cleo.id,
    ])
    const { pathname } = new URL(cleo.visit.url)
    expect((await post(cleo, `${pathname}/continue`)).status).toBe(404)
    await server.sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'member')`, [
      acme,
      world.users.cleo.id,
    ])
  })
})
