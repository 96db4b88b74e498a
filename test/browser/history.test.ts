import { text as streamText } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { eventKinds } from '../../src/web/settings/history/words.ts'
import { axeFindings, looks, overflow } from '../support/browser.ts'
import { type Installed, seedInstalled } from '../support/installed.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { seedConnection } from '../support/seed.ts'
import { signedInProfiles } from '../support/signed-in.ts'

let relay: Installed
let list: string

const longName = 'Department of Extraordinarily Long and Carefully Chosen Connection Names'
const unbroken = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'

const { server, world, browser } = await openBrowserWorld()
const enter = signedInProfiles(browser, server.base)

beforeAll(async () => {
  const acme = world.workspaces.acme.id
  const { ada, ben, cleo } = world.users
  list = `/settings/${acme}/history`
  relay = await seedInstalled(server.sql, { workspaceId: acme, userId: ben.id, pages: [] })
  const other = await seedInstalled(server.sql, {
    workspaceId: acme,
    userId: cleo.id,
    pages: [],
    name: longName,
  })
  await seedConnection(server.sql, { name: unbroken, workspace_id: acme, kind: 'internal' })
  await server.sql('update users set name = $2 where id = $1', [cleo.id, unbroken])
  // 250 events: of every kind, from every kind of address, within minutes and over a year.
  await server.sql(
    `insert into events (id, at, kind, workspace_id, connection_id, installation_id, actor_id, address, data)
     select gen_random_uuid(), now() - n * n * interval '9 minutes', ($5::text[])[1 + n % cardinality($5)], $1,
       case n / cardinality($5) % 3 when 0 then $2::uuid when 1 then $3 end,
       case n / cardinality($5) % 3 when 0 then $4::uuid end,
       case when n / cardinality($5) % 3 = 0 or n % 4 <> 0 then $6::uuid when n % 8 = 0 then $7::uuid end,
       case when n % 2 = 0 then '2001:db8:85a3:8d3:1319:8a2e:370:7348' when n % 5 > 0 then '192.0.2.7' end,
       jsonb_build_object('pages', n, 'added', n, 'installer_id', $7::text)
     from generate_series(1, 250) n`,
    [acme, relay.connectionId, other.connectionId, relay.id, eventKinds, ada.id, cleo.id],
  )
})

describe.each([
  ['with its script', true],
  ['with JavaScript off', false],
])('an owner, %s', (_how, javaScriptEnabled) => {
  it('filters the history, pages through it and back, and downloads it', async () => {
    const page = await enter(world.users.ada, { javaScriptEnabled })
    await page.goto(server.base + list)
    const rows = page.locator('tbody tr')
    expect(await rows.count()).toBe(50)
    const first = await rows.first().textContent()
    await page.getByRole('link', { name: 'Next' }).click()
    await page.waitForURL(/after=/)
    const second = await rows.first().textContent()
    await page.getByRole('link', { name: 'Next' }).click()
    await page.waitForURL(/past=/)
    await page.getByRole('link', { name: 'Previous' }).click()
    await page.waitForURL(url => !url.search.includes('past='))
    expect(await rows.first().textContent()).toBe(second)
    await page.getByRole('link', { name: 'Previous' }).click()
    await page.waitForURL(url => url.search === '')
    expect(await rows.first().textContent()).toBe(first)

    await page.getByRole('combobox', { name: 'Connection' }).selectOption('Relay Automations')
    await page.getByRole('combobox', { name: 'Kind' }).selectOption('Pages changed')
    await page.getByRole('searchbox', { name: 'Person' }).fill('ada')
    await page.getByLabel('From').fill('2020-01-01')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.waitForURL(/kind=pages.changed/)
    const found = await rows.count()
    expect(found).toBeGreaterThan(0)
    expect(found).toBeLessThan(50)
    for (const row of await rows.allTextContents()) expect(row).toMatch(/Ada added(.|\n)*Relay Automations/)

    for (const [name, file] of [
      ['Download CSV', 'history.csv'],
      ['Download NDJSON', 'history.ndjson'],
    ] as const) {
      const arriving = page.waitForEvent('download')
      await page.getByRole('link', { name }).click()
      const download = await arriving
      expect(download.suggestedFilename()).toBe(file)
      const text = await streamText(await download.createReadStream())
      // Only the rows that are shown; the CSV has a line of names above them.
      expect(text.trim().split('\n')).toHaveLength(found + (file.endsWith('csv') ? 1 : 0))
    }
    await page.getByRole('link', { name: 'Clear' }).click()
    await page.waitForURL(url => url.search === '')
    await page.context().close()
  })
})

/** Differences by width are the same in both schemes, and differences by scheme at both widths. */
const pairs = [looks[0], looks[3]]

describe.each(pairs)('at $width px, $colorScheme', look => {
  it('nothing of the history sticks out, and axe finds nothing', async () => {
    const page = await enter(world.users.ada, look)
    const last = `${list}?kind=pages.changed&person=ada`
    for (const [what, address] of [
      ['crowded', list],
      ['filtered', last],
      ['empty', `/settings/${world.workspaces.side.id}/history`],
      ['nothing found', `${list}?person=nobody`],
      ['an error', `${list}?from=soon&to=2020-01-01&kind=nothing&connection=x`],
    ] as const) {
      await page.goto(server.base + address)
      expect([what, await overflow(page), await axeFindings(page)]).toEqual([what, 0, []])
      const [person, button] = await Promise.all(
        [page.getByRole('searchbox', { name: 'Person' }), page.getByRole('button', { name: 'Filter' })].map(
          one => one.boundingBox(),
        ),
      )
      // Where there is room, the button is in the line of its fields.
      if (look.width === 1280) expect([what, button!.y]).toEqual([what, person!.y])
    }
    await page.context().close()
  })
})

it('a member is told that only owners see it, and nothing of what is in it', async () => {
  const page = await enter(world.users.ben, {})
  for (const address of [list, `${list}?person=ada`]) {
    expect((await page.goto(server.base + address))!.status()).toBe(403)
    expect(await page.locator('main').textContent()).not.toMatch(/Relay|Ada|Pages changed/)
    expect(await axeFindings(page)).toEqual([])
  }
  await page.context().close()
})
