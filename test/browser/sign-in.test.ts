import { describe, expect, it } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { flaws, openProfile, signIn } from '../support/browser.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { password } from '../support/seed.ts'

const { server, world, browser } = await openBrowserWorld()

const ada = 'ada@acme.test'
let adasCookies: Awaited<ReturnType<BrowserContext['cookies']>> | null = null

async function openPage(options: Parameters<typeof openProfile>[1] = {}): Promise<Page> {
  const page = await (await openProfile(browser, options)).newPage()
  await page.goto(server.base)
  return page
}

/** Ada, signed in, with a session that she has in other windows too. */
async function openSignedIn(options: Parameters<typeof openProfile>[1] = {}): Promise<Page> {
  const page = await openPage(options)
  if (adasCookies) {
    await page.context().addCookies(adasCookies)
    await page.goto(server.base)
  } else {
    await page.goto(`${server.base}/sign-in`)
    await signIn(page, ada, password)
  }
  await page.waitForURL('**/my-connections')
  adasCookies ??= await page.context().cookies()
  return page
}

describe('someone who signs in', () => {
  it('needs nothing but the keyboard', async () => {
    const page = await openPage()
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key)
    }
    await press('Tab', 'Tab', 'Tab', 'Enter')
    await page.waitForURL('**/sign-in')
    // A browser gives the focus with the first frame that it draws, which may come after the load.
    await page.locator('input[name=email]:focus').waitFor()
    await page.keyboard.type(ada)
    await press('Tab')
    await page.keyboard.type(password)
    await press('Enter')
    await page.waitForURL('**/my-connections')
    await page.context().close()
  })

  it('needs no JavaScript, also to sign out', async () => {
    const page = await openPage({ javaScriptEnabled: false })
    await page.goto(`${server.base}/sign-in`)
    await signIn(page, ada, password)
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('link', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign out?' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.context().close()
  })

  it('is told what went wrong, and types only the password again', async () => {
    const page = await openPage()
    await page.goto(`${server.base}/sign-in`)
    await signIn(page, ada, 'wrong')
    await expect(page.getByRole('alert').textContent()).resolves.toContain('do not match an account')
    expect(await page.getByLabel('Email').inputValue()).toBe(ada)
    expect(await page.evaluate('document.activeElement.name')).toBe('password')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/my-connections')
    await page.context().close()
  })

  it('sends the form once by pressing twice', async () => {
    const page = await openPage()
    await page.goto(`${server.base}/sign-in`)
    let posts = 0
    page.on('request', request => {
      if (request.method() === 'POST') posts++
    })
    await page.getByLabel('Email').fill(ada)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).dblclick()
    await page.waitForURL('**/my-connections')
    expect(posts).toBe(1)
    await page.context().close()
  })

  it('comes back to the screen that was asked for', async () => {
    const page = await openPage()
    await page.goto(`${server.base}/settings/${world.workspaces.acme.id}/connections`)
    await page.waitForURL('**/sign-in?return=*')
    await signIn(page, ada, password)
    await page.waitForURL(`**/settings/${world.workspaces.acme.id}/connections`)
    await page.context().close()
  })
})

describe('the workspace switcher', () => {
  it.each([true, false])('leads to another workspace by click (JavaScript: %s)', async javaScriptEnabled => {
    const page = await openSignedIn({ javaScriptEnabled })
    const switcher = page.getByRole('button', { name: 'Switch workspace', exact: true })
    expect(await switcher.textContent()).toContain('Acme')
    await switcher.click()
    await page.getByRole('link', { name: 'Side' }).click()
    await page.waitForURL(`**/settings/${world.workspaces.side.id}/my-connections`)
    expect(await switcher.textContent()).toContain('Side')
    await page.context().close()
  })

  it('opens, walks, closes and gives the focus back by keyboard', async () => {
    const page = await openSignedIn()
    const switcher = page.getByRole('button', { name: 'Switch workspace' })
    const side = page.getByRole('link', { name: 'Side' })
    await switcher.focus()
    await page.keyboard.press('Enter')
    expect(await side.isVisible()).toBe(true)
    await page.keyboard.press('ArrowDown')
    expect(await page.evaluate('document.activeElement.textContent')).toContain('Side')
    await page.keyboard.press('Escape')
    expect(await side.isVisible()).toBe(false)
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Switch workspace')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/settings/${world.workspaces.side.id}/my-connections`)
    await page.context().close()
  })

  it('shows its whole list within a narrow window', async () => {
    const page = await openSignedIn({ width: 360 })
    await page.getByRole('button', { name: 'Switch workspace' }).click()
    const box = (await page.locator('#switch-workspace').boundingBox())!
    expect(box.x).toBeGreaterThanOrEqual(0)
    expect(box.x + box.width).toBeLessThanOrEqual(360)
    await page.context().close()
  })
})

describe('on a narrow window', () => {
  it.each([true, false])('the rail is a menu (JavaScript: %s)', async javaScriptEnabled => {
    const page = await openSignedIn({ width: 360, javaScriptEnabled })
    const entry = page.getByRole('link', { name: 'Connections', exact: true })
    expect(await entry.isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Menu: My connections' }).click()
    await entry.click()
    await page.waitForURL('**/connections')
    await page.context().close()
  })

  it('what can be pressed is at least 40 px high', async () => {
    const page = await openSignedIn({ width: 360 })
    for (const path of ['/sign-in?return=/install/none&prompt=login', '/sign-out', '/nowhere', '/']) {
      await page.goto(`${server.base}${path}`)
      const low =
        await page.evaluate(`[...document.querySelectorAll('button, .button, input:not([type=hidden])')]
        .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 40)
        .map(one => one.outerHTML)`)
      expect(low).toEqual([])
    }
    await page.context().close()
  })
})

describe('in every look', () => {
  it('axe finds nothing, nothing sticks out, and the content policy stops nothing of ours', async () => {
    const page = await openSignedIn()
    const complaints: string[] = []
    page.on('console', message => {
      if (/Content Security Policy|Refused to/.test(message.text())) complaints.push(message.text())
    })
    const settings = `/settings/${world.workspaces.acme.id}/my-connections`
    for (const path of ['/sign-in?return=/install/none&prompt=login', '/sign-out', '/nowhere', settings]) {
      await page.goto(`${server.base}${path}`)
      expect({ path, flaws: await flaws(page) }).toEqual({ path, flaws: [] })
    }
    await page.getByRole('button', { name: 'Switch workspace' }).click()
    expect(await flaws(page)).toEqual([])
    expect(complaints).toEqual([])

    await page.context().clearCookies()
    await page.goto(server.base)
    expect(await flaws(page)).toEqual([])
    await page.goto(`${server.base}/sign-in`)
    await signIn(page, ada, 'wrong')
    await page.getByRole('alert').waitFor()
    expect(await flaws(page)).toEqual([])
    await page.context().close()
  })
})

describe('the first look', () => {
  it('needs one document, one stylesheet, one font and two scripts, all from here, the own one below 20 kB', async () => {
    const page = await (await openProfile(browser)).newPage()
    const answers: { type: string; url: string; bytes: number }[] = []
    page.on('requestfinished', async request => {
      const { responseBodySize: bytes } = await request.sizes()
      answers.push({ type: request.resourceType(), url: request.url(), bytes })
    })
    await page.goto(`${server.base}/sign-in`, { waitUntil: 'networkidle' })
    const kinds = answers.filter(one => !one.url.includes('icon')).map(one => one.type)
    expect(kinds.sort()).toEqual(['document', 'font', 'script', 'script', 'stylesheet'])
    expect(answers.every(one => one.url.startsWith(server.base))).toBe(true)
    expect(answers.find(one => one.url.includes('/app.') && one.type === 'script')!.bytes).toBeLessThan(
      20_000,
    )
    await page.context().close()
  })

  it('does not move when the font arrives late', async () => {
    const context = await openProfile(browser)
    await context.route('**/*.woff2', async route => {
      await new Promise(resolve => setTimeout(resolve, 700))
      await route.continue()
    })
    const page = await context.newPage()
    await page.addInitScript(`globalThis.shift = 0
      new PerformanceObserver(list => {
        for (const entry of list.getEntries()) globalThis.shift += entry.value
      }).observe({ type: 'layout-shift', buffered: true })`)
    await page.goto(`${server.base}/sign-in`)
    await page.evaluate('document.fonts.ready')
    await page.waitForTimeout(200)
    expect(await page.evaluate("document.fonts.check('14px Inter')")).toBe(true)
    expect(await page.evaluate('globalThis.shift')).toBeLessThan(0.02)
    await context.close()
  })
})
