import { describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { openProfile, signIn } from '../support/browser.ts'
import { seedAccessToken } from '../support/installed.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { reachedTitles } from '../support/partner.ts'
import { password, seedConnection, type World } from '../support/seed.ts'

const { server, world, browser } = await openBrowserWorld()
const acme = world.workspaces.acme.id
const relay = await seedConnection(server.sql, {
  website: 'https://relay.test/',
  support_url: 'https://relay.test/help',
  install_url: 'https://relay.test/connect',
})

/** As the flow leaves it behind; the flow itself is gone through elsewhere. */
async function installed(who: 'ben' | 'cleo', pages: { id: string }[]): Promise<string> {
  const userId = world.users[who].id
  const [row] = await server.sql<{ id: string }>(
    `insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
     values ($1, gen_random_uuid(), $2, $3, 'active', '{read_content,update_content}', now(), now())
     on conflict (workspace_id, connection_id, user_id) do update set state = 'active', state_reason = null
     returning id`,
    [acme, relay.id, userId],
  )
  await server.sql('delete from page_grants where installation_id = $1', [row!.id])
  for (const page of pages)
    await server.sql(
      `insert into page_grants (workspace_id, installation_id, page_id, granted_by, granted_at)
       values ($1, $2, $3, $4, now())`,
      [acme, row!.id, page.id, userId],
    )
  return seedAccessToken(
    server.sql,
    { workspaceId: acme, userId },
    { id: row!.id, connectionId: relay.id },
    'read_content update_content',
  )
}

async function arrive(who: keyof World['users'], address: string, javaScriptEnabled = true): Promise<Page> {
  const context = await openProfile(browser, { javaScriptEnabled })
  const page = await context.newPage()
  await page.goto(server.base + address)
  await signIn(page, world.users[who].email, password)
  await page.waitForURL(url => !url.pathname.startsWith('/sign-in'))
  return page
}
const menu = (page: Page, name: string) => page.getByRole('button', { name: `More options for ${name}` })
const mine = () => `/settings/${acme}/my-connections`
const list = () => `/settings/${acme}/connections`

describe('a member', () => {
  it('manages pages: opens, ticks, reads the sum as it changes, and saves', async () => {
    const token = await installed('ben', [world.pages.handbook])
    const page = await arrive('ben', mine())
    await menu(page, 'Relay Automations').click()
    await page.getByRole('link', { name: 'Manage pages', exact: true }).click()
    expect(await page.getByRole('checkbox', { name: 'Handbook' }).isChecked()).toBe(true)
    await page.getByText('No changes: it keeps the pages').waitFor()

    await page.getByRole('button', { name: 'Show pages in Roadmap' }).click()
    await page.getByRole('checkbox', { name: 'Quarter One' }).check()
    await page.getByText('It will also reach “Quarter One”.').waitFor()
    await page.getByRole('checkbox', { name: 'Handbook' }).uncheck()
    await page.getByText('It will no longer reach “Handbook”.').waitFor()
    await page.getByRole('button', { name: 'Save pages' }).click()
    await page.getByText('Saved.').waitFor()
    expect(await reachedTitles(server.base, token)).toEqual(['Launch', 'Quarter One'])
  })

  it('searches all pages that they can open; with none ticked there is nothing to save', async () => {
    const token = await installed('ben', [world.pages.handbook])
    const page = await arrive('ben', mine())
    await page.getByRole('link', { name: /manage pages of Relay/ }).click()
    await page.getByRole('checkbox', { name: 'Handbook' }).uncheck()
    expect(await page.getByRole('button', { name: 'Save pages' }).isDisabled()).toBe(true)
    await page.getByRole('searchbox', { name: 'Search pages' }).fill('diar')
    await page.getByRole('checkbox', { name: 'Diary' }).check()
    await page.getByRole('button', { name: 'Save pages' }).click()
    await page.getByText('Saved.').waitFor()
    expect(await reachedTitles(server.base, token)).toEqual(['Diary'])
  })

  it('disconnects by keyboard alone, after one question', async () => {
    const token = await installed('ben', [world.pages.handbook])
    const page = await arrive('ben', mine())
    await menu(page, 'Relay Automations').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('End')
    expect(
      await page.evaluate(() =>
        (
          globalThis as never as { document: { activeElement: { textContent: string } } }
        ).document.activeElement.textContent.trim(),
      ),
    ).toBe('Disconnect')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Disconnect Relay Automations?' }).waitFor()
    expect(await reachedTitles(server.base, token)).toEqual(['Handbook'])
    await page.getByRole('button', { name: 'Disconnect Relay Automations' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('Disconnected.').waitFor()
    await expect(reachedTitles(server.base, token)).rejects.toThrow('401')
  })

  it('goes on to the partner from the gallery', async () => {
    const page = await arrive('cleo', mine())
    await page.getByRole('link', { name: 'Add connection' }).first().click()
    await page.getByRole('searchbox', { name: 'Search connections' }).fill('relay')
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=relay/)
    const [partner] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('link', { name: 'Connect: Relay Automations' }).click(),
    ])
    await partner.waitForURL('https://relay.test/connect')
    // The partner's page gets no hold on ours.
    expect(await partner.evaluate(() => (globalThis as never as { opener: unknown }).opener)).toBeNull()
  })

  it('is sent from the owners’ list to their own, and refused below it', async () => {
    const page = await arrive('ben', list())
    await page.getByRole('heading', { name: 'My connections' }).waitFor()
    expect(page.url()).toContain('/my-connections')
    const answer = await page.goto(`${server.base}${list()}/${relay.id}`)
    expect(answer!.status()).toBe(403)
    await page.getByRole('heading', { name: 'Only owners can do this' }).waitFor()
  })
})

describe('a guest, and a member of another workspace', () => {
  it('see an empty list that says why, and nothing at all', async () => {
    const gus = await arrive('gus', mine())
    await gus.getByText('You are a guest here').waitFor()
    const dora = await arrive('dora', '/gallery')
    expect((await dora.goto(server.base + mine()))!.status()).toBe(404)
    expect((await dora.goto(server.base + list()))!.status()).toBe(404)
  })
})

describe.each([true, false])('an owner (script: %s)', script => {
  it('filters, looks at the people, suspends, resumes, revokes one and disconnects all', async () => {
    const [ben, cleo] = [
      await installed('ben', [world.pages.handbook]),
      await installed('cleo', [world.pages.roadmap]),
    ]
    const page = await arrive('ada', list(), script)
    await page.getByRole('searchbox', { name: 'Person' }).fill('nobody at all')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.getByText('No results').waitFor()
    await page.getByRole('link', { name: 'Clear' }).click()

    await menu(page, 'Relay Automations').click()
    expect(await page.getByRole('link', { name: "Visit developer's website" }).getAttribute('href')).toBe(
      'https://relay.test/',
    )
    await page.getByRole('link', { name: 'View users with access' }).click()
    await page.getByRole('heading', { name: 'Relay Automations' }).waitFor()
    await menu(page, 'Ben').click()
    await page.getByRole('link', { name: 'Suspend for Ben' }).click()
    await page.getByRole('button', { name: 'Suspend' }).click()
    await page.getByText('Suspended. Its tokens reach no pages').waitFor()
    await expect(reachedTitles(server.base, ben)).rejects.toThrow('401')
    expect(await reachedTitles(server.base, cleo)).toHaveLength(3)

    await menu(page, 'Ben').click()
    await page.getByRole('button', { name: 'Resume for Ben' }).click()
    await page.getByText('Resumed.').waitFor()
    expect(await reachedTitles(server.base, ben)).toEqual(['Handbook'])

    await menu(page, 'Ben').click()
    await page.getByRole('link', { name: 'Revoke access' }).click()
    await page.getByRole('link', { name: 'Keep it' }).click()
    expect(await reachedTitles(server.base, ben)).toEqual(['Handbook'])
    await menu(page, 'Ben').click()
    await page.getByRole('link', { name: 'Revoke access' }).click()
    await page.getByRole('button', { name: 'Revoke access' }).click()
    await page.getByText('Access revoked.').waitFor()
    await expect(reachedTitles(server.base, ben)).rejects.toThrow('401')

    await menu(page, 'Relay Automations').click()
    await page.getByRole('link', { name: 'Disconnect', exact: true }).click()
    await page.getByRole('button', { name: 'Disconnect for everyone' }).click()
    await page.getByText('Disconnected. Its tokens no longer work.').waitFor()
    await expect(reachedTitles(server.base, cleo)).rejects.toThrow('401')
    await page.context().close()
  })

  it('narrows what a member chose to a part of it', async () => {
    const token = await installed('cleo', [world.pages.roadmap, world.pages.handbook])
    const page = await arrive('ada', `${list()}/${relay.id}`, script)
    await menu(page, 'Cleo').click()
    await page.getByRole('link', { name: 'Manage pages' }).click()
    expect(await page.getByRole('checkbox', { name: 'Diary' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Show pages in Roadmap' }).click()
    await page.getByRole('checkbox', { name: 'Roadmap' }).uncheck()
    await page.getByRole('checkbox', { name: 'Handbook' }).uncheck()
    // Without the script a page below a ticked one can be ticked only after the screen was drawn anew.
    if (!script) await page.getByRole('button', { name: 'Show pages in Roadmap' }).click()
    if (!script) await page.getByRole('button', { name: 'Show pages in Roadmap' }).click()
    await page.getByRole('checkbox', { name: 'Quarter One' }).check()
    await page.getByRole('button', { name: 'Save pages' }).click()
    await page.getByText('It reaches fewer pages from now on.').waitFor()
    expect(await reachedTitles(server.base, token)).toEqual(['Launch', 'Quarter One'])
    await page.context().close()
  })
})
