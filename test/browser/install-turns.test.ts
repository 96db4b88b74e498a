import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { afterFile } from '../support/after-file.ts'
import { openProfile, signIn } from '../support/browser.ts'
import { openCallback } from '../support/callback.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import { password, seedConnection, seedPage, type World } from '../support/seed.ts'

const { server, world, browser } = await openBrowserWorld()
const callback = await openCallback()
afterFile(() => callback.close())
const relay = await seedConnection(server.sql, { redirect_uris: [callback.address] })
beforeEach(() => server.sql('delete from installations'))

async function arrive(who: keyof World['users'], options: { javaScriptEnabled?: boolean } = {}) {
  const context = await openProfile(browser, options)
  const page = await context.newPage()
  const partner = await Partner.discover(server.base, relay)
  await page.goto(await partner.authorizeUrl())
  await signIn(page, world.users[who].email, password)
  await page.waitForURL('**/install/*')
  return { context, page, partner }
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const box = (page: Page, name: string) => page.getByRole('checkbox', { name, exact: true })
const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent()
const installed = async (bot?: unknown) =>
  (await server.sql<{ id: string }>('select id from installations'))
    .map(row => row.id)
    .filter(id => id !== bot)

describe('a flow that takes a turn', () => {
  it('in two tabs: the one that comes second is told that it was allowed already', async () => {
    const { context, page, partner } = await arrive('ben')
    const other = await context.newPage()
    await other.goto(page.url())
    for (const tab of [page, other]) {
      await press(tab, 'Select pages')
      await box(tab, tab === page ? 'Handbook' : 'Roadmap').check()
    }
    await press(page, 'Allow access')
    await page.waitForURL(`${callback.address}?**`)
    await press(other, 'Allow access')
    await other.getByRole('heading', { name: 'You have allowed access already' }).waitFor()
    const { bot_id } = await partner.redeem(page.url())
    expect(await installed(bot_id)).toEqual([])
    await context.close()
  })

  it('in two tabs with two workspaces: pages of one are never allowed in the other', async () => {
    const { context, page } = await arrive('ada')
    await press(page, 'Select pages')
    await box(page, 'Handbook').check()
    const other = await context.newPage()
    await other.goto(page.url())
    await other.getByRole('button', { name: 'Switch workspace' }).click()
    await press(other, 'Side')
    await other.getByText('Shared with everyone in Side').waitFor()

    await press(page, 'Allow access')
    await page.getByRole('heading', { name: 'Another workspace is chosen now' }).waitFor()
    await page.getByRole('link', { name: 'Go on with the workspace chosen now' }).click()
    expect(await heading(page)).toBe('Relay Automations wants to connect to Side')
    await context.close()
  })

  it('by the Back button after allowing: says so, and a new flow begins from the partner', async () => {
    const { context, page, partner } = await arrive('ben')
    await press(page, 'Select pages')
    await box(page, 'Handbook').check()
    await press(page, 'Allow access')
    await page.waitForURL(`${callback.address}?**`)
    const returned = page.url()
    await page.goBack()
    await page.reload()
    expect(await heading(page)).toBe('You have allowed access already')
    await expect(partner.redeem(returned)).resolves.toMatchObject({ workspace_name: 'Acme' })
    await page.goto(await partner.authorizeUrl())
    expect(await heading(page)).toBe('Relay Automations wants to connect to Acme')
    await context.close()
  })

  it.each([true, false])('by a double click on Allow access: one installation (script: %s)', async script => {
    const { context, page, partner } = await arrive('cleo', { javaScriptEnabled: script })
    await press(page, 'Select pages')
    await box(page, 'Handbook').check()
    const given = 'select count(*)::int as consents from consents where user_id = $1'
    await page.getByRole('button', { name: 'Allow access' }).dblclick()
    const isOver = (url: URL) => url.pathname === '/callback' || url.pathname.endsWith('/allow')
    // Without script the second press takes the place of the first one's navigation, which may be told as a fault.
    await page.waitForURL(isOver).catch(() => page.waitForURL(isOver))
    if (page.url().startsWith(callback.address)) {
      const { bot_id } = await partner.redeem(page.url())
      const rows = await server.sql('select id from installations where user_id = $1', [world.users.cleo.id])
      expect(rows).toEqual([{ id: bot_id }])
    } else expect(await heading(page)).toBe('You have allowed access already')
    if (script) expect(page.url()).toContain('/callback?code=')
    const [{ consents }] = (await server.sql<{ consents: number }>(given, [world.users.cleo.id])) as [
      { consents: number },
    ]
    expect(consents).toBeLessThanOrEqual(script ? 1 : 3)
    await server.sql('delete from consents where user_id = $1', [world.users.cleo.id])
    await context.close()
  })

  it('by an expired session: signs in again, and everything ticked is still there', async () => {
    const { context, page } = await arrive('ben')
    await press(page, 'Select pages')
    await box(page, 'Diary').check()
    await page.getByText('1 page', { exact: true }).waitFor()
    await context.clearCookies({ name: 'latchkey' })
    await page.reload()
    await signIn(page, world.users.ben.email, password)
    await press(page, 'Select pages')
    expect(await box(page, 'Diary').isChecked()).toBe(true)
    await context.close()
  })
})

describe('someone who may not install', () => {
  it('as a guest reads why and what to do, and can only cancel', async () => {
    const { context, page } = await arrive('gus')
    expect(await heading(page)).toBe('Relay Automations cannot be connected to Acme')
    await page.getByText('You are a guest in Acme, and guests cannot install connections.').waitFor()
    await page.getByText('Ada, an owner of Acme, can change this.').waitFor()
    expect(await page.getByRole('button', { name: 'Select pages' }).count()).toBe(0)
    await press(page, 'Cancel')
    await page.waitForURL(`${callback.address}?error=access_denied**`)
    await context.close()
  })

  it('without a workspace reads so', async () => {
    const { context, page } = await arrive('dora')
    expect(await heading(page)).toBe('Relay Automations has nowhere to connect to')
    await page.getByText('dora@acme.test is in none').waitFor()
    await context.close()
  })

  it('by the policy reads who can change it; the switcher says why beside the name', async () => {
    const acme = world.workspaces.acme.id
    await server.sql(
      `insert into workspace_policies (workspace_id, restrict_installs) values ($1, 'owners-only')`,
      [acme],
    )
    const { context, page } = await arrive('ben')
    await page.getByText('The policy of Acme lets only workspace owners install connections.').waitFor()
    await page.getByText('Ada, an owner of Acme, can change this.').waitFor()
    await page.getByRole('button', { name: 'Switch workspace' }).click()
    await page.getByText('Only owners install connections here').waitFor()
    await context.close()
    await server.sql('delete from workspace_policies where workspace_id = $1', [acme])
  })
})

describe('the tree', () => {
  it('goes whole by keyboard: from the first step to allowed', async () => {
    const { context, page, partner } = await arrive('ben')
    /** Presses the key until the control has the focus. */
    const until = async (control: ReturnType<Page['locator']>, key = 'Tab') => {
      for (let steps = 0; steps < 40; steps++) {
        if (await control.evaluate(one => one === one.ownerDocument.activeElement)) return
        await page.keyboard.press(key)
      }
      throw new Error(`${control} is not reached with ${key}`)
    }
    await until(page.getByRole('button', { name: 'Select pages' }))
    await page.keyboard.press('Enter')
    await page.waitForURL('**/pages')
    await until(box(page, 'Handbook'))
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    await box(page, 'Quarter One').waitFor()
    await until(box(page, 'Roadmap'))
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Space')
    expect(await box(page, 'Quarter One').isChecked()).toBe(true)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    expect(await box(page, 'Quarter One').isVisible()).toBe(false)
    expect(await box(page, 'Roadmap').count()).toBe(1)
    await until(page.getByRole('button', { name: 'Allow access' }))
    await page.keyboard.press('Enter')
    await page.waitForURL(`${callback.address}?**`)
    const { access_token } = await partner.redeem(page.url())
    expect(await reachedTitles(server.base, access_token)).toEqual(['Launch', 'Quarter One'])
    await context.close()
  })

  it('shows mixed parents, includes what is below, and gives a tick back when the parent is unticked', async () => {
    const { context, page } = await arrive('ben')
    await press(page, 'Select pages')
    await press(page, 'Show pages in Roadmap')
    await press(page, 'Show pages in Quarter One')
    await box(page, 'Launch').check()
    const mixed = (name: string) =>
      box(page, name).evaluate(one => (one as unknown as { indeterminate: boolean }).indeterminate)
    expect([await mixed('Roadmap'), await mixed('Quarter One'), await mixed('Handbook')]).toEqual([
      true,
      true,
      false,
    ])
    await box(page, 'Roadmap').check()
    expect(await box(page, 'Quarter One').isDisabled()).toBe(true)
    expect(await box(page, 'Quarter One').isChecked()).toBe(true)
    await page.getByText('1 page and everything below it: 3 pages').waitFor()
    await box(page, 'Roadmap').uncheck()
    expect(await box(page, 'Quarter One').isChecked()).toBe(false)
    expect(await box(page, 'Launch').isChecked()).toBe(true)
    await page.getByText('1 page', { exact: true }).waitFor()
    await context.close()
  })

  it.each([true, false])(
    'opens a node with many pages a window at a time (script: %s)',
    async javaScriptEnabled => {
      const { acme } = world.workspaces
      const many = await seedPage(server.sql, acme.id, `Many ${javaScriptEnabled}`)
      await server.sql(
        `with pages as (
         insert into pages (workspace_id, id, parent_id, title)
         select $1, gen_random_uuid(), $2, 'Note ' || lpad(n::text, 4, '0') from generate_series(1, 120) n returning id)
       insert into page_paths (workspace_id, page_id, path) select $1, id, array[$2::uuid, id] from pages`,
        [acme.id, many.id],
      )
      const { context, page } = await arrive('ben', { javaScriptEnabled })
      await press(page, 'Select pages')
      await press(page, `Show pages in ${many.title}`)
      await box(page, 'Note 0001').check()
      await press(page, `Show more pages in ${many.title}`)
      await box(page, 'Note 0100').check()
      await press(page, `Show more pages in ${many.title}`)
      await box(page, 'Note 0120').check()
      expect(await page.getByRole('button', { name: `Show more pages in ${many.title}` }).count()).toBe(0)
      for (const name of ['Note 0001', 'Note 0100', 'Note 0120']) {
        expect(await box(page, name).count()).toBe(1)
        expect(await box(page, name).isChecked()).toBe(true)
      }
      if (!javaScriptEnabled) {
        await press(page, `Show the first pages in ${many.title}`)
        expect(await box(page, 'Note 0001').isChecked()).toBe(true)
      }
      await page.reload()
      expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(3)
      await context.close()
    },
  )

  it('keeps what was unticked while a node that was opened was on its way', async () => {
    const { context, page } = await arrive('ben')
    await press(page, 'Select pages')
    await box(page, 'Roadmap').check()
    await page.getByText('1 page and everything below it: 3 pages').waitFor()
    const { promise: isUnticked, resolve: arrives } = Promise.withResolvers<void>()
    await page.route(/\/show\?/, async route => {
      const answer = await route.fetch()
      await isUnticked
      await route.fulfill({ response: answer })
    })
    await press(page, 'Show pages in Roadmap')
    await box(page, 'Roadmap').uncheck()
    arrives()
    await box(page, 'Quarter One').waitFor()
    expect(await box(page, 'Roadmap').isChecked()).toBe(false)
    expect(await box(page, 'Quarter One').isEnabled()).toBe(true)
    await context.close()
  })

  it('shows each page once, however fast its node is opened and shut', async () => {
    const { context, page } = await arrive('ben')
    await press(page, 'Select pages')
    const caret = page.getByRole('button', { name: 'Show pages in Roadmap' })
    await caret.dblclick()
    await caret.dblclick()
    await box(page, 'Handbook').check()
    await page.getByText('1 page', { exact: true }).waitFor()
    expect(await box(page, 'Roadmap').count()).toBe(1)
    expect(
      await page.getByRole('checkbox', { name: 'Quarter One', includeHidden: true }).count(),
    ).toBeLessThan(2)
    await context.close()
  })

  it('opens, searches and switches without loading the page anew', async () => {
    const { context, page } = await arrive('ada')
    await press(page, 'Select pages')
    await page.waitForURL('**/pages')
    await page.evaluate('window.stillHere = true')
    await press(page, 'Show pages in Roadmap')
    await box(page, 'Quarter One').waitFor()
    await page.getByRole('searchbox').fill('hand')
    await page.getByRole('searchbox').press('Enter')
    await page.getByRole('heading', { name: 'Pages with “hand”' }).waitFor()
    await page.getByRole('searchbox').fill('')
    await page.getByText('Shared with everyone in Acme').waitFor()
    await page.getByRole('button', { name: 'Switch workspace' }).click()
    await press(page, 'Side')
    await page.getByText('Shared with everyone in Side').waitFor()
    await page.waitForFunction(`document.activeElement.ariaLabel === 'Switch workspace'`)
    expect(await page.evaluate('window.stillHere')).toBe(true)
    await box(page, 'Ideas').check()
    await page.getByText('1 page', { exact: true }).waitFor()
    await context.close()
  })
})
