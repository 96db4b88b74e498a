import { beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { call } from '../support/api.ts'
import { type Installed, seedInstalled } from '../support/installed.ts'
import { openWorld } from '../support/open-world.ts'
import { seedWorld } from '../support/seed.ts'
import { startServer } from '../support/server.ts'

const { server, world } = await openWorld()
let agent: Installed

beforeAll(async () => {
  agent = await installed()
})

const installed = (more: { capabilities?: string[]; payload?: Record<string, unknown> } = {}) =>
  seedInstalled(server.sql, {
    workspaceId: world.workspaces.acme.id,
    userId: world.users.ben.id,
    pages: [world.pages.roadmap.id],
    ...more,
  })

async function connect(token: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  const headers = { authorization: `Bearer ${token}` }
  const transport = new StreamableHTTPClientTransport(new URL(`${server.base}/mcp`), {
    requestInit: { headers },
  })
  await client.connect(transport)
  return client
}

type Told = { isError?: boolean; content: { text: string }[] }
const use = async (client: Client, name: string, sent: Record<string, unknown>) => {
  const { isError = false, content } = (await client.callTool({ name, arguments: sent })) as Told
  return { isError, text: content[0]!.text }
}
const found = async (client: Client, name: string, sent: Record<string, unknown> = {}) =>
  JSON.parse((await use(client, name, sent)).text)
const titles = ({ pages }: { pages: { title: string }[] }) => pages.map(page => page.title)

describe('an agent with a token', () => {
  it('lists its tools', async () => {
    const { tools } = await (await connect(agent.token)).listTools()
    expect(tools.map(tool => tool.name)).toEqual([
      'search_pages',
      'list_pages',
      'get_page',
      'update_page_title',
      'create_page',
    ])
  })

  it('finds, lists and reads the pages that were chosen', async () => {
    const client = await connect(agent.token)
    expect(titles(await found(client, 'search_pages', { query: 'quarter' }))).toEqual(['Quarter One'])
    expect(titles(await found(client, 'list_pages'))).toEqual(['Roadmap', 'Quarter One', 'Launch'])
    const below = await found(client, 'list_pages', { parent_id: world.pages.roadmap.id })
    expect(titles(below)).toEqual(['Quarter One'])
    expect(await found(client, 'get_page', { page_id: world.pages.quarter.id })).toMatchObject({
      title: 'Quarter One',
      parent_id: world.pages.roadmap.id,
    })
  })

  it('is told where a page can be shared, in the same words for one that does not exist', async () => {
    const client = await connect(agent.token)
    const hidden = await use(client, 'get_page', { page_id: world.pages.handbook.id })
    const absent = await use(client, 'get_page', { page_id: '99999999-9999-4999-8999-999999999999' })
    const manage = `${server.base}/settings/${world.workspaces.acme.id}/my-connections/${agent.id}/pages`
    expect(hidden.isError).toBe(true)
    expect(hidden.text).toContain(manage)
    expect(absent.text.replace(/9{8}-\S+?9{12}/, world.pages.handbook.id)).toBe(hidden.text)
  })

  it('creates a page and renames it', async () => {
    const client = await connect(agent.token)
    const made = await found(client, 'create_page', { parent_id: world.pages.launch.id, title: 'Notes' })
    await use(client, 'update_page_title', { page_id: made.id, title: 'Minutes' })
    expect(await found(client, 'get_page', { page_id: made.id })).toMatchObject({ title: 'Minutes' })
  })

  it('reads in a sentence what is wrong with an argument', async () => {
    const { isError, text } = await use(await connect(agent.token), 'get_page', { page_id: 'roadmap' })
    expect(isError).toBe(true)
    expect(text).toContain('should be a valid uuid')
  })

  it('is led to ask for a capability that it lacks, beside those that it has', async () => {
    const { token } = await installed({ capabilities: ['read_content'] })
    const answer = await post(token, {
      method: 'tools/call',
      params: { name: 'create_page', arguments: { parent_id: world.pages.launch.id, title: 'No' } },
    })
    expect(answer.status).toBe(403)
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer realm="${server.base}", error="insufficient_scope", scope="read_content insert_content", ` +
        `resource_metadata="${server.base}/.well-known/oauth-protected-resource/mcp"`,
    )
  })
})

const post = (token: string | undefined, message: object, base = server.base) =>
  call(base, '/mcp', {
    token,
    headers: [
      ['content-type', 'application/json'],
      ['accept', 'application/json, text/event-stream'],
    ],
    body: { jsonrpc: '2.0', id: 1, ...message },
  })

describe('without a token in force', () => {
  it('refuses any other method with 405 and Allow, also TRACE', async () => {
    for (const method of ['TRACE', 'PUT', 'HEAD']) {
      const { status, headers } = await call(server.base, '/mcp', { method })
      expect([method, status, headers.allow]).toEqual([method, 405, expect.stringContaining('POST')])
    }
  })

  it('learns where the resource describes itself, and the least scope', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await call(server.base, '/mcp', { method })
      expect([method, answer.status]).toEqual([method, 401])
      expect(answer.headers['www-authenticate']).toBe(
        `Bearer resource_metadata="${server.base}/.well-known/oauth-protected-resource/mcp", scope="read_content"`,
      )
    }
  })

  it('is refused with a token of another resource, or one that has ended', async () => {
    const foreign = await installed({ payload: { aud: 'https://elsewhere.test/mcp' } })
    expect((await post(foreign.token, { method: 'tools/list' })).status).toBe(401)
    const ended = await installed()
    await server.sql(`update installations set state = 'revoked', state_reason = 'by-member' where id = $1`, [
      ended.id,
    ])
    expect((await post(ended.token, { method: 'tools/list' })).json).toMatchObject({ code: 'unauthorized' })
  })
})

describe('where the operator narrows it', () => {
  it('no tool changes pages, or the address is gone with its metadata', async () => {
    const narrow = await startServer({ PARTNER_API: 'read' })
    const off = await startServer({ MCP: 'off' })
    try {
      const { users, workspaces } = await seedWorld(narrow.sql)
      const reader = { workspaceId: workspaces.acme.id, userId: users.ben.id, pages: [] }
      const { token } = await seedInstalled(narrow.sql, reader)
      const answer = await post(token, { method: 'tools/list' }, narrow.base)
      expect(answer.text).toContain('get_page')
      expect(answer.text).not.toContain('create_page')
      expect((await call(off.base, '/mcp', { method: 'GET' })).status).toBe(404)
      const metadata = '/.well-known/oauth-protected-resource'
      expect((await call(off.base, `${metadata}/mcp`)).status).toBe(404)
      expect((await call(off.base, metadata)).status).toBe(200)
    } finally {
      await narrow.close()
      await off.close()
    }
  })
})
