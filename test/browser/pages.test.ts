import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { axeFindings } from '../support/browser.ts'
import { grantPage, type Installed, seedInstalled } from '../support/installed.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { reachedTitles } from '../support/partner.ts'
import { seedConnection, type World } from '../support/seed.ts'
import { signedInProfiles } from '../support/signed-in.ts'

const { server, world, browser } = await openBrowserWorld()
const enter = signedInProfiles(browser, server.base)
const acme = world.workspaces.acme.id
let relay: Installed
let reporter: Installed

beforeAll(async () => {
  const { ada, ben, cleo } = world.users
  const { handbook, roadmap } = world.pages
  relay = await seedInstalled(server.sql, { workspaceId: acme, userId: ben.id, pages: [handbook.id] })
  reporter = await seedInstalled(server.sql, {
    workspaceId: acme,
    userId: null,
    pages: [roadmap.id],
    grantedBy: ada.id,
    name: 'Acme Reporter',
  })
  await seedInstalled(server.sql, { workspaceId: acme, userId: cleo.id, pages: [], name: 'Tally' })
  await seedConnection(server.sql, { name: 'Relay of another workspace' })
})

async function arrive(who: keyof World['users'], address: string, javaScriptEnabled = true): Promise<Page> {
  const page = await enter(world.users[who], { javaScriptEnabled })
  await page.goto(server.base + address)
  return page
}
const at = (page: { id: string }) => `/w/${acme}/p/${page.id}`
const options = (page: Page) => page.getByRole('button', { name: 'Page options' })

/** Ben's installation reaches the handbook alone, as in the beginning. */
async function begin(): Promise<void> {
  await server.sql('delete from page_grants where installation_id = $1', [relay.id])
  await server.sql(`update installations set state = 'active', state_reason = null where id = $1`, [relay.id])
  await grantPage(server.sql, acme, relay.id, world.pages.handbook.id, world.users.ben.id)
}

describe.each([
  ['with its script', true],
  ['with JavaScript off', false],
])('the menu of a page, %s', (_how, script) => {
  it('adds a connection that is found by its name, says through which page it reaches one below, and takes it off', async () => {
    await begin()
    const page = await arrive('ben', `/w/${acme}`, script)
    await page.getByRole('link', { name: 'Show pages in Roadmap' }).click()
    await page.getByRole('link', { name: 'Show pages in Quarter One' }).click()
    await page.getByRole('link', { name: 'Roadmap', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Roadmap' }).waitFor()

    await options(page).click()
    await page.getByText('who added it, and owners of Acme can disconnect it.').waitFor()
    await page.getByRole('link', { name: 'Add connection' }).first().click()
    await page.getByRole('searchbox', { name: 'Search connections' }).fill('rel')
    await page.getByRole('button', { name: 'Search', exact: true }).click()
    await page.waitForURL(/q=rel/)
    expect(await page.getByRole('button', { name: /^Add / }).count()).toBe(1)
    await page.getByRole('button', { name: 'Add Relay Automations' }).click()
    await page.getByText('Added. The connection reaches this page and everything below it.').waitFor()
    expect(await reachedTitles(server.base, relay.token)).toEqual([
      'Handbook',
      'Launch',
      'Quarter One',
      'Roadmap',
    ])

    await page.getByRole('link', { name: 'Quarter One' }).click()
    await page.getByText('You connected it, through Roadmap').waitFor()
    await options(page).click()
    await page.getByRole('link', { name: 'Disconnect Relay Automations' }).click()
    await page.getByRole('heading', { name: 'Relay Automations reaches this page through Roadmap' }).waitFor()
    await page.getByRole('link', { name: 'Disconnect Relay Automations from Roadmap' }).click()
    await page.getByText('stops reaching Roadmap and everything below it, at once').waitFor()
    expect(await reachedTitles(server.base, relay.token)).toHaveLength(4)
    await page.getByRole('button', { name: 'Disconnect Relay Automations' }).click()
    await page.getByText('The connection no longer reaches this page.').waitFor()
    expect(await reachedTitles(server.base, relay.token)).toEqual(['Handbook'])
    await page.context().close()
  })
})

describe('a member', () => {
  it('is led to install first what somebody else has installed', async () => {
    const page = await arrive('ben', at(world.pages.roadmap))
    await page.getByRole('link', { name: 'Add a connection' }).or(options(page)).first().click()
    await page.getByRole('link', { name: 'Add connection' }).first().click()
    await page.getByText('You have not installed it here yet').waitFor()
    await page.getByRole('link', { name: 'Install Tally first' }).click()
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(page.url()).toContain('/gallery')
    await page.getByRole('heading', { name: 'Tally' }).waitFor()
    await page.context().close()
  })

  it('goes through the menu by keyboard alone, and out of it again', async () => {
    await begin()
    const page = await arrive('ben', at(world.pages.handbook))
    await options(page).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Disconnect Relay Automations' }).waitFor()
    await page.keyboard.press('Escape')
    expect(await page.getByRole('link', { name: 'Disconnect Relay Automations' }).isVisible()).toBe(false)
    expect(await options(page).evaluate(one => one.matches(':focus'))).toBe(true)

    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    // The only page that it reached: taking it off ends it, and that is said before.
    await page.getByText('Handbook is the only page that Relay Automations reaches').waitFor()
    await page.getByRole('link', { name: 'Keep it' }).click()
    expect(await reachedTitles(server.base, relay.token)).toEqual(['Handbook'])
    await page.context().close()
  })

  it('is not asked about a connection that others added for the workspace, and does not see those of others', async () => {
    const page = await arrive('cleo', at(world.pages.roadmap))
    await options(page).click()
    await page.getByText('Ada, who added it, and owners of Acme can disconnect it.').waitFor()
    expect(await page.getByRole('link', { name: /Disconnect/ }).count()).toBe(0)
    expect(await page.getByRole('button', { name: /^Disconnect Acme Reporter/ }).isDisabled()).toBe(true)
    expect(await axeFindings(page)).toEqual([])
    await page.goto(`${server.base}${at(world.pages.roadmap)}/connections/${reporter.id}/disconnect`)
    await page.getByRole('heading', { name: 'This is not yours to change' }).waitFor()
    await page.getByText('an owner of the workspace, can change it').waitFor()
    expect(await page.getByRole('button', { name: /Disconnect/ }).count()).toBe(0)
    expect(await reachedTitles(server.base, reporter.token)).toContain('Roadmap')
    await page.goto(server.base + at(world.pages.handbook))
    expect(await page.getByText('Relay Automations').count()).toBe(0)
    await page.context().close()
  })
})

describe('others', () => {
  it('an owner sees whose connection it is, and takes it off', async () => {
    await begin()
    await grantPage(server.sql, acme, relay.id, world.pages.roadmap.id, world.users.ben.id)
    const page = await arrive('ada', at(world.pages.handbook))
    await page.getByText('Connected by Ben').waitFor()
    await options(page).click()
    await page.getByRole('link', { name: 'Disconnect Relay Automations of Ben' }).click()
    await page.getByRole('button', { name: 'Disconnect Relay Automations' }).click()
    await page.getByText('The connection no longer reaches this page.').waitFor()
    expect(await reachedTitles(server.base, relay.token)).not.toContain('Handbook')
    await page.context().close()
  })

  it('a guest sees that they can open no pages; an outsider does not see the workspace', async () => {
    const guest = await arrive('gus', `/w/${acme}`)
    await guest.getByText('No pages yet').waitFor()
    expect((await guest.goto(server.base + at(world.pages.handbook)))!.status()).toBe(404)
    expect(await guest.content()).not.toContain('Handbook')
    const outsider = await arrive('dora', `/w/${acme}`)
    for (const address of [`/w/${acme}`, at(world.pages.handbook)]) {
      expect((await outsider.goto(server.base + address))!.status()).toBe(404)
      expect(await outsider.content()).not.toMatch(/Acme|Handbook/)
    }
    await guest.context().close()
    await outsider.context().close()
  })
})
