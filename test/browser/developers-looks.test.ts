import { beforeAll, describe, expect, it } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import sharp from 'sharp'
import { flaws, openProfile, overflow, signIn } from '../support/browser.ts'
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

describe('the screens of the hub', () => {
  let id: string
  let busy: string

  beforeAll(async () => {
    const { page, context } = await arrive('ben', '/developers/new/public')
    await page.getByRole('textbox', { name: 'Name' }).fill('Relay Automations')
    await page.getByRole('textbox', { name: 'Redirect URIs' }).fill('https://relay.test/callback')
    await page.getByRole('button', { name: 'Create connection' }).click()
    id = new URL(page.url()).pathname.split('/').at(-1)!
    await context.close()
    const long = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft '
      .repeat(2)
      .trim()
    const logo = await sharp({ create: { width: 256, height: 90, channels: 3, background: 'crimson' } })
      .png()
      .toBuffer()
    const [row] = await server.sql<{ id: string }>(
      `insert into connections (id, kind, workspace_id, created_by, name, description, developer_name, website,
         redirect_uris, capabilities, disabled_at, verified, first_party, logo, logo_type)
       values (gen_random_uuid(), 'public', $1, $2, $3, $4, 'Relay Incorporated', 'https://relay.test/' || repeat('path', 40),
         array(select 'https://relay.test/' || repeat('callback', 12) || n from generate_series(1, 12) n),
         '{read_content,update_content,insert_content,read_comments,insert_comments,read_user_with_email}', now(), true,
         true, $5, 'image/png') returning id`,
      [world.workspaces.acme.id, world.users.ben.id, long, `${long}\n${long}`, logo],
    )
    busy = row!.id
    await server.sql(
      `insert into connections (id, kind, workspace_id, created_by, name)
       select gen_random_uuid(), case when n % 3 = 0 then 'internal' else 'public' end, $1, $2, 'Number ' || n
       from generate_series(1, 60) n`,
      [world.workspaces.acme.id, world.users.ada.id],
    )
    await fill()
  })

  let internal: string
  let attempt: string

  /** Attempts of both connections, one of them with all that a failure can say; an internal connection, and a sandbox. */
  async function fill(): Promise<void> {
    await server.sql(
      `with attempts as (
         insert into flow_attempts (id, connection_id, outcome, failure_code, workspace_id, started_at, last_at)
         select gen_random_uuid(), $1, case when n % 3 = 0 then 'failed' else 'connected' end,
           case when n % 3 = 0 then 'unsupported_response_type' end, $2, now() - n * interval '1 hour', now()
         from generate_series(1, 60) n returning id)
       insert into flow_steps (id, attempt_id, at, kind, request_id, failure)
       select gen_random_uuid(), attempts.id, now(), kind, gen_random_uuid(),
         case when kind = 'authorize' then $3::jsonb end
       from attempts, unnest('{authorize,signed-in,code-redeemed}'::text[]) kind`,
      [busy, world.workspaces.acme.id, JSON.stringify(refused)],
    )
    const [row] = await server.sql<{ id: string }>(
      'select id from flow_attempts where connection_id = $1 limit 1',
      [busy],
    )
    attempt = row!.id
    const { page, context } = await arrive('ben', '/developers/new/internal')
    await page.getByRole('textbox', { name: 'Name' }).fill('Acme Reporter')
    await page.getByRole('button', { name: 'Create connection' }).click()
    await page.waitForURL(/connections\/[0-9a-f-]{36}/)
    internal = /connections\/([0-9a-f-]{36})/.exec(page.url())![1]!
    await page.goto(`${server.base}/developers/connections/${id}/playground`)
    await page.getByRole('button', { name: 'Make a sandbox' }).click()
    await page.getByText('Your sandbox is made').waitFor()
    await context.close()
  }
  const address = `https://relay.test/${'callback'.repeat(30)}`
  const refused = {
    code: 'invalid_redirect_uri',
    sentence: 'The redirect URI is not one that is registered.',
    sent: `${address}/`,
    expected: [address, 'https://relay.test/callback'],
    advice: 'Register exactly the address that is sent.',
  }

  const screens = (): [string, keyof World['users'], string][] => [
    ['list-empty', 'cleo', '/developers'],
    ['list-guest', 'gus', '/developers'],
    ['list', 'ben', '/developers'],
    ['list-crowded', 'ada', '/developers'],
    ['kinds', 'ben', '/developers/new'],
    ['create-public', 'ben', '/developers/new/public'],
    ['create-internal', 'ben', '/developers/new/internal'],
    ['overview', 'ben', `/developers/connections/${id}`],
    ['overview-crowded', 'ben', `/developers/connections/${busy}`],
    ['settings', 'ben', `/developers/connections/${id}/settings`],
    ['settings-crowded', 'ben', `/developers/connections/${busy}/settings`],
    ['manifest', 'ben', `/developers/connections/${id}/manifest`],
    ['manifest-crowded', 'ben', `/developers/connections/${busy}/manifest`],
    ['danger', 'ben', `/developers/connections/${id}/danger`],
    ['danger-crowded', 'ben', `/developers/connections/${busy}/danger`],
    ['log-empty', 'ben', `/developers/connections/${id}/log`],
    [
      'log-nothing-found',
      'ben',
      `/developers/connections/${id}/log?request=${'x'.repeat(90)}&outcome=failed`,
    ],
    ['log-crowded', 'ben', `/developers/connections/${busy}/log`],
    ['attempt', 'ben', `/developers/connections/${busy}/log/${attempt}`],
    ['integrate', 'ben', `/developers/connections/${id}/integrate`],
    ['integrate-crowded', 'ben', `/developers/connections/${busy}/integrate`],
    ['reference', 'ben', '/developers/reference'],
    ['token', 'ben', `/developers/connections/${internal}/token`],
    ['integrate-internal', 'ben', `/developers/connections/${internal}/integrate`],
    ['remove-sandbox', 'ben', '/developers/sandbox/remove'],
    ['disable', 'ben', `/developers/connections/${id}/disable`],
    ['delete', 'ben', `/developers/connections/${busy}/delete`],
  ]

  async function check(page: Page, name: string): Promise<string[]> {
    const found = await flaws(page)
    await page.setViewportSize({ width: 320, height: 800 })
    const wider = await overflow(page)
    if (wider > 0) found.push(`${wider} px wider than 320`)
    const hidden: string[] = await page.evaluate(
      `[...document.querySelectorAll('.tabs a')].filter(tab => tab.getBoundingClientRect().right > innerWidth).map(tab => tab.textContent)`,
    )
    found.push(...hidden.map(tab => `the tab “${tab}” is out of sight at 320 px`))
    await page.setViewportSize({ width: 1280, height: 900 })
    return found.map(one => `${name}: ${one}`)
  }

  it.each([0, 1, 2, 3, 4, 5])('pass axe, and nothing sticks out: part %i', async part => {
    const found: string[] = []
    const some = screens().filter((_, at) => at % 6 === part)
    for (const [who, list] of Object.entries(Object.groupBy(some, ([, person]) => person))) {
      const { page, context } = await arrive(who as keyof World['users'], '/developers')
      for (const [name, , address] of list ?? []) {
        await page.goto(server.base + address)
        found.push(...(await check(page, name)))
      }
      await context.close()
    }
    expect(found).toEqual([])
  })

  it('say what is wrong beside it, and ask before what stops', async () => {
    const found: string[] = []
    const { page, context } = await arrive('ben', '/developers/new/public')
    await page
      .getByRole('textbox', { name: 'Redirect URIs' })
      .fill(`http://relay.test/${'callback'.repeat(20)}\nhttps://*.relay.test/`)
    await page.getByRole('button', { name: 'Create connection' }).click()
    await page.getByText('The connection was not created yet.').waitFor()
    expect(await page.locator(':focus').getAttribute('name')).toBe('name')
    found.push(...(await check(page, 'create-refused')))
    await page.goto(`${server.base}/developers/connections/${busy}/settings`)
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('A shorter name')
    await page.getByRole('textbox', { name: 'Redirect URIs' }).fill('https://relay.test/other')
    await page.getByRole('radio', { name: /^On people’s own devices/ }).check()
    await page.getByRole('button', { name: 'Save settings' }).click()
    await page.getByRole('heading', { name: /Save these/ }).waitFor()
    found.push(...(await check(page, 'review')))
    await page.goto(`${server.base}/developers/connections/${id}/manifest`)
    await page.getByRole('textbox', { name: 'Manifest' }).fill('{"name": "")')
    await page.getByRole('button', { name: 'Show what would change' }).click()
    await page.getByText('The manifest is no JSON').waitFor()
    found.push(...(await check(page, 'manifest-refused')))
    await context.close()
    expect(found).toEqual([])
  })
})
