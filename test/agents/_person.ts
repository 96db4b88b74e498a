import type { Browser, Page } from 'playwright-core'
import { openProfile, signIn } from '../support/browser.ts'

/** The pages that a run asks for: `ticked` is allowed, `other` is not. */
export type Pages = { ticked: { id: string; title: string }; other: { id: string; title: string } }

const credentials = ['ben@acme.test', 'latchkey-demo'] as const

/** A person of the demo at a browser of their own, signed in. */
export async function openPerson(browser: Browser, base: string): Promise<Page> {
  const page = await (await openProfile(browser)).newPage()
  await page.goto(`${base}/sign-in`)
  await signIn(page, ...credentials)
  await page.waitForURL('**/my-connections')
  return page
}

/** Two pages of the first workspace. */
export async function findPages(page: Page): Promise<Pages> {
  const workspace = new URL(page.url()).pathname.split('/')[2]!
  await page.goto(new URL(`/w/${workspace}`, page.url()).href)
  const links = await page.locator(`a[href^="/w/${workspace}/p/"]`).evaluateAll(found =>
    found.map(one => ({
      id: (one as unknown as { href: string }).href.split('/').at(-1)!,
      title: one.textContent!.trim(),
    })),
  )
  // The title alone, without the icon before it.
  const titled = links.map(({ id, title }) => ({ id, title: title.replace(/^[^\p{L}\p{N}]+/u, '') }))
  return { ticked: titled[0]!, other: titled[1]! }
}

/** Allows what the address asks for, on one page. @returns the words of the consent. */
export async function allow(page: Page, address: string, { ticked }: Pages, levels = false): Promise<string> {
  await page.goto(address)
  if (new URL(page.url()).pathname === '/device') await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Select pages' }).waitFor()
  const words = (await page.getByRole('main').textContent())!.replace(/\s+/g, ' ')
  await page.getByRole('button', { name: 'Select pages' }).click()
  const box = page.getByRole('checkbox', { name: ticked.title, exact: true })
  if (!levels || !(await box.isChecked())) await box.check()
  await page.getByRole('button', { name: 'Allow access' }).click()
  await page.waitForURL(url => !url.pathname.startsWith('/install/') && !url.pathname.startsWith('/v1/'))
  return words
}
