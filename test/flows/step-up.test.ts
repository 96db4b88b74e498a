import { beforeAll, describe, expect, it } from '@jest/globals'
import { signedIn } from '../support/allowed.ts'
import { call } from '../support/api.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner } from '../support/partner.ts'
import { restrict } from '../support/ruled.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const acme = world.workspaces.acme.id
let assistant: SeededConnection

beforeAll(async () => {
  assistant = await seedConnection(server.sql, {
    name: 'Desk',
    capabilities: ['read_content', 'update_content', 'insert_content'],
  })
})

/** Allows the assistant to read Launch and all below it. */
async function install(name: 'ben' | 'cleo', scope = 'read_content', connection = assistant) {
  const partner = await Partner.discover(server.base, connection)
  const person = await signedIn(server, world.users[name])
  await person.open(await partner.authorizeUrl({ scope }))
  await person.press('Select pages')
  await person.press('Allow access', { pages: [world.pages.handbook.id] })
  return { partner, person, tokens: await partner.redeem(person.visit.url) }
}

const addPage = (token: string) =>
  call(server.base, '/v1/pages', {
    method: 'POST',
    token,
    body: {
      parent: { page_id: world.pages.handbook.id },
      properties: { title: { title: [{ type: 'text', text: { content: 'Notes' } }] } },
    },
  })
const useTool = (token: string, name: string, sent: object) =>
  call(server.base, '/mcp', {
    token,
    headers: [
      ['content-type', 'application/json'],
      ['accept', 'application/json, text/event-stream'],
    ],
    body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: sent } },
  })
const addByTool = (token: string) =>
  useTool(token, 'create_page', { parent_id: world.pages.handbook.id, title: 'Notes' })
const manageUrl = (answer: { json: { additional_data?: { manage_access_url?: string } } }) =>
  answer.json.additional_data!.manage_access_url!

describe('an agent whose token lacks an access level', () => {
  it('leads its person to a page, where one press makes the token that it holds suffice', async () => {
    const { partner, person, tokens } = await install('ben')
    const second = await install('ben')
    const refused = await addPage(tokens.access_token)
    expect(refused).toMatchObject({ status: 403, json: { code: 'restricted_resource' } })
    const byTool = await addByTool(tokens.access_token)
    expect(byTool.status).toBe(403)
    const address = manageUrl(refused)
    expect(manageUrl(byTool)).toBe(address)
    // A refresh cannot add a level.
    expect((await addPage((await partner.refresh(tokens.refresh_token!)).access_token)).status).toBe(403)

    await person.open(address)
    expect(person.visit.$('h1').text()).toBe('Allow Desk more?')
    expect(person.text()).toContain('Add new pages below those pages')
    await person.press('Allow')
    expect(person.text()).toContain('Go back to your application')
    expect((await addPage(tokens.access_token)).status).toBe(200)
    expect((await addByTool(tokens.access_token)).status).toBe(200)
    expect((await addPage(second.tokens.access_token)).status).toBe(200)
    expect((await partner.introspect(tokens.access_token)).scope).toBe('read_content insert_content')
    const refreshed = await second.partner.refresh(second.tokens.refresh_token!)
    expect(refreshed.scope).toBe('read_content insert_content')
    expect((await addPage(refreshed.access_token)).status).toBe(200)

    await person.open(address)
    expect(person.text()).toContain('allowed to do this already')
    const events = await server.sql(
      `select data from events where installation_id = $1 and kind = 'capabilities.added'`,
      [tokens.bot_id],
    )
    expect(events).toEqual([{ data: { added: ['insert_content'] } }])
    const owner = await signedIn(server, world.users.ada)
    await owner.open(`/settings/${acme}/history`)
    expect(owner.text()).toContain('allowed it to do more: add pages')

    // A consent without the level takes it back, for tokens of before too.
    await install('ben')
    expect((await addPage(tokens.access_token)).status).toBe(403)
  })

  it('gains no level by another person, without a registration of it, or against the policy', async () => {
    const narrow = await seedConnection(server.sql, { name: 'Narrow', capabilities: ['read_content'] })
    const [own, limited] = [await install('cleo'), await install('cleo', 'read_content', narrow)]
    const address = manageUrl(await addPage(own.tokens.access_token))
    for (const name of ['ben', 'ada'] as const) {
      const stranger = await signedIn(server, world.users[name])
      expect((await stranger.open(address)).status).toBe(404)
    }
    expect((await own.person.open(address.replace('insert_content', 'everything'))).status).toBe(200)
    await own.person.press('Allow')
    expect(own.person.text()).toContain('No level was ticked')
    await limited.person.open(manageUrl(await addPage(limited.tokens.access_token)))
    expect(limited.person.visit.status).toBe(403)

    await restrict(server, acme, 'owners-only')
    await own.person.open(address)
    await own.person.press('Allow')
    expect(own.person.visit.status).toBe(403)
    await restrict(server, acme, 'none')
    for (const { tokens } of [own, limited]) expect((await addPage(tokens.access_token)).status).toBe(403)
  })

  it('gets the address of the picker with the answer about a page that was not granted', async () => {
    const { tokens } = await install('cleo')
    const { id } = world.pages.roadmap
    const byApi = await call(server.base, `/v1/pages/${id}`, { token: tokens.access_token })
    expect(manageUrl(byApi)).toMatch(/\/pages$/)
    const { text } = await useTool(tokens.access_token, 'get_page', { page_id: id })
    const { result } = JSON.parse(/\{.*\}/.exec(text)![0])
    expect(result).toMatchObject({
      isError: true,
      structuredContent: { code: 'object_not_found', manage_access_url: manageUrl(byApi) },
    })
  })
})
