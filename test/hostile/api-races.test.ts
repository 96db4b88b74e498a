import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { PageChanges } from '../../src/api/ports.ts'
import { movePage } from '../../src/storage/postgres/directory/pages.ts'
import { openPartnerChanges } from '../../src/storage/postgres/stores/partner-changes.ts'
import { call } from '../support/api.ts'
import { openApiAlone } from '../support/api-alone.ts'
import { grantPage } from '../support/installed.ts'
import { seedPage } from '../support/seed.ts'

let alone: Awaited<ReturnType<typeof openApiAlone>>

beforeAll(async () => {
  alone = await openApiAlone()
})
afterAll(() => alone.close())

/** The API, with something that happens after it has looked and before it changes anything. */
async function startWith(between: () => Promise<unknown>) {
  const changes = openPartnerChanges(alone.pool)
  const delayed: PageChanges = {
    update: async (...asked) => between().then(() => changes.update(...asked)),
    trash: async (...asked) => between().then(() => changes.trash(...asked)),
    create: async (...asked) => between().then(() => changes.create(...asked)),
  }
  return alone.start({ changes: delayed })
}

const launch = () => alone.world.pages.launch.id
const sent = (body: unknown, method = 'PATCH') => ({ method, token: alone.relay.token, body })
const rename = (base: string) =>
  call(base, `/v1/pages/${launch()}`, sent({ properties: { title: [{ text: { content: 'Too late' } }] } }))
const trash = (base: string) => call(base, `/v1/pages/${launch()}`, sent({ in_trash: true }))
const make = (base: string) => call(base, '/v1/pages', sent({ parent: { page_id: launch() } }, 'POST'))
const state = (to: string) =>
  alone.sql('update installations set state = $2 where id = $1', [alone.relay.id, to])

async function expectUntouched(): Promise<void> {
  const rows = await alone.sql('select title, archived, last_edited_by from pages where id = $1', [launch()])
  expect(rows).toEqual([{ title: 'Launch', archived: false, last_edited_by: null }])
  expect(await alone.sql('select 1 from pages where parent_id = $1', [launch()])).toEqual([])
}

describe.each([
  ['a new title', rename],
  ['a move to the trash', trash],
  ['a new page', make],
] as const)('%s, asked for while', (_, change) => {
  it('the installation is suspended, is taken back', async () => {
    const { base } = await startWith(() => state('suspended'))
    expect((await change(base)).json).toMatchObject({ status: 401, code: 'unauthorized' })
    await expectUntouched()
    await state('active')
  })

  it('the page is de-selected, is taken back', async () => {
    const { roadmap } = alone.world.pages
    const { base } = await startWith(() =>
      alone.sql('delete from page_grants where installation_id = $1', [alone.relay.id]),
    )
    expect((await change(base)).json).toMatchObject({ status: 404, code: 'object_not_found' })
    await expectUntouched()
    const { acme } = alone.world.workspaces
    await grantPage(alone.sql, acme.id, alone.relay.id, roadmap.id, alone.world.users.ben.id)
  })

  it('the page moves out of reach, is taken back', async () => {
    const { quarter, handbook, roadmap } = alone.world.pages
    const move = (parentId: string) =>
      movePage(alone.pool, { workspaceId: alone.world.workspaces.acme.id, id: quarter.id, parentId })
    const { base } = await startWith(() => move(handbook.id))
    expect((await change(base)).status).toBe(404)
    await expectUntouched()
    await move(roadmap.id)
  })

  it('a disconnect is under way, waits for it and is taken back', async () => {
    const owner = await alone.pool.connect()
    try {
      await owner.query('begin')
      await owner.query(`update installations set state = 'revoked' where id = $1`, [alone.relay.id])
      const { base } = await alone.start()
      const asked = change(base)
      await waitingForALock()
      await owner.query('commit')
      expect((await asked).json).toMatchObject({ status: 401 })
      await expectUntouched()
    } finally {
      owner.release()
      await state('active')
    }
  })
})

it('a new page below one that is removed for good meanwhile, as with a sandbox, is refused', async () => {
  const { roadmap } = alone.world.pages
  const doomed = await seedPage(alone.sql, alone.world.workspaces.acme.id, 'Doomed', roadmap)
  const remover = await alone.pool.connect()
  try {
    await remover.query('begin')
    await remover.query('delete from pages where id = $1', [doomed.id])
    const { base } = await alone.start()
    const asked = call(base, '/v1/pages', sent({ parent: { page_id: doomed.id } }, 'POST'))
    await waitingForALock()
    await remover.query('commit')
    expect((await asked).json).toMatchObject({ status: 404, code: 'object_not_found' })
  } finally {
    remover.release()
  }
})

/** Until some query waits for another transaction. */
async function waitingForALock(): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    const { rows } = await alone.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (rows.length > 0) return
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  throw new Error('nobody waited')
}
