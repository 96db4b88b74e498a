import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { afterFile } from '../support/after-file.ts'
import { openProfile, signIn } from '../support/browser.ts'
import { openCallback } from '../support/callback.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import { restrict } from '../support/ruled.ts'
import { password, type SeededConnection, seedConnection, type World } from '../support/seed.ts'

const { server, world, browser } = await openBrowserWorld()
const callback = await openCallback()
afterFile(() => callback.close())
const acme = world.workspaces.acme.id
let relay: SeededConnection
let partner: Partner

beforeEach(async () => {
  relay = await seedConnection(server.sql, {
    name: `Relay ${crypto.randomUUID().slice(0, 8)}`,
    redirect_uris: [callback.address],
  })
  partner = await Partner.discover(server.base, relay)
  await restrict(server, acme, 'none')
})

/** A signed-in person with a browser of their own. Problems of the pages are collected. */
async function arrive(who: keyof World['users'], javaScriptEnabled: boolean) {
  const context = await openProfile(browser, { javaScriptEnabled })
  const page = await context.newPage()
  const problems: string[] = []
  page.on(
    'console',
    message => ['error', 'warning'].includes(message.type()) && problems.push(message.text()),
  )
  page.on('pageerror', error => problems.push(error.message))
  await page.goto(`${server.base}/sign-in`)
  await signIn(page, world.users[who].email, password)
  await page.waitForURL('**/my-connections')
  return { page, problems, close: () => context.close() }
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const owners = (path: string) => `${server.base}/settings/${acme}/${path}`

describe.each([
  ['with JavaScript', true],
  ['with JavaScript off', false],
])('%s', (_name, javaScriptEnabled) => {
  it('an owner restricts, a member asks, the owner approves, and the member goes on to the partner', async () => {
    const ada = await arrive('ada', javaScriptEnabled)
    await ada.page.goto(owners('policy'))
    await ada.page
      .getByLabel('Restrict members from installing connections')
      .selectOption({ label: 'Only from approved list' })
    const autoApprove = { name: 'Auto-approve first-party connections', exact: true }
    await ada.page.getByRole('checkbox', autoApprove).check()
    await ada.page.getByLabel('Who can create connections').selectOption({ label: 'Workspace owners only' })
    await press(ada.page, 'Save policy')
    await ada.page.getByText('Saved.').waitFor()
    expect(await ada.page.getByRole('checkbox', autoApprove).isChecked()).toBe(true)

    const ben = await arrive('ben', javaScriptEnabled)
    await ben.page.goto(await partner.authorizeUrl())
    await ben.page.getByText('allows only connections from its approved list').waitFor()
    await press(ben.page, 'Request approval')
    await ben.page.getByText('Say in a sentence what you need it for.').waitFor()
    await ben.page.getByLabel('Why you need it').fill('It tells the team what changed.')
    await press(ben.page, 'Request approval')
    await ben.page.getByRole('heading', { name: `${relay.name} waits for approval` }).waitFor()

    await ada.page.goto(owners('connections'))
    const link = ada.page.getByRole('link', { name: /^Requests/ })
    expect(await link.textContent()).toMatch(/Requests\s*1/)
    await link.click()
    const card = ada.page.getByRole('listitem').filter({ hasText: relay.name })
    expect(await card.textContent()).toContain('It tells the team what changed.')
    await card.getByRole('button', { name: 'Approve', exact: true }).click()
    await ada.page.getByText('Approved. It is on the approved list').waitFor()

    await ben.page.getByRole('link', { name: 'My requests' }).click()
    const mine = ben.page.getByRole('link', { name: /^My requests/ }).first()
    expect(await mine.textContent()).toMatch(/My requests\s*1/)
    await press(ben.page, `Continue: ${relay.name}`)
    await press(ben.page, 'Select pages')
    await ben.page.getByRole('checkbox', { name: 'Handbook', exact: true }).check()
    await press(ben.page, 'Allow access')
    await ben.page.waitForURL(`${callback.address}?**`)
    const tokens = await partner.redeem(ben.page.url())
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])
    expect([...ada.problems, ...ben.problems].filter(words => !words.includes('400'))).toEqual([])
    await ada.close()
    await ben.close()
  })

  it('a member whose request is declined returns to the partner, which learns it', async () => {
    await restrict(server, acme, 'owners-only')
    const cleo = await arrive('cleo', javaScriptEnabled)
    await cleo.page.goto(await partner.authorizeUrl())
    await cleo.page.getByLabel('Why you need it').fill('For the files.')
    await press(cleo.page, 'Request approval')
    await cleo.page.getByRole('heading', { name: /waits for approval/ }).waitFor()
    const ada = await arrive('ada', javaScriptEnabled)
    await ada.page.goto(owners('requests'))
    const card = ada.page.getByRole('listitem').filter({ hasText: relay.name })
    await card.getByLabel(/^Your answer/).fill('Use the other one.')
    await card.getByRole('button', { name: 'Decline', exact: true }).click()
    await ada.page.getByText('Declined.').waitFor()
    await cleo.page.reload()
    await cleo.page.getByText('Use the other one.').waitFor()
    await press(cleo.page, `Return to ${relay.name}`)
    await cleo.page.waitForURL(`${callback.address}?**`)
    await expect(partner.redeem(cleo.page.url())).rejects.toMatchObject({ error: 'access_denied' })
    await ada.close()
    await cleo.close()
  })
})

describe('by the keyboard', () => {
  it('an owner opens a row’s menu on the approved list and removes the connection', async () => {
    await server.sql('insert into approvals (workspace_id, connection_id) values ($1, $2)', [acme, relay.id])
    const { page, problems, close } = await arrive('ada', true)
    await page.goto(owners('approved'))
    await page.getByRole('button', { name: `More options for ${relay.name}` }).focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: `Remove ${relay.name} from the approved list?` }).waitFor()
    await page.getByRole('button', { name: 'Remove from approved list' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('Removed from the list.').waitFor()
    expect(await page.getByText(relay.name).count()).toBe(0)
    expect(problems).toEqual([])
    await close()
  })

  it('a member is led to owners’ addresses by no link, and gets a plain page there', async () => {
    const { page, close } = await arrive('ben', true)
    for (const name of ['Policy', 'Approved', 'Requests', 'Left behind'])
      expect(await page.getByRole('link', { name, exact: true }).count()).toBe(0)
    for (const path of ['policy', 'approved', 'requests', 'hand-over']) {
      const answer = await page.goto(owners(path))
      expect(answer!.status()).toBe(403)
      await page.getByRole('heading', { name: 'Only owners can do this' }).waitFor()
    }
    await close()
  })
})
