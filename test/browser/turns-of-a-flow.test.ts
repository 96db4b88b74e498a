import { describe, expect, it } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { afterFile } from '../support/after-file.ts'
import { flaws, openProfile, signIn } from '../support/browser.ts'
import { openCallback } from '../support/callback.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { Partner } from '../support/partner.ts'
import { password, seedConnection } from '../support/seed.ts'

const { server, browser } = await openBrowserWorld()
const callback = await openCallback()
afterFile(() => callback.close())
const relay = await seedConnection(server.sql, { redirect_uris: [callback.address] })

const ben = 'ben@acme.test'
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

async function begin(context: BrowserContext, extra: Record<string, string> = {}) {
  const partner = await Partner.discover(server.base, relay)
  const page = await context.newPage()
  await page.goto(await partner.authorizeUrl(extra))
  return { partner, page }
}

/** Ticks a page, allows access, and redeems the code. */
async function finish({ partner, page }: { partner: Partner; page: Page }) {
  await press(page, 'Select pages')
  await page.getByRole('checkbox', { name: 'Handbook', exact: true }).check()
  await press(page, 'Allow access')
  await page.waitForURL(`${callback.address}?**`)
  return partner.redeem(page.url())
}

describe.each([true, false])('two tabs at the sign-in (JavaScript: %s)', javaScriptEnabled => {
  it('both go on, and the second ends with tokens', async () => {
    const context = await openProfile(browser, { javaScriptEnabled })
    const [first, second] = [await begin(context), await begin(context)]
    for (const { page } of [first, second]) {
      await signIn(page, ben, password)
      await page.getByRole('heading', { name: 'wants to connect to Acme' }).waitFor()
    }
    expect(await finish(second)).toMatchObject({ workspace_name: 'Acme' })
    await context.close()
  })
})

describe.each([true, false])('a member who signs in again elsewhere (JavaScript: %s)', javaScriptEnabled => {
  it('finds the ticks of the open picker, and Allow access works after one more look', async () => {
    const context = await openProfile(browser, { javaScriptEnabled, width: 360 })
    const { page, partner } = await begin(context)
    await signIn(page, ben, password)
    await press(page, 'Select pages')
    await page.getByRole('checkbox', { name: 'Handbook', exact: true }).check()
    const tab = await context.newPage()
    await tab.goto(`${server.base}/sign-in?prompt=login`)
    await signIn(tab, ben, password)
    await tab.waitForURL('**/my-connections')
    await press(page, 'Allow access')
    await page.getByText('You have signed in again since this page was opened.').waitFor()
    expect(await page.getByRole('checkbox', { name: 'Handbook', exact: true }).isChecked()).toBe(true)
    if (javaScriptEnabled) expect(await flaws(page)).toEqual([])
    await press(page, 'Allow access')
    await page.waitForURL(`${callback.address}?**`)
    await expect(partner.redeem(page.url())).resolves.toMatchObject({ workspace_name: 'Acme' })
    await context.close()
  })

  it('is shown any other form once more, and it is sent by one press', async () => {
    const context = await openProfile(browser, { javaScriptEnabled })
    const page = await context.newPage()
    await page.goto(`${server.base}/sign-in`)
    await signIn(page, ben, password)
    await page.goto(`${server.base}/sign-out`)
    const tab = await context.newPage()
    await tab.goto(`${server.base}/sign-in?prompt=login`)
    await signIn(tab, ben, password)
    await tab.waitForURL('**/my-connections')
    await press(page, 'Sign out')
    await page.getByRole('heading', { name: 'Send this again?' }).waitFor()
    if (javaScriptEnabled) expect(await flaws(page)).toEqual([])
    await press(page, 'Send again')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await context.close()
  })
})

describe('someone signed in with another account than the partner expects', () => {
  it('sees both, and comes to the sign-in for the other one', async () => {
    const context = await openProfile(browser, { width: 360 })
    const { page } = await begin(context, { login_hint: 'cleo@acme.test' })
    await page.getByRole('textbox', { name: 'Email' }).fill(ben)
    await signIn(page, ben, password)
    await page.getByText('cleo@acme.test was expected; you are signed in as ben@acme.test.').waitFor()
    expect(await flaws(page)).toEqual([])
    await page.getByRole('status').getByRole('link', { name: 'Use another account' }).click()
    expect(await page.getByRole('textbox', { name: 'Email' }).inputValue()).toBe('cleo@acme.test')
    await context.close()
  })
})

describe('a partner that opens the flow in a window and watches it', () => {
  it('goes on seeing the window where a page of ours says that something went wrong', async () => {
    const context = await openProfile(browser)
    const partnerPage = await context.newPage()
    await partnerPage.goto('https://relay.test/start')
    const address = await (await Partner.discover(server.base, relay)).authorizeUrl()
    const opening = partnerPage.waitForEvent('popup')
    await partnerPage.evaluate(`globalThis.flow = open(${JSON.stringify(address)}), undefined`)
    const page = await opening
    await signIn(page, ben, password)
    await press(page, 'Select pages')
    const uid = new URL(page.url()).pathname.split('/')[2]
    for (const path of [
      `/install/${uid}/nothing`,
      '/install/none',
      '/sign-in?return=/install/none&prompt=login',
    ]) {
      await page.goto(server.base + path)
      expect(await partnerPage.evaluate('flow.closed')).toBe(false)
      expect(await page.evaluate('opener !== null')).toBe(true)
    }
    await context.close()
  })
})

describe('a flow that begins under 127.0.0.1', () => {
  it('goes on under localhost, and ends with tokens', async () => {
    const context = await openProfile(browser)
    const partner = await Partner.discover(server.base, relay)
    const page = await context.newPage()
    await page.goto((await partner.authorizeUrl()).replace('//localhost:', '//127.0.0.1:'))
    expect(new URL(page.url()).origin).toBe(server.base)
    await signIn(page, ben, password)
    expect(await finish({ partner, page })).toMatchObject({ workspace_name: 'Acme' })
    await context.close()
  })
})
