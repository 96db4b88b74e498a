import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { Browser, Page } from 'playwright-core'
import { axeFindings, flaws, openBrowser, openProfile, signIn } from '../support/browser.ts'
import { type Callback, openCallback } from '../support/callback.ts'
import { type Documents, openDocuments } from '../support/documents.ts'
import { McpApplication } from '../support/mcp-client.ts'
import { password, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let world: World
let browser: Browser
let callback: Callback
let documents: Documents

beforeAll(async () => {
  ;[server, browser, callback] = await Promise.all([
    startServer({ OUTBOUND_HOSTS: 'localhost' }),
    openBrowser(),
    openCallback(),
  ])
  documents = await openDocuments((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        client_id: `https://${request.headers.host}${request.url}`,
        client_name: 'GitHub',
        redirect_uris: [callback.address],
        logo_uri: 'http://elsewhere.test/logo.png',
        scope: 'openid profile',
        grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
        unheard_of: true,
      }),
    )
  })
  world = await seedWorld(server.sql)
})
afterAll(() => Promise.all([browser.close(), callback.close(), documents.close(), server.close()]))

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** Someone signed in before the consent that the application asks for. */
async function arrive(application: McpApplication, who: keyof World['users'], scope?: string): Promise<Page> {
  expect(await application.connect()).toBeNull()
  if (scope !== undefined) application.authorizeUrl!.searchParams.set('scope', scope)
  const page = await (await openProfile(browser)).newPage()
  await page.goto(application.authorizeUrl!.href)
  await signIn(page, world.users[who].email, password)
  await page.waitForURL('**/install/*')
  return page
}

async function allow(page: Page, application: McpApplication, title: string): Promise<Client> {
  await press(page, 'Select pages')
  await page.getByRole('checkbox', { name: title, exact: true }).check()
  await press(page, 'Allow access')
  await page.waitForURL(`${callback.address}?**`)
  await application.redeem(page.url())
  return (await application.connect())!
}

async function read(client: Client, page: { id: string }) {
  const answer = await client.callTool({ name: 'get_page', arguments: { page_id: page.id } })
  const { isError = false, content } = answer as { isError?: boolean; content: { text: string }[] }
  return { isError, text: content[0]!.text }
}

describe('an application that no one registered', () => {
  it('registers itself, asks its person, and reads the page that was ticked and no other', async () => {
    const application = new McpApplication(server.base, callback.address, 'Desk Assistant')
    const page = await arrive(application, 'ben')
    await page.getByRole('heading', { name: 'Desk Assistant wants to connect to Acme' }).waitFor()
    const facts = await page.getByRole('main').textContent()
    expect(facts).toContain('Registered itself')
    expect(facts).toContain(`127.0.0.1:${new URL(callback.address).port}, an application on this computer`)
    expect(await axeFindings(page)).toEqual([])

    const client = await allow(page, application, 'Handbook')
    const { tools } = await client.listTools()
    expect(tools.map(tool => tool.name)).toContain('get_page')
    expect(await read(client, world.pages.handbook)).toMatchObject({
      isError: false,
      text: expect.stringContaining('Handbook'),
    })
    const refused = await read(client, world.pages.roadmap)
    expect(refused.isError).toBe(true)
    expect(refused.text).toContain('/my-connections/')
  })

  it('goes on with a refresh once its access token has expired', async () => {
    const application = new McpApplication(server.base, callback.address, 'Night Assistant')
    const page = await arrive(application, 'cleo')
    await allow(page, application, 'Handbook')
    const before = application.stored!.access_token
    await server.sql(`update access_tokens set expires_at = now() - interval '1 minute'`)
    const client = (await application.connect())!
    expect(application.stored!.access_token).not.toBe(before)
    expect((await read(client, world.pages.handbook)).isError).toBe(false)
  })

  it('that only refreshes when it lacks a level goes on once its person adds the level under My connections', async () => {
    const application = new McpApplication(server.base, callback.address, 'Narrow Assistant')
    const page = await arrive(application, 'ben', 'read_content')
    const client = await allow(page, application, 'Handbook')
    const add = () =>
      client.callTool({
        name: 'create_page',
        arguments: { parent_id: world.pages.handbook.id, title: 'Added' },
      })
    // The client keeps the answer, and the address in it, to itself.
    await expect(add()).rejects.toThrow('403 after trying upscoping')
    await page.goto(`${server.base}/settings/${world.workspaces.acme.id}/my-connections`)
    const row = page.getByRole('row', { name: /Narrow Assistant/ })
    await row.getByRole('button', { name: 'More options for Narrow Assistant' }).click()
    await page.getByRole('link', { name: 'Allow more' }).click()
    await page.getByRole('heading', { name: 'Allow Narrow Assistant more?' }).waitFor()
    expect(await flaws(page)).toEqual([])
    await page.getByRole('checkbox', { name: 'Add new pages below those pages' }).check()
    await press(page, 'Allow')
    await page.getByText('Go back to your application').waitFor()
    expect((await add()).isError).toBeFalsy()
  })

  it('reads what to do where its registration is gone', async () => {
    const application = new McpApplication(server.base, callback.address, 'Lost Assistant')
    expect(await application.connect()).toBeNull()
    await server.sql('delete from connections where id = $1', [application.client!.client_id])
    const page = await (await openProfile(browser)).newPage()
    await page.goto(application.authorizeUrl!.href)
    expect(await page.getByRole('main').textContent()).toContain(
      'remove and add this connection again in your application',
    )
  })
})

describe('an application that publishes a document about itself', () => {
  it('is shown by the host of the document, whatever name it claims, and reads the ticked page on two devices', async () => {
    const address = `${documents.base}/desk.json`
    const [laptop, phone] = [0, 1].map(
      () => new McpApplication(server.base, callback.address, 'GitHub', address),
    )
    const page = await arrive(laptop!, 'cleo')
    const facts = await page.getByRole('main').textContent()
    expect(facts).toContain(`Published by ${new URL(documents.base).host}`)
    expect(facts).not.toContain('Registered itself')
    const first = await allow(page, laptop!, 'Handbook')
    expect((await read(first, world.pages.handbook)).isError).toBe(false)
    expect((await read(first, world.pages.roadmap)).isError).toBe(true)

    const second = await arrive(phone!, 'cleo')
    await press(second, 'Select pages')
    expect(await second.getByRole('checkbox', { name: 'Handbook', exact: true }).isChecked()).toBe(true)
    await second.getByRole('checkbox', { name: 'Roadmap', exact: true }).check()
    await press(second, 'Allow access')
    await second.waitForURL(`${callback.address}?**`)
    await phone!.redeem(second.url())
    expect((await read(first, world.pages.roadmap)).isError).toBe(false)
    expect(documents.asked).toEqual(['/desk.json'])
    expect(await server.sql(`select name from connections where origin = 'published'`)).toHaveLength(1)
  })
})

describe('where the workspace allows only published agents', () => {
  it('the member asks for approval, an owner approves, and the member goes on', async () => {
    const owner = await (await openProfile(browser)).newPage()
    await owner.goto(`${server.base}/settings/${world.workspaces.acme.id}/policy`)
    await signIn(owner, world.users.ada.email, password)
    await owner.getByLabel('Agents that register themselves').selectOption('Only published ones')
    await press(owner, 'Save policy')
    await owner.getByText('Saved.').waitFor()

    const application = new McpApplication(server.base, callback.address, 'Eager Assistant')
    const page = await arrive(application, 'ben')
    expect(await page.getByRole('main').textContent()).toContain('registered itself')
    await page.getByRole('textbox').fill('For my notes.')
    await press(page, 'Request approval')
    await owner.goto(`${server.base}/settings/${world.workspaces.acme.id}/requests`)
    await press(owner, 'Approve')
    await page.goto(application.authorizeUrl!.href)
    await page.waitForURL('**/install/*')
    const client = await allow(page, application, 'Handbook')
    expect((await read(client, world.pages.handbook)).isError).toBe(false)
  })
})

describe('where the workspace allows only approved agents', () => {
  it('an owner approves the publisher, and the member goes on by one press, as do others with its next agent', async () => {
    const settings = `${server.base}/settings/${world.workspaces.acme.id}`
    const { host } = new URL(documents.base)
    const owner = await (await openProfile(browser)).newPage()
    await owner.goto(`${settings}/policy`)
    await signIn(owner, world.users.ada.email, password)
    await owner.getByLabel('Agents that register themselves').selectOption('Only approved')
    await press(owner, 'Save policy')
    await owner.getByText('Saved.').waitFor()

    const published = (path: string) =>
      new McpApplication(server.base, callback.address, 'GitHub', `${documents.base}/${path}`)
    const application = published('unknown.json')
    const page = await arrive(application, 'ben')
    expect(await page.getByRole('main').textContent()).toContain('allows only agents from its approved list')
    await page.getByRole('textbox').fill('For my notes.')
    await press(page, 'Request approval')

    await owner.goto(`${settings}/approved`)
    await owner.getByRole('link', { name: 'Add publisher' }).click()
    await owner.getByRole('textbox', { name: 'Publisher' }).fill('not a host')
    await press(owner, 'Add publisher')
    await owner.getByText('This is no host name.').waitFor()
    expect(await flaws(owner)).toEqual([])
    await owner.getByRole('textbox', { name: 'Publisher' }).fill(host)
    await press(owner, 'Add publisher')
    await owner.getByText('Members can connect whatever this publisher describes').waitFor()
    expect(await flaws(owner)).toEqual([])

    await page.goto(`${settings}/my-requests`)
    await page.getByRole('button', { name: 'Continue: GitHub' }).click()
    const client = await allow(page, application, 'Handbook')
    expect((await read(client, world.pages.handbook)).isError).toBe(false)
    const next = published('next.json')
    await allow(await arrive(next, 'cleo'), next, 'Handbook')

    await owner.getByRole('link', { name: `Remove ${host}` }).click()
    await press(owner, `Remove ${host}`)
    await owner.getByText('Members cannot connect its applications').waitFor()
    const late = await arrive(published('late.json'), 'cleo')
    expect(await late.getByRole('main').textContent()).toContain('allows only agents from its approved list')
    // Those that are connected stay connected.
    expect((await read(client, world.pages.handbook)).isError).toBe(false)
  })
})
