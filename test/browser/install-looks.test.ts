import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { flaws, openProfile, signIn } from '../support/browser.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { Partner } from '../support/partner.ts'
import { password, type SeededConnection, seedConnection, seedPage, type World } from '../support/seed.ts'

const { server, world, browser } = await openBrowserWorld()
const relay = await seedConnection(server.sql)
let crowded: SeededConnection

beforeAll(async () => {
  crowded = await crowd()
})

/** Too much of everything, for Ada in Acme. */
async function crowd(): Promise<SeededConnection> {
  const { ada } = world.users
  const acme = world.workspaces.acme.id
  await server.sql(
    `with more as (
       insert into workspaces (id, name, icon, plan)
       select gen_random_uuid(), case when n % 3 = 0 then 'مساحة عمل الفريق ' else 'Department of Long Names ' end || n,
         case when n % 2 = 0 then '🦒' end, 'free' from generate_series(1, 200) n returning id)
     insert into members (workspace_id, user_id, role)
     select id, $1, case when row_number() over () % 5 = 0 then 'guest' else 'member' end from more`,
    [ada.id],
  )
  const titles = [
    'x'.repeat(300),
    'A title that goes on '.repeat(14),
    'مستند باللغة العربية مع عنوان طويل جدا',
    '🚀',
    '',
    '営業会議の記録',
  ]
  for (const title of titles)
    await seedPage(server.sql, acme, 'Below', await seedPage(server.sql, acme, title))
  let deep = await seedPage(server.sql, acme, 'Deep')
  for (let level = 1; level <= 8; level++)
    deep = await seedPage(server.sql, acme, `Level ${level} of a deep tree with long names`, deep)
  await seedPage(server.sql, acme, 'Only mine', null, [ada.id])
  await seedPage(server.sql, acme, 'خطة العمل')
  const connection = await seedConnection(server.sql, {
    name: 'An Extraordinarily Long Automation and Integration Suite 365',
    developer_name: 'The Honourable Company of Very Long Developer Names',
    website: 'https://relay.test',
    privacy_url: 'https://relay.test/privacy',
    terms_url: 'https://relay.test/terms',
    verified: true,
    capabilities: [
      'read_content',
      'update_content',
      'insert_content',
      'insert_comments',
      'read_user_with_email',
    ],
    redirect_uris: [`https://${'long-host-name.'.repeat(5)}test/callback`],
  })
  const id = randomUUID()
  await server.sql(
    `insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
     values ($1, $2, $3, $4, 'active', '{read_content}', now(), now())`,
    [acme, id, connection.id, ada.id],
  )
  for (const page of [world.pages.handbook, world.pages.launch, deep])
    await server.sql('insert into page_grants values ($1, $2, $3, $4, now())', [acme, id, page.id, ada.id])
  return connection
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
/** The elements that get the focus, one press of Tab after another, while something covers them. */
async function coveredInTurn(page: Page, presses: number): Promise<string[]> {
  const covered: string[] = []
  for (let turn = 0; turn < presses; turn++) {
    await page.keyboard.press('Tab')
    const found = await page.evaluate(`(() => {
      const one = document.activeElement
      if (!one || one === document.body) return null
      const { left, top, width, height } = one.getBoundingClientRect()
      const above = document.elementFromPoint(left + width / 2, top + height / 2)
      const label = one.labels?.[0]
      const seen = above && (one.contains(above) || above.contains(one) && !above.matches('.actions') || label?.contains(above))
      return seen ? null : (one.getAttribute('aria-label') ?? one.textContent ?? '').trim() + ' below ' + above?.className
    })()`)
    if (found) covered.push(String(found))
  }
  return covered
}
/** Each screen has a name, so that a finding can give it. */
async function expectSound(page: Page, screen: string): Promise<void> {
  expect([screen, await flaws(page)]).toEqual([screen, []])
  await page.setViewportSize({ width: 1280, height: 900 })
}

describe('the flow, in every look', () => {
  async function arrive(who: keyof World['users'], connection: SeededConnection): Promise<Page> {
    const page = await (await openProfile(browser)).newPage()
    const partner = await Partner.discover(server.base, connection)
    await page.goto(await partner.authorizeUrl({ workspace_id: world.workspaces.acme.id }))
    await signIn(page, world.users[who].email, password)
    await page.waitForURL('**/install/*')
    return page
  }

  it('is sound as usual: levels, pages, a mixed tree, results, nothing found', async () => {
    const page = await arrive('ben', relay)
    await expectSound(page, 'levels')
    await press(page, 'Select pages')
    await page.waitForURL('**/pages')
    await expectSound(page, 'pages')
    await press(page, 'Show pages in Roadmap')
    await press(page, 'Show pages in Quarter One')
    await page.getByRole('checkbox', { name: 'Quarter One' }).check()
    await page.getByText('1 page and everything below it: 2 pages').waitFor()
    await expectSound(page, 'a mixed tree')
    await page.getByRole('searchbox').fill('launch')
    await page.getByRole('heading', { name: 'Pages with “launch”' }).waitFor()
    await expectSound(page, 'results')
    await page.getByRole('searchbox').fill('nothing like it')
    await page.getByText('No page that you can open').waitFor()
    await expectSound(page, 'nothing found')
    await page.context().close()
  })

  it('keeps what has the focus clear of the actions that stay in view', async () => {
    const page = await arrive('ada', crowded)
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await coveredInTurn(page, 40)).toEqual([])
    await press(page, 'Select pages')
    await page.waitForURL('**/pages')
    expect(await coveredInTurn(page, 60)).toEqual([])
    await page.context().close()
  })

  it('is sound when crowded: names, 200 workspaces, a deep tree, what a re-install changes', async () => {
    const page = await arrive('ada', crowded)
    await expectSound(page, 'levels')
    await page.getByRole('button', { name: 'Switch workspace' }).click()
    await page.getByRole('searchbox', { name: 'Find a workspace' }).fill('names 19')
    expect(await page.getByRole('button', { name: /^Department of Long Names/ }).count()).toBeLessThan(12)
    await expectSound(page, 'the list of workspaces')
    await page.keyboard.press('Escape')
    await press(page, 'Select pages')
    await page.waitForURL('**/pages')
    const gap = await page.evaluate(`(() => {
      const title = [...document.querySelectorAll('.picker-label .clip')].find(one => one.textContent === 'خطة العمل')
      const letters = document.createRange()
      letters.selectNodeContents(title)
      const icon = title.closest('label').querySelector('.picker-icon')
      return letters.getBoundingClientRect().left - icon.getBoundingClientRect().right
    })()`)
    expect(gap).toBeLessThan(16)
    await page.getByRole('checkbox', { name: 'Handbook' }).uncheck()
    await press(page, 'Show pages in Deep')
    for (let level = 1; level < 8; level++)
      await press(page, `Show pages in Level ${level} of a deep tree with long names`)
    await page.getByRole('checkbox', { name: '🚀' }).check()
    await page.getByText('It will no longer reach “Handbook”.').waitFor()
    await expectSound(page, 'a deep tree')
    await page.getByRole('searchbox').fill('level')
    await page.getByRole('heading', { name: 'Pages with “level”' }).waitFor()
    await expectSound(page, 'results')
    await page.context().close()
  })

  it('is sound where it cannot go on: a guest, no workspace, over', async () => {
    const guest = await arrive('gus', relay)
    await expectSound(guest, 'a guest')
    const nobody = await arrive('dora', relay)
    await expectSound(nobody, 'no workspace')
    await nobody.goto(guest.url())
    await nobody.getByRole('heading', { name: 'This request is over' }).waitFor()
    await expectSound(nobody, 'over')
    await guest.context().close()
    await nobody.context().close()
  })
})
