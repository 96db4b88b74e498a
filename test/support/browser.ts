import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { browserOptions } from './browser-options.ts'

/** A real Chromium: the one that the whole run shares, or one of the file's own where only single files run. */
export function openBrowser(): Promise<Browser> {
  const shared = process.env.TEST_BROWSER
  return shared ? chromium.connect(shared) : chromium.launch(browserOptions())
}

export const looks = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const

/** A person's own browser profile. The partner's addresses answer with an empty page, so that a redirect there arrives. */
export async function openProfile(
  browser: Browser,
  options: { javaScriptEnabled?: boolean; width?: number; colorScheme?: 'light' | 'dark' } = {},
): Promise<BrowserContext> {
  const { width = 1280, ...rest } = options
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 780 : 900 },
    reducedMotion: 'reduce',
    ...rest,
  })
  context.setDefaultTimeout(15_000)
  await context.route(/^https:\/\/[\w.-]+\.test\//, route =>
    route.fulfill({ status: 200, contentType: 'text/html', body: '<title>Partner</title>' }),
  )
  return context
}

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The findings of axe on the screen, one line each; empty without any. `options`: as axe takes them. */
export async function axeFindings(page: Page, options: object = {}): Promise<string[]> {
  // Words are there before the stylesheet is, and look like something else till then.
  await page.waitForLoadState()
  // The page's own policy forbids foreign scripts, so axe is handed to the debugger instead.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(await axeSource)
  return page.evaluate(async asked => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(options: object): Promise<{
          violations: { id: string; help: string; nodes: { html: string }[] }[]
        }>
      }
    }
    const { violations } = await axe.run(asked)
    return violations.map(
      one => `${one.id}: ${one.help} — ${one.nodes.map(node => node.html.slice(0, 160)).join(' | ')}`,
    )
  }, options)
}

const contrast = 'color-contrast'

/**
 * The faults of the present screen in each of the four looks: findings of axe and elements that stick out at the side, one
 * line each. The layout does not depend on the colours, so all but the contrast is checked once for each width, in the light.
 */
export async function flaws(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const { width, colorScheme } of looks) {
    await page.setViewportSize({ width, height: width < 600 ? 780 : 900 })
    await page.emulateMedia({ colorScheme })
    const findings = await axeFindings(page, colorScheme === 'dark' ? { runOnly: [contrast] } : {})
    const wider = await overflow(page)
    if (wider > 0) findings.push(`${wider} px wider than its window`)
    found.push(...findings.map(one => `${width} px, ${colorScheme}: ${one}`))
  }
  return found
}

/** Does anything stick out at the side? Pixels by which the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = (
      globalThis as unknown as { document: { documentElement: { scrollWidth: number; clientWidth: number } } }
    ).document.documentElement
    return scrollWidth - clientWidth
  })
}

export async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Email' }).fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
