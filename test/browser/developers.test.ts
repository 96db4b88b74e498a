import { describe, expect, it } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { openProfile, signIn } from '../support/browser.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { password, type World } from '../support/seed.ts'

const { server, world, browser } = await openBrowserWorld()

async function arrive(
  who: keyof World['users'],
  address: string,
  options: Parameters<typeof openProfile>[1] = {},
): Promise<{ page: Page; context: BrowserContext }> {
  const context = await openProfile(browser, options)
  const page = await context.newPage()
  await page.goto(server.base + address)
  await signIn(page, world.users[who].email, password)
  await page.waitForURL(url => !url.pathname.startsWith('/sign-in'))
  return { page, context }
}

/** The text that the stylesheet draws after the label of a field. */
const drawnAfter = (page: Page, field: string): Promise<string> =>
  page.evaluate(`getComputedStyle(document.querySelector('label[for=field-${field}]'), '::after').content`)

describe('a developer', () => {
  it.each([true, false])(
    'creates a connection, sets its logo, rotates its secret and deletes it (script: %s)',
    async javaScriptEnabled => {
      const { page, context } = await arrive('ben', '/developers', { javaScriptEnabled })
      await page.getByRole('link', { name: 'New connection' }).click()
      await page.getByRole('link', { name: 'Create a public connection' }).click()
      await page.getByLabel('Workspace').selectOption('Acme')
      for (const [field, mark] of [
        ['name', '"required" / ""'],
        ['redirect_uris', '"required" / ""'],
        ['website', 'none'],
      ])
        expect(await drawnAfter(page, field!)).toBe(mark)
      await page.getByRole('textbox', { name: 'Name' }).fill('Relay')
      await page.getByRole('textbox', { name: 'Redirect URIs' }).fill('https://relay.test/callback')
      await page.getByRole('checkbox', { name: 'Change pages' }).check()
      await page.getByRole('radio', { name: 'Names and pictures', exact: false }).first().check()
      await page.getByRole('button', { name: 'Create connection' }).click()
      await page.getByRole('heading', { name: 'Client secret' }).waitFor()
      const secret = (await page.locator('#shown-value').textContent())!
      expect(secret).toMatch(/^lks_/)
      // Copying needs the script.
      expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(javaScriptEnabled ? 2 : 0)
      await page.reload()
      expect(await page.content()).not.toContain(secret)

      const parts = page.getByRole('navigation', { name: 'Parts of this connection' })
      await parts.getByRole('link', { name: 'Settings' }).click()
      await page.getByLabel('Logo file').setInputFiles({
        name: 'logo.svg',
        mimeType: 'image/svg+xml',
        buffer: Buffer.from(
          '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="teal"/></svg>',
        ),
      })
      await page.getByRole('button', { name: 'Upload logo' }).click()
      await page.getByText('The logo is changed').waitFor()
      const drawn = await page.locator('.connection-head img').evaluate(image => {
        const { complete, naturalWidth } = image as unknown as { complete: boolean; naturalWidth: number }
        return complete ? naturalWidth : 0
      })
      if (javaScriptEnabled) expect(drawn).toBe(256)

      await page.getByRole('button', { name: 'Create another secret' }).click()
      await page.getByText('Another secret is made.').waitFor()
      await page.getByRole('link', { name: `Revoke lks_…${secret.slice(-4)}` }).click()
      await page.getByRole('heading', { name: /Revoke the secret/ }).waitFor()
      await page.getByRole('button', { name: 'Revoke secret' }).click()
      await page.getByText('The secret is revoked').waitFor()

      await parts.getByRole('link', { name: 'Settings' }).click()
      await page.getByRole('textbox', { name: 'Redirect URIs' }).fill('https://relay.test/other')
      await page.getByRole('button', { name: 'Save settings' }).click()
      await page.getByRole('heading', { name: 'Save this change?' }).waitFor()
      await page.getByRole('button', { name: 'Save change' }).click()
      await page.getByText('Saved.').waitFor()

      await parts.getByRole('link', { name: 'Switch off or delete' }).click()
      await page.getByRole('link', { name: 'Switch off', exact: true }).click()
      await page.getByRole('button', { name: 'Switch off' }).click()
      await page.getByText('The connection is switched off.').waitFor()
      await parts.getByRole('link', { name: 'Switch off or delete' }).click()
      await page.getByRole('button', { name: 'Switch on' }).click()
      await page.getByText('The connection is switched on.').waitFor()
      await parts.getByRole('link', { name: 'Switch off or delete' }).click()
      await page.getByRole('link', { name: 'Delete connection' }).click()
      await page.getByText('This cannot be undone.').waitFor()
      await page.getByRole('button', { name: 'Delete connection' }).click()
      await page.getByText('The connection is deleted.').waitFor()
      await context.close()
    },
  )

  it('copies the client id and the secret by one press each', async () => {
    const { page, context } = await arrive('ben', '/developers/new/public')
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('textbox', { name: 'Name' }).fill('Copied')
    await page.getByRole('textbox', { name: 'Redirect URIs' }).fill('https://relay.test/callback')
    await page.getByRole('button', { name: 'Create connection' }).click()
    const pasted = () => page.evaluate('navigator.clipboard.readText()')
    await page.getByRole('region', { name: 'Client secret' }).getByRole('button', { name: 'Copy' }).click()
    await page.getByText('Copied', { exact: true }).last().waitFor()
    expect(await pasted()).toBe(await page.locator('#shown-value').textContent())
    await context.close()
  })
})
