import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from '@jest/globals'
import type { HistoryRow } from '../../src/installs/history.ts'
import { toCsv } from '../../src/web/settings/history/export.ts'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql)
const other = await seedConnection(server.sql, { name: '=cmd|evil' })
const list = `/settings/${world.workspaces.acme.id}/history`

beforeAll(async () => {
  const { acme, side } = world.workspaces
  const { ada, ben, cleo } = world.users
  await seedInstallation(ben.id)
  await seedEvent({
    kind: 'approval.added',
    workspace: acme.id,
    connection: relay.id,
    actor: ada.id,
    minutesAgo: 30,
  })
  await seedEvent({
    kind: 'installation.disconnected',
    workspace: acme.id,
    connection: relay.id,
    installation: bensInstallation,
    installer: ben.id,
    actor: ada.id,
    minutesAgo: 20,
    data: { installer_id: ben.id, reason: 'by-owner' },
  })
  await seedEvent({
    kind: 'policy.changed',
    workspace: acme.id,
    connection: null,
    actor: ada.id,
    minutesAgo: 10,
    data: {
      before: { restrictInstalls: 'none', autoApproveFirstParty: false, connectionCreation: 'everyone' },
      after: { restrictInstalls: 'owners-only', autoApproveFirstParty: true, connectionCreation: 'everyone' },
    },
  })
  await seedEvent({
    kind: 'approval.added',
    workspace: side.id,
    connection: relay.id,
    actor: ada.id,
    minutesAgo: 5,
  })
  for (let i = 0; i < 60; i++)
    await seedEvent({
      kind: 'pages.changed',
      workspace: acme.id,
      connection: other.id,
      actor: cleo.id,
      minutesAgo: 10_000 + i,
      data: { added: 1, withdrawn: 0, pages: i + 1, installer_id: cleo.id },
    })
})

const bensInstallation = randomUUID()
async function seedInstallation(userId: string): Promise<void> {
  await server.sql(
    `insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
     values ($1, $2, $3, $4, 'revoked', '{read_content}', now(), now())`,
    [world.workspaces.acme.id, bensInstallation, relay.id, userId],
  )
}

async function seedEvent(event: {
  kind: string
  workspace: string
  connection: string | null
  installation?: string
  installer?: string
  actor: string
  minutesAgo: number
  data?: object
}): Promise<void> {
  await server.sql(
    `insert into events (id, at, kind, workspace_id, connection_id, installation_id, installer_id, actor_id, address, data)
     values ($1, now() - make_interval(mins => $2), $3, $4, $5, $6, $7, $8, '192.0.2.7', $9)`,
    [
      randomUUID(),
      event.minutesAgo,
      event.kind,
      event.workspace,
      event.connection,
      event.installation ?? null,
      event.installer ?? null,
      event.actor,
      JSON.stringify(event.data ?? {}),
    ],
  )
}

async function owner(): Promise<Person> {
  const ada = new Person(server.base)
  await ada.signIn(world.users.ada.email)
  return ada
}

const sentences = (person: Person) =>
  person.visit
    .$('tbody tr')
    .toArray()
    .map(row => person.visit.$(row).text().replace(/\s+/g, ' ').trim())

describe('an owner reads the history', () => {
  it('newest first, of this workspace only, with who, what, where and when', async () => {
    const ada = await owner()
    await ada.open(list)
    const rows = sentences(ada)
    expect(rows).toHaveLength(50)
    // "From" is the filter's word for a date.
    const headings = ada.visit
      .$('th')
      .toArray()
      .map(th => ada.visit.$(th).text().trim())
    expect(headings).toEqual(['When', 'What happened', 'Connection', 'Address'])
    expect(ada.visit.$('label[for=history-from]').text()).toBe('From')
    expect(rows[0]).toMatch(/10 minutes ago.*Ada changed the policy.*192\.0\.2\.7/)
    expect(rows[0]).toContain(
      '“Restrict members from installing connections” from “No restrictions” to “Workspace owners only”',
    )
    expect(rows[0]).toContain('“Auto-approve first-party connections” from “off” to “on”')
    expect(rows[0]).not.toContain('Who can create')
    expect(rows[1]).toMatch(/Ada disconnected an installation.*Installed by Ben.*Relay Automations/)
    expect(rows[2]).toMatch(/added it to the approved list/)
  })

  it('page by page, nothing twice and nothing missed', async () => {
    const ada = await owner()
    await ada.open(list)
    const first = sentences(ada)
    await ada.open(ada.visit.$('a[rel=next]').attr('href')!)
    const second = sentences(ada)
    expect(second).toHaveLength(13)
    expect(new Set([...first, ...second].map(row => row.replace(/^.*? Cleo/, 'Cleo'))).size).toBe(63)
    expect(ada.visit.$('a[rel=next]')).toHaveLength(0)
    expect(ada.visit.$('a[rel=prev]').attr('href')).toBe(list)
  })

  it('for a time that is over, page by page: nothing of what came later', async () => {
    const ada = await owner()
    const sixDaysAgo = new Date(Date.now() - 6 * 86_400_000).toISOString().slice(0, 10)
    await ada.open(`${list}?to=${sixDaysAgo}`)
    expect(sentences(ada)).toHaveLength(50)
    await ada.open(ada.visit.$('a[rel=next]').attr('href')!)
    expect(sentences(ada)).toHaveLength(10)
    expect(ada.visit.$('body').text()).not.toMatch(/changed the policy|approved list/)
    expect(ada.visit.$('a[rel=next]')).toHaveLength(0)
  })

  it.each([
    ['a person: their actions and the events of their installations', 'person=ben', 1],
    ['a person who did much', 'person=Cleo', 50],
    ['a connection', 'connection=RELAY', 2],
    ['a kind', 'kind=policy.changed', 1],
    ['a person and a kind', 'person=ada%40acme&kind=approval.added', 1],
    ['wildcards as letters', 'person=%25', 0],
    ['days before anything happened', 'to=2020-01-01', 0],
  ])('for %s', async (_what, query, count) => {
    const ada = await owner()
    await ada.open(`${list}?${query.replace('RELAY', relay.id)}`)
    expect(ada.visit.status).toBe(200)
    expect(sentences(ada)).toHaveLength(count)
  })

  it('as CSV and NDJSON, all of it, with formulas made harmless', async () => {
    const ada = await owner()
    const csv = await (await ada.send(`${list}/events.csv`)).text()
    const lines = csv.trim().split('\n')
    expect(lines).toHaveLength(64)
    expect(lines[0]).toMatch(/^id,at,kind,summary,actor_id/)
    expect(csv).toContain(`'=cmd|evil`)
    expect(csv).not.toMatch(/(^|,)=cmd/m)

    const answer = await ada.send(`${list}/events.ndjson?kind=approval.added`)
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="history.ndjson"')
    const events = (await answer.text())
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(events).toMatchObject([
      { kind: 'approval.added', actor_email: 'ada@acme.test', connection_id: relay.id, address: '192.0.2.7' },
    ])
  })

  it('as CSV in which no semicolon begins a formula either, and smileys stay', async () => {
    const hostile = [`a;=cmd|' /C calc'!A0;b`, 'a; -2+3+cmd;b', 'a;\t@SUM(1);b', '=1', 'Fine ;-)']
    const rows: HistoryRow[] = hostile.map(name => ({
      id: randomUUID(),
      at: new Date(),
      kind: 'approval-request.approved',
      actor: { id: randomUUID(), name, email: name },
      connection: { id: relay.id, name },
      installer: null,
      handOver: { from: null, to: null },
      address: null,
      requestId: null,
      data: { answer: name },
    }))
    async function* read() {
      yield* rows
    }
    const csv = await text(toCsv(read()))
    expect(csv).toContain(hostile[0]!.replace('=', "'="))
    expect(csv).not.toMatch(/(^|[,;]"?)\s*([=+@]|-\w)/m)
    expect(csv).toContain('Fine ;-)')
  })

  it('and is told what of a question cannot be', async () => {
    const ada = await owner()
    for (const query of [
      'kind=nothing',
      'from=soon',
      'from=2026-05-02&to=2026-05-01',
      'connection=x',
      'person=%00',
    ]) {
      await ada.open(`${list}?${query}`)
      expect(ada.visit.status).toBe(query.startsWith('person') ? 200 : 400)
    }
    await ada.open(`${list}?after=999999999999999.x&after=2`)
    expect(ada.visit.status).toBe(200)
    // A faulty question is not answered with a file of everything.
    for (const file of ['events.csv', 'events.ndjson']) {
      await ada.open(`${list}/${file}?person=ada&from=soon`)
      expect(ada.visit.status).toBe(400)
      expect(ada.visit.headers.get('content-disposition')).toBeNull()
      expect(ada.text()).toContain('The first day is not a date.')
    }
  })
})

describe('others learn nothing', () => {
  it('members and guests are told that only owners see it; outsiders and the signed-out not even that it exists', async () => {
    for (const path of ['', '/events.csv', '/events.ndjson']) {
      for (const name of ['ben', 'gus'] as const) {
        const person = new Person(server.base)
        await person.signIn(world.users[name].email)
        await person.open(`${list}${path}`)
        expect(person.visit.status).toBe(403)
        expect(person.text()).not.toContain('Relay')
      }
      const dora = new Person(server.base)
      await dora.signIn(world.users.dora.email)
      await dora.open(`${list}${path}`)
      expect(dora.visit.status).toBe(404)
      const stranger = new Person(server.base)
      await stranger.open(`${list}${path}`)
      expect(stranger.heading()).toContain('Sign in')
    }
  })
})
