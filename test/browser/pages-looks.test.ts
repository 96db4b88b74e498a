import { beforeAll, describe, expect, it } from '@jest/globals'
import { axeFindings, looks, overflow } from '../support/browser.ts'
import { type Installed, seedInstalled } from '../support/installed.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { seedPage, type World } from '../support/seed.ts'
import { signedInProfiles } from '../support/signed-in.ts'

let crowded: { mine: Installed; workspace: Installed }

const names = [
  'Department of Extraordinarily Long and Carefully Chosen Connection Names',
  'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
  'مساحة عمل الفريق العربي',
  '🛰️',
]
const long = 'A title that goes on and on '.repeat(11).trim()

const { server, world, browser } = await openBrowserWorld()
const enter = signedInProfiles(browser, server.base)
const acme = world.workspaces.acme.id
const deep = [await seedPage(server.sql, acme, long)]

beforeAll(async () => {
  for (const title of [names[1]!, 'خارطة الطريق', '', long, '🗺️', 'Launch'])
    deep.push(await seedPage(server.sql, acme, title, deep.at(-1)))
  for (let n = 0; n < 30; n++) await seedPage(server.sql, acme, names[n] ?? `Page ${n}`, deep[0])
  crowded = await crowd()
})

/** 25 connections that reach the deepest page from every height, Ben's and the workspace's, one of them suspended. */
async function crowd() {
  const { ada, ben } = world.users
  const made: Installed[] = []
  for (let n = 0; n < 25; n++)
    made.push(
      await seedInstalled(server.sql, {
        workspaceId: acme,
        userId: n % 5 === 4 ? null : ben.id,
        grantedBy: n % 5 === 4 ? ada.id : ben.id,
        pages: [deep[n % deep.length]!.id],
        name: names[n] ?? `Connection ${n}`,
      }),
    )
  await server.sql(`update installations set state = 'suspended' where id = $1`, [made[1]!.id])
  return { mine: made[0]!, workspace: made[4]! }
}

const at = (page: { id: string }) => `/w/${acme}/p/${page.id}`
const screens: [string, keyof World['users'], () => string][] = [
  ['the tree as it begins', 'ben', () => `/w/${acme}`],
  ['a deep tree', 'ben', () => `/w/${acme}?${deep.map(({ id }) => `open=${id}`).join('&')}`],
  ['a tree without a page', 'gus', () => `/w/${acme}`],
  ['a page that nothing reaches', 'ben', () => at(world.pages.diary)],
  ['a page that many reach', 'ada', () => at(deep.at(-1)!)],
  ['a page with many below it', 'ben', () => at(deep[0]!)],
  ['a search among many', 'ben', () => `${at(world.pages.roadmap)}/connections`],
  ['a search without a hit', 'ben', () => `${at(world.pages.roadmap)}/connections?q=zzz`],
  ['a question before the last page', 'ben', () => disconnect(deep[0]!, crowded.mine)],
  ['a connection from far above', 'ben', () => disconnect(deep.at(-1)!, crowded.mine)],
  ['a connection that others added', 'ben', () => disconnect(deep[4]!, crowded.workspace)],
  ['no such page', 'ben', () => `/w/${acme}/p/${world.pages.ideas.id}`],
]
const disconnect = (page: { id: string }, { id }: Installed) => `${at(page)}/connections/${id}/disconnect`

it('a way is shortened only where it is longer than its line, and its end last', async () => {
  const page = await enter(world.users.ben, looks[2])
  const shortened = () =>
    page
      .locator('.crumbs .clip')
      .evaluateAll(all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.clientWidth))
  await page.goto(server.base + at(world.pages.launch))
  expect(await page.locator('.crumbs .clip').allTextContents()).toEqual([
    ...['Pages', 'Roadmap', 'Quarter One', 'Launch'],
  ])
  expect(await shortened()).toEqual([])
  // The long title far above has all that the short ones below it leave; a long one where one is takes it.
  await page.goto(server.base + at(deep.at(-1)!))
  const [far, ...near] = await shortened()
  expect(far).toBeGreaterThan(100)
  expect(near).toEqual([])
  await page.goto(server.base + at(deep[4]!))
  const [above, ...others] = await shortened()
  expect(above).toBeLessThan(30)
  expect(others.at(-1)).toBeGreaterThan(80)
  await page.context().close()
})

/** Differences by width are the same in both schemes, and differences by scheme at both widths. */
const pairs = [looks[0], looks[3]]

describe.each(pairs)('at $width px, $colorScheme', look => {
  it.each(['ben', 'ada', 'gus'] as const)(
    'nothing of %s’s pages sticks out, and axe finds nothing',
    async who => {
      const page = await enter(world.users[who], look)
      for (const [what, , address] of screens.filter(([, whose]) => whose === who)) {
        await page.goto(server.base + address())
        expect([what, await overflow(page)]).toEqual([what, 0])
        const menu = page.getByRole('button', { name: 'Page options' })
        if ((await menu.count()) > 0) await menu.click()
        expect([what, await overflow(page), await axeFindings(page)]).toEqual([what, 0, []])
      }
      await page.context().close()
    },
  )
})
