import type { Browser, BrowserContext, Page } from 'playwright-core'
import { openProfile, signIn } from './browser.ts'
import { password } from './seed.ts'

/** Opens profiles of people. Each person signs in by the form once, however many of their profiles are opened. */
export function signedInProfiles(browser: Browser, base: string) {
  const cookies = new Map<string, Awaited<ReturnType<BrowserContext['cookies']>>>()
  return async ({ email }: { email: string }, options: Parameters<typeof openProfile>[1]): Promise<Page> => {
    const context = await openProfile(browser, options)
    const page = await context.newPage()
    const known = cookies.get(email)
    if (known) {
      await context.addCookies(known)
      return page
    }
    await page.goto(`${base}/sign-in`)
    await signIn(page, email, password)
    await page.waitForURL(url => !url.pathname.startsWith('/sign-in'))
    cookies.set(email, await context.cookies())
    return page
  }
}
