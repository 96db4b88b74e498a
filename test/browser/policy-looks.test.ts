import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { flaws, openProfile, signIn } from '../support/browser.ts'
import { seedInstalled } from '../support/installed.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { Partner } from '../support/partner.ts'
import { restrict } from '../support/ruled.ts'
import { password, seedConnection } from '../support/seed.ts'

const ids = { asked: randomUUID(), approved: randomUUID(), declined: randomUUID(), offer: randomUUID() }

const { server, world, browser } = await openBrowserWorld()
const acme = world.workspaces.acme.id
const dock = await seedConnection(server.sql, { name: 'Dock for Files' })

beforeAll(async () => {
  await crowd()
})

const longName = 'An Extraordinarily Long Automation and Integration Suite for Departments 365'

/** A strict workspace with something of everything: approved and not, asked and answered, left behind and offered. */
async function crowd(): Promise<void> {
  const { ben, cleo } = world.users
  await restrict(server, acme, 'approved-list', { autoApprove: true })
  const page = [world.pages.handbook.id]
  const names = ['Relay Automations', longName, 'منصة الأتمتة العربية', 'x'.repeat(120)]
  for (const [at, name] of names.entries()) {
    const one = await seedInstalled(server.sql, { workspaceId: acme, userId: ben.id, pages: page, name })
    if (at > 1)
      await server.sql(
        'insert into approvals (workspace_id, connection_id, approved_by) values ($1, $2, $3)',
        [acme, one.connectionId, at === 2 ? world.users.ada.id : null],
      )
  }
  for (const [id, state, reason] of [
    [ids.asked, 'pending', 'It tells the team what changed on the roadmap, so that nobody has to ask.'],
    [ids.approved, 'approved', 'Wort'.repeat(200)],
    [ids.declined, 'declined', 'For the files.'],
  ])
    await request(id!, state!, reason!, cleo.id)
  const gone = randomUUID()
  await server.sql(`insert into users (id, email, name) values ($1, 'zed@acme.test', 'Zed the Departed')`, [
    gone,
  ])
  for (const [at, name] of ['Relay Automations', longName].entries()) {
    const one = await seedInstalled(server.sql, {
      workspaceId: acme,
      userId: gone,
      pages: [world.pages.handbook.id, world.pages.diary.id],
      name,
    })
    await server.sql(
      `update installations set state = 'suspended', state_reason = 'installer-left' where id = $1`,
      [one.id],
    )
    if (at === 1)
      await server.sql(
        `insert into hand_overs (workspace_id, id, installation_id, from_user_id, to_user_id, offered_by, offered_at, state)
         values ($1, $2, $3, $4, $5, $6, now(), 'offered')`,
        [acme, ids.offer, one.id, gone, cleo.id, world.users.ada.id],
      )
  }
}

async function request(id: string, state: string, reason: string, userId: string): Promise<void> {
  const connection = await seedConnection(server.sql, {
    name: state === 'approved' ? longName : 'Files to Go',
  })
  if (state === 'approved')
    await server.sql('insert into approvals (workspace_id, connection_id) values ($1, $2)', [
      acme,
      connection.id,
    ])
  await server.sql(
    `insert into approval_requests (workspace_id, id, connection_id, user_id, capabilities, reason, parameters, state,
       asked_at, expires_at, decided_at, decided_by, answer)
     values ($1, $2, $3, $4, '{read_content,read_user_with_email}', $5, '{}', $6, now() - interval '2 days',
       now() + interval '5 days', $7, $8, $9)`,
    [
      acme,
      id,
      connection.id,
      userId,
      reason,
      state,
      state === 'pending' ? null : new Date(),
      state === 'pending' ? null : world.users.ada.id,
      state === 'declined' ? 'We use another tool for this. Ask me about it when you have a moment.' : null,
    ],
  )
}

const address = (path: string) => `${server.base}/settings/${acme}/${path}`

/** A person before the screens, and the findings so far. */
async function arrive(who: 'ada' | 'cleo') {
  const context = await openProfile(browser)
  const page = await context.newPage()
  await page.goto(`${server.base}/sign-in`)
  await signIn(page, world.users[who].email, password)
  const found: string[] = []
  return {
    page,
    async at(name: string, open: string | (() => Promise<unknown>)) {
      await (typeof open === 'string' ? page.goto(open) : open())
      found.push(...(await flaws(page)).map(one => `${name}: ${one}`))
      await page.setViewportSize({ width: 1280, height: 900 })
    },
    async nothingFound() {
      expect(found).toEqual([])
      await context.close()
    },
  }
}

const side = () => `${server.base}/settings/${world.workspaces.side.id}`

describe('in every look', () => {
  it('policy and approved list are as they should be', async () => {
    const { page, at, nothingFound } = await arrive('ada')
    await at('policy', address('policy'))
    await at('unapproved', address('policy/unapproved'))
    await at('policy-locked', `${side()}/policy`)
    await at('approved', address('approved'))
    await at('approved-menu', () =>
      page
        .getByRole('button', { name: /^More options for/ })
        .first()
        .click(),
    )
    await at('approved-empty', `${side()}/approved`)
    await at('approved-add', address('approved/add'))
    await at('approved-add-empty', `${side()}/approved/add`)
    const [listed] = await server.sql<{ connection_id: string }>(
      'select connection_id from approvals where approved_by is not null',
    )
    await at('approved-people', address(`approved/${listed!.connection_id}/people`))
    await at('approved-remove', address(`approved/${listed!.connection_id}/remove`))
    await nothingFound()
  })

  it('requests and what is left behind are as they should be', async () => {
    const { at, nothingFound } = await arrive('ada')
    await at('requests', address('requests'))
    await at('requests-decided', address('requests?show=decided'))
    await at('requests-empty', `${side()}/requests`)
    await at('left-behind', address('hand-over'))
    await at('left-behind-empty', `${side()}/hand-over`)
    const [left] = await server.sql<{ id: string }>(
      `select id from installations where state = 'suspended' and id not in (select installation_id from hand_overs)`,
    )
    await at('hand-over', address(`hand-over/${left!.id}`))
    await at('let-go', address(`hand-over/${left!.id}/let-go`))
    await nothingFound()
  })

  it('members’ screens are as they should be', async () => {
    const { page, at, nothingFound } = await arrive('cleo')
    await at('my-requests', address('my-requests'))
    await at('my-request-waiting', address(`my-requests/${ids.asked}`))
    await at('my-request-approved', address(`my-requests/${ids.approved}`))
    await at('my-request-declined', address(`my-requests/${ids.declined}`))
    await at('offer', address(`offers/${ids.offer}`))
    await at('only-owners', address('policy'))
    await at('stopped', await (await Partner.discover(server.base, dock)).authorizeUrl())
    await at('stopped-without-reason', () => page.getByRole('button', { name: 'Request approval' }).click())
    await nothingFound()
  })
})
