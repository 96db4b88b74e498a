import { beforeAll, describe, expect, it } from '@jest/globals'
import type { FlowOutcome } from '../../src/installs/flow-log.ts'
import { attemptsQuery } from '../../src/storage/postgres/queries/developers/log.ts'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
let relay: SeededConnection
let ada: Person

/** Twenty thousand attempts of a busy connection, of which every two thousandth failed, among as many of others. */
beforeAll(async () => {
  const place = { workspace_id: world.workspaces.side.id, created_by: world.users.ada.id }
  relay = await seedConnection(server.sql, place)
  const other = await seedConnection(server.sql, { ...place, name: 'Other' })
  for (const { id } of [other, relay])
    await server.sql(
      `with attempts as (
         insert into flow_attempts (id, connection_id, outcome, failure_code, workspace_id, started_at, last_at)
         select gen_random_uuid(), $1, case when n % 2000 = 0 then 'failed' else 'connected' end,
           case when n % 2000 = 0 then 'invalid_grant' end, $2,
           now() - n * interval '1 minute', now() - n * interval '1 minute'
         from generate_series(1, 20000) n returning id, started_at)
       insert into flow_steps (id, attempt_id, at, kind, request_id)
       select gen_random_uuid(), id, started_at, 'authorize', 'r-' || id from attempts`,
      [id, world.workspaces.acme.id],
    )
  await server.sql('analyze')
  ada = new Person(server.base)
  await ada.signIn(world.users.ada.email)
})

const log = (query = '') => `/developers/connections/${relay.id}/log${query}`
const rows = () =>
  ada.visit
    .$('tbody a')
    .toArray()
    .map(one => ada.visit.$(one).attr('href')!)
const follow = (rel: 'next' | 'prev') => ada.open(ada.visit.$(`.pagination a[rel=${rel}]`).attr('href')!)

describe('a log of twenty thousand attempts', () => {
  it('leads forward by fifty, none twice and none left out, and back to the page before', async () => {
    const pages: string[][] = []
    await ada.open(log())
    for (let page = 0; page < 4; page++) {
      pages.push(rows())
      await follow('next')
    }
    expect(new Set(pages.flat()).size).toBe(200)
    await follow('prev')
    expect(rows()).toEqual(pages[3])
    await follow('prev')
    expect(rows()).toEqual(pages[2])
  })

  it('shows only those that failed, and the one of a request id, also pasted with spaces and capitals', async () => {
    await ada.open(log('?outcome=failed'))
    expect(rows()).toHaveLength(10)
    const [step] = await server.sql<{ request_id: string; attempt_id: string }>(
      `select s.request_id, s.attempt_id from flow_steps s join flow_attempts a on a.id = s.attempt_id
       where a.connection_id = $1 order by s.at limit 1`,
      [relay.id],
    )
    await ada.open(log(`?request=%20${step!.request_id.toUpperCase()}%20`))
    expect(rows()).toEqual([`${log()}/${step!.attempt_id}`])
    await ada.open(log(`?request=${step!.request_id}&outcome=failed&after=1.${step!.attempt_id}`))
    expect(ada.text()).toContain('Nothing found')
  })

  type Node = {
    'Actual Rows': number
    'Actual Loops': number
    'Rows Removed by Filter'?: number
    Plans?: Node[]
  }
  it.each<[string, { outcome?: FlowOutcome; requestId?: string; after?: { at: Date; id: string } }]>([
    ['all', {}],
    ['all of a later page', { after: { at: new Date(Date.now() - 86_400_000), id: crypto.randomUUID() } }],
    ['the failed ones', { outcome: 'failed' }],
    ['an outcome that there is not', { outcome: 'cancelled' }],
    ['one request', { requestId: 'r-unknown' }],
  ])('reads no more than it shows: %s', async (_what, asked) => {
    const { text, values } = attemptsQuery({
      connectionId: relay.id,
      outcome: null,
      requestId: null,
      after: null,
      ...asked,
    })
    const [row] = await server.sql<{ 'QUERY PLAN': [{ Plan: Node }] }>(
      `explain (analyze, format json) ${text}`,
      values,
    )
    let read = 0
    const look = (node: Node) => {
      read = Math.max(
        read,
        (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
      )
      for (const one of node.Plans ?? []) look(one)
    }
    look(row!['QUERY PLAN'][0].Plan)
    expect(read).toBeLessThanOrEqual(52)
  })
})
