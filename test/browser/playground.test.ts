import { describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { axeFindings, looks, openProfile, overflow, signIn } from '../support/browser.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { password, seedConnection } from '../support/seed.ts'

const { server, world, browser } = await openBrowserWorld()
const relay = await seedConnection(server.sql, {
  workspace_id: world.workspaces.acme.id,
  created_by: world.users.ben.id,
})

async function arrive(options: Parameters<typeof openProfile>[1]): Promise<Page> {
  const context = await openProfile(browser, options)
  const page = await context.newPage()
  await page.goto(`${server.base}/developers/connections/${relay.id}/playground`)
  await signIn(page, world.users.ben.email, password)
  await page.getByRole('heading', { name: 'Test', exact: true }).waitFor()
  return page
}

async function connect(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Select pages' }).click()
  await page.getByRole('checkbox', { name: 'Handbook' }).check()
  await page.getByRole('button', { name: 'Allow access' }).click()
  await page.getByRole('heading', { name: /The last test/ }).waitFor()
}

async function look(page: Page, name: string): Promise<void> {
  if (process.env.TEST_SCREENSHOTS)
    await page.screenshot({ path: `${process.env.TEST_SCREENSHOTS}/${name}.png`, fullPage: true })
  expect(await axeFindings(page)).toEqual([])
  expect(await overflow(page)).toBe(0)
}

/** Whether the bar covers the target of the address: the result, or its newest message. */
async function coveredByBar(page: Page): Promise<boolean> {
  const bar = await page.locator('.bar').boundingBox()
  const result = await page.locator(new URL(page.url()).hash).boundingBox()
  return result!.y < bar!.y + bar!.height
}

describe('a developer in the playground', () => {
  it.each([true, false])('tests as himself, then as a persona (script: %s)', async javaScriptEnabled => {
    const page = await arrive({ javaScriptEnabled })
    await page.getByRole('button', { name: 'Test this connection' }).click()
    await connect(page)
    expect(await page.content()).not.toMatch(/lka_\w{20,}/)
    await page.getByRole('button', { name: 'Show secrets' }).click()
    expect(await page.content()).toMatch(/lka_\w{36}/)

    const make = page.getByRole('button', { name: 'Make a sandbox' })
    if (await make.isVisible()) await make.click()
    await page.getByRole('radio', { name: /Max Member/ }).check()
    await page.getByLabel('Outcome', { exact: true }).selectOption('The user cancels')
    await page.getByRole('button', { name: 'Test this connection again' }).click()
    await page.getByText('Not connected').waitFor()

    await page.getByRole('button', { name: 'Act as Olive Owner' }).click()
    await page.getByText('You act as Olive Owner').waitFor()
    await page.getByRole('button', { name: 'Be yourself again' }).click()
    expect(await page.getByText('You act as').count()).toBe(0)
    await page.context().close()
  })

  it.each(looks)('sees it in order: $width $colorScheme', async ({ width, colorScheme }) => {
    const page = await arrive({ width, colorScheme })
    const name = `playground-${width}-${colorScheme}`
    const make = page.getByRole('button', { name: 'Make a sandbox' })
    if (await make.isVisible()) await make.click()
    await look(page, `${name}-begin`)
    await page.getByRole('radio', { name: /Max Member/ }).check()
    await page.getByRole('button', { name: /Test this connection/ }).click()
    await page.getByText('You act as').waitFor()
    await look(page, `${name}-flow`)
    await connect(page)
    expect(new URL(page.url()).hash).toBe('#trial')
    expect(await coveredByBar(page)).toBe(false)
    await page.getByLabel('Outcome of the next request').selectOption('Too many requests')
    await page.getByRole('button', { name: 'Refresh the token' }).click()
    await page.getByRole('heading', { name: /The token is refreshed/ }).waitFor()
    expect(await coveredByBar(page)).toBe(false)
    await look(page, name)
    await page.getByRole('link', { name: 'Remove sandbox' }).click()
    await page.getByRole('heading', { name: 'Remove the sandbox?' }).waitFor()
    await look(page, `${name}-remove`)
    await page.context().close()
  })
})
