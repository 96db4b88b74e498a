import { describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { openProfile, signIn } from '../support/browser.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { reachedTitles } from '../support/partner.ts'
import { password, seedConnection } from '../support/seed.ts'

const { server, world, browser } = await openBrowserWorld()
const relay = await seedConnection(server.sql, {
  workspace_id: world.workspaces.acme.id,
  created_by: world.users.ben.id,
})

/** Ben, who looks after the connection, at a screen of it. */
async function ben(address: string, javaScriptEnabled: boolean): Promise<Page> {
  const context = await openProfile(browser, { javaScriptEnabled })
  const page = await context.newPage()
  await page.goto(server.base + address)
  await signIn(page, world.users.ben.email, password)
  await page.waitForURL(url => !url.pathname.startsWith('/sign-in'))
  return page
}
const at = (connection: { id: string }, part: string) => `/developers/connections/${connection.id}/${part}`

describe.each([true, false])('a developer (script: %s)', script => {
  it('finds why a stranger was stopped, by the request id on the stranger’s screen', async () => {
    const stranger = await (await openProfile(browser)).newPage()
    const sent = `https://relay.test/calback/${script}`
    const query = new URLSearchParams({ response_type: 'code', client_id: relay.id, redirect_uri: sent })
    await stranger.goto(`${server.base}/v1/oauth/authorize?${query}`)
    expect(await stranger.locator('main').textContent()).not.toContain('relay.test')
    const requestId = (await stranger.locator('code').last().textContent())!.trim()
    await stranger.context().close()

    const page = await ben(at(relay, 'log'), script)
    const row = page.getByRole('row', { name: /Authorize request refused/ })
    // The attempt is written a moment after the answer; the list has others beside it until it is filtered.
    for (let wait = 0; wait === 0 || (wait < 30 && (await row.count()) !== 1); wait++) {
      await page.getByRole('searchbox', { name: 'Request id' }).fill(` ${requestId} `)
      await page.getByRole('combobox', { name: 'Outcome' }).selectOption('Failed')
      await page.getByRole('button', { name: 'Filter' }).click()
      await page.getByRole('link', { name: 'Show all', exact: true }).waitFor()
    }
    await row.getByRole('link').click()
    await page.getByText('The redirect URI is not one that is registered.').waitFor()
    const marked = await page.locator('mark').allInnerTexts()
    expect(marked).toEqual(['␣', `/${script}`, 'l', '␣'])
    await page.getByRole('link', { name: 'All attempts' }).click()
    await page.getByRole('button', { name: 'Filter' }).waitFor()
    await page.context().close()
  })

  it('copies, renews and revokes the token of an internal connection', async () => {
    const page = await ben('/developers/new/internal', script)
    await page.getByRole('textbox', { name: 'Name' }).fill(`Reporter ${script}`)
    await page.getByRole('button', { name: 'Create connection' }).click()
    const first = (await page.locator('#shown-value').textContent())!.trim()
    expect(first).toMatch(/^lki_/)
    await page.getByRole('link', { name: 'Token', exact: true }).click()
    await page.getByRole('button', { name: 'Show token' }).click()
    const shown = page.locator('#shown-token')
    expect((await shown.textContent())?.trim()).toBe(first)
    await page.getByLabel('The old token').selectOption({ index: 0 })
    await page.getByRole('button', { name: 'Renew token' }).click()
    await page
      .getByText(/renewed/i)
      .first()
      .waitFor()
    const second = (await shown.textContent())!.trim()
    expect(second).not.toBe(first)
    expect(await reachedTitles(server.base, second)).toEqual([])
    await page.getByRole('link', { name: 'Revoke token' }).click()
    await page.getByRole('button', { name: 'Revoke token' }).click()
    await page.getByRole('button', { name: 'Make a token' }).waitFor()
    await expect(reachedTitles(server.base, second)).rejects.toThrow('401')
    await page.context().close()
  })

  it('applies a manifest: sees first what changes, and the second time that nothing does', async () => {
    const page = await ben(at(relay, 'manifest'), script)
    const description = `With script: ${script}`
    const manifest = JSON.stringify({ id: relay.id, description })
    const show = async () => {
      await page.getByRole('textbox', { name: 'Manifest' }).fill(manifest)
      await page.getByRole('button', { name: 'Show what would change' }).click()
    }
    await show()
    await page.getByRole('heading', { name: /Save th/ }).waitFor()
    await page.getByText(description).first().waitFor()
    await page.getByRole('button', { name: /^Save/ }).click()
    await page.getByText('Saved.').waitFor()
    await page.goto(server.base + at(relay, 'manifest'))
    await show()
    await page.getByText('there are no changes').first().waitFor()
    await page.context().close()
  })
})
