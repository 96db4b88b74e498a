import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { afterFile } from '../support/after-file.ts'
import { openProfile, signIn } from '../support/browser.ts'
import { openCallback } from '../support/callback.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import { password, type SeededConnection, seedConnection, type World } from '../support/seed.ts'

const { server, world, browser } = await openBrowserWorld()
const callback = await openCallback()
afterFile(() => callback.close())
let relay: SeededConnection

beforeAll(async () => {
  relay = await seedConnection(server.sql, { redirect_uris: [callback.address] })
})
beforeEach(() => server.sql('delete from installations'))

type Name = keyof World['users']
type Journey = { partner: Partner; page: Page; context: BrowserContext; problems: string[] }
type Options = { javaScriptEnabled?: boolean; extra?: Record<string, string>; connection?: SeededConnection }

/** Someone sent here by a partner, signed in, before step one. Problems of the page itself are collected. */
async function arrive(who: Name, options: Options = {}): Promise<Journey> {
  const { javaScriptEnabled = true, extra, connection = relay } = options
  const context = await openProfile(browser, { javaScriptEnabled })
  const page = await context.newPage()
  const problems: string[] = []
  page.on(
    'console',
    message => ['error', 'warning'].includes(message.type()) && problems.push(message.text()),
  )
  page.on('pageerror', error => problems.push(error.message))
  const partner = await Partner.discover(server.base, connection)
  await page.goto(await partner.authorizeUrl(extra))
  await signIn(page, world.users[who].email, password)
  await page.waitForURL('**/install/*')
  return { partner, page, context, problems }
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const box = (page: Page, name: string) => page.getByRole('checkbox', { name, exact: true })

/** Presses Allow access and redeems the code that the partner's callback receives. */
async function allow({ page, partner }: Journey) {
  await press(page, 'Allow access')
  await page.waitForURL(`${callback.address}?**`)
  return partner.redeem(page.url())
}

describe.each([
  ['with JavaScript', true],
  ['with JavaScript off', false],
])('the whole install, %s', (_name, javaScriptEnabled) => {
  it('goes from the redirect through sign-in and both steps to tokens that reach the ticked pages', async () => {
    const journey = await arrive('ben', { javaScriptEnabled })
    const { page, problems } = journey
    await page.getByRole('heading', { name: 'Relay Automations wants to connect to Acme' }).waitFor()
    const levels = page.getByRole('region', { name: 'This connection will be able to' }).getByRole('listitem')
    expect(await levels.allInnerTexts()).toEqual([
      'Read the pages that you choose, and everything below them',
      'Change what is on those pages Changes content',
      'See who is in Acme: names and pictures',
    ])
    await press(page, 'Select pages')
    await page.waitForURL('**/pages')
    expect(await page.getByText('Shared with everyone in Acme').isVisible()).toBe(true)
    expect(await page.getByRole('heading', { name: 'Private to you', exact: true }).isVisible()).toBe(true)

    await press(page, 'Show pages in Roadmap')
    await box(page, 'Quarter One').check()
    await press(page, 'Show pages in Quarter One')
    await expect(box(page, 'Launch').isChecked()).resolves.toBe(true)
    await expect(box(page, 'Launch').isDisabled()).resolves.toBe(true)
    await box(page, 'Diary').check()
    if (javaScriptEnabled) await page.getByText('2 pages and everything below them: 3 pages').waitFor()
    const tokens = await allow(journey)
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Diary', 'Launch', 'Quarter One'])
    expect(problems).toEqual([])
  })

  it('again with fewer pages: what it reaches is ticked, what changes is marked, the id stays', async () => {
    const first = await arrive('cleo', { javaScriptEnabled })
    await press(first.page, 'Select pages')
    await box(first.page, 'Roadmap').check()
    await box(first.page, 'Handbook').check()
    const before = await allow(first)

    const second = await arrive('cleo', { javaScriptEnabled })
    const { page } = second
    await page.getByText('You connected it here on').waitFor()
    await press(page, 'Select pages')
    await page.getByText('Relay Automations can reach these pages now: “Handbook” and “Roadmap”.').waitFor()
    await page.getByText('No changes: it keeps the pages').waitFor()
    await box(page, 'Roadmap').uncheck()
    const row = page.getByRole('listitem').filter({ has: box(page, 'Roadmap') })
    expect(await row.getByText('No longer').isVisible()).toBe(true)
    if (javaScriptEnabled) await page.getByText('It will no longer reach “Roadmap”.').waitFor()
    const after = await allow(second)
    expect(after.bot_id).toBe(before.bot_id)
    expect(await reachedTitles(server.base, before.access_token)).toEqual(['Handbook'])
  })

  it('searches, keeps what is ticked, and goes back to the tree', async () => {
    const { page, context } = await arrive('ben', { javaScriptEnabled })
    await press(page, 'Select pages')
    await box(page, 'Handbook').check()
    const search = page.getByRole('searchbox', { name: 'Search pages' })
    await search.fill('launch')
    await search.press('Enter')
    await page.getByText('Roadmap / Quarter One').waitFor()
    expect(page.url()).toMatch(/\/pages(#lists)?$/)
    expect(await box(page, 'Handbook').count()).toBe(0)
    await box(page, 'Launch').check()
    await search.fill('nothing like it')
    await search.press('Enter')
    await page.getByText('No page that you can open has this in its title.').waitFor()
    expect(await box(page, 'Handbook').isChecked()).toBe(true)
    await press(page, 'Show all pages')
    await page.getByText('2 pages', { exact: true }).waitFor()
    expect(await box(page, 'Handbook').isChecked()).toBe(true)
    expect(await box(page, 'Launch').isChecked()).toBe(true)
    expect(await search.inputValue()).toBe('')
    await press(page, 'Show pages in Roadmap')
    await press(page, 'Show pages in Quarter One')
    await expect(box(page, 'Launch').count()).resolves.toBe(1)
    expect(await box(page, 'Launch').isChecked()).toBe(true)
    await context.close()
  })

  it('loses nothing by going back or switching the workspace, and carries no page across', async () => {
    const { page, context } = await arrive('ada', {
      javaScriptEnabled,
      extra: { workspace_id: world.workspaces.acme.id },
    })
    await press(page, 'Select pages')
    await box(page, 'Handbook').check()
    await press(page, 'Back')
    await press(page, 'Select pages')
    expect(await box(page, 'Handbook').isChecked()).toBe(true)

    const current = page.getByRole('button', { name: 'Switch workspace' })
    await current.click()
    await press(page, 'Side')
    await page.getByText('Shared with everyone in Side').waitFor()
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0)
    await box(page, 'Ideas').check()
    await current.click()
    await press(page, 'Acme')
    await page.getByText('Shared with everyone in Acme').waitFor()
    expect(await box(page, 'Handbook').isChecked()).toBe(true)
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(1)
    await current.click()
    await press(page, 'Side')
    expect(await box(page, 'Ideas').isChecked()).toBe(true)
    await context.close()
  })

  it('cannot be allowed while nothing is ticked', async () => {
    const { page, context } = await arrive('ben', { javaScriptEnabled })
    await press(page, 'Select pages')
    const button = page.getByRole('button', { name: 'Allow access' })
    await page.getByText('No page is ticked yet.').waitFor()
    if (javaScriptEnabled) {
      await page.locator('#allow:disabled').waitFor()
      await box(page, 'Handbook').check()
      await page.locator('#allow:enabled').waitFor()
      await box(page, 'Handbook').uncheck()
      await page.locator('#allow:disabled').waitFor()
    } else {
      await button.click()
      await page.getByText('Tick at least one page').waitFor()
      expect(page.url()).toContain('/install/')
    }
    await context.close()
  })

  it.each(['sign-in', 'step one', 'step two'])('is cancelled at the %s with access_denied', async step => {
    const context = await openProfile(browser, { javaScriptEnabled })
    const page = await context.newPage()
    const partner = await Partner.discover(server.base, relay)
    await page.goto(await partner.authorizeUrl())
    if (step !== 'sign-in') await signIn(page, world.users.ben.email, password)
    if (step === 'step two') await press(page, 'Select pages')
    await press(page, 'Cancel')
    await page.waitForURL(`${callback.address}?**`)
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
    await expect(partner.redeem(page.url())).rejects.toMatchObject({ error: 'access_denied' })
    await context.close()
  })
})

describe.each([
  ['with JavaScript', true],
  ['with JavaScript off', false],
])('optional access levels, %s', (_name, javaScriptEnabled) => {
  it('are check boxes named by their sentence; what is unticked is not allowed, also after Back', async () => {
    const connection = await seedConnection(server.sql, {
      redirect_uris: [callback.address],
      optional_capabilities: ['update_content', 'read_user_without_email'],
    })
    const journey = await arrive('ben', { javaScriptEnabled, connection })
    const { page, problems } = journey
    const change = box(page, 'Change what is on those pages')
    expect(await change.isChecked()).toBe(true)
    expect(await box(page, 'See who is in Acme: names and pictures').isChecked()).toBe(true)
    await change.uncheck()
    await press(page, 'Select pages')
    await page.waitForURL('**/pages')
    await press(page, 'Back')
    await page.waitForURL(url => !url.pathname.endsWith('/pages'))
    expect(await change.isChecked()).toBe(false)
    await press(page, 'Select pages')
    await page.waitForURL('**/pages')
    await box(page, 'Handbook').check()
    expect((await allow(journey)).scope).toBe('read_content read_user_without_email')
    expect(problems).toEqual([])
  })
})
