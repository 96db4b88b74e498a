import { type ChildProcess, spawn } from 'node:child_process'
import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { afterFile } from '../support/after-file.ts'
import { signedIn } from '../support/allowed.ts'
import { call } from '../support/api.ts'
import { seedInstalled } from '../support/installed.ts'
import { McpApplication } from '../support/mcp-client.ts'
import { openWorld } from '../support/open-world.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld({ AGENTS: 'open' })
let notes: string

beforeAll(async () => {
  const host = await seedConnection(server.sql, { name: 'Notes', resource_server: true })
  const port = await freePort()
  notes = `http://localhost:${port}`
  await server.sql('insert into resources values ($1, $2, now())', [`${notes}/mcp`, host.id])
  const child: ChildProcess = spawn(process.execPath, ['examples/mcp-host/server.ts'], {
    env: {
      ...{ PATH: process.env.PATH, PORT: String(port), LATCHKEY: server.base },
      ...{ CLIENT_ID: host.id, CLIENT_SECRET: host.secret },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  afterFile(async () => {
    child.kill()
  })
  await new Promise(resolve => child.stdout!.once('data', resolve))
})

const post = (token: string | undefined, name = 'read_note', more: object = {}) =>
  call(notes, '/mcp', {
    token,
    method: 'POST',
    headers: [
      ['content-type', 'application/json'],
      ['accept', 'application/json, text/event-stream'],
    ],
    body: {
      ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
      params: { name, arguments: { page_id: world.pages.handbook.id, ...more } },
    },
  })
const use = async (client: Client, name: string, sent: object) => {
  const answer = await client.callTool({ name, arguments: { ...sent } })
  const { isError = false, content } = answer as { isError?: boolean; content: { text: string }[] }
  return [isError, content[0]!.text]
}

describe('an MCP server of the host on another origin', () => {
  it('lets an agent in that only has its address, on the pages that its person chose', async () => {
    const agent = new McpApplication(notes, 'http://127.0.0.1:4692/callback', 'Desk')
    expect(await agent.connect()).toBeNull()
    expect(agent.authorizeUrl!.origin).toBe(server.base)
    expect(agent.authorizeUrl!.searchParams.get('resource')).toBe(`${notes}/mcp`)
    const ben = await signedIn(server, world.users.ben)
    await ben.open(agent.authorizeUrl!.href)
    await ben.press('Select pages')
    await ben.press('Allow access', { pages: [world.pages.roadmap.id] })
    await agent.redeem(ben.visit.url)
    const client = (await agent.connect())!
    expect((await client.listTools()).tools.map(tool => tool.name)).toEqual(['read_note', 'write_note'])
    // A page below the ticked one is reached too.
    expect(await use(client, 'read_note', { page_id: world.pages.quarter.id })).toEqual([
      false,
      'There is no note yet.',
    ])
    expect(await use(client, 'read_note', { page_id: world.pages.handbook.id })).toEqual([
      true,
      'Your person did not choose this page.',
    ])
    const token = agent.stored!.access_token
    // It is for that server alone.
    expect((await call(server.base, '/v1/users/me', { token })).status).toBe(401)

    const refused = await post(token, 'write_note', { text: 'x' })
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      403,
      expect.stringContaining('error="insufficient_scope", scope="read_content update_content"'),
    ])
    await ben.open(refused.json.manage_access_url)
    await ben.press('Allow')
    const sent = { page_id: world.pages.roadmap.id, text: 'Ship it.' }
    expect(await use(client, 'write_note', sent)).toEqual([false, 'Written.'])
    expect(await use(client, 'read_note', { page_id: world.pages.roadmap.id })).toEqual([false, 'Ship it.'])
    await server.sql(`update installations set state = 'revoked', state_reason = 'by-member'`)
    expect((await post(token)).status).toBe(401)
  })

  it('refuses what is not for it, and says where to begin', async () => {
    const begin = await post(undefined)
    const metadata = `${notes}/.well-known/oauth-protected-resource/mcp`
    expect([begin.status, begin.headers['www-authenticate']]).toEqual([
      401,
      `Bearer scope="read_content", resource_metadata="${metadata}"`,
    ])
    const described = await call(notes, '/.well-known/oauth-protected-resource/mcp')
    expect(described.json).toEqual({
      resource: `${notes}/mcp`,
      authorization_servers: [server.base],
      scopes_supported: ['read_content'],
      bearer_methods_supported: ['header'],
      resource_name: 'Notes',
    })
    const made = { workspaceId: world.workspaces.acme.id, userId: world.users.cleo.id, pages: [] }
    for (const payload of [{}, { aud: server.base }, { aud: `${notes}/mcp`, jkt: 'bound' }]) {
      const { token } = await seedInstalled(server.sql, { ...made, payload })
      expect([payload, (await post(token)).status]).toEqual([payload, 401])
    }
    const preflight = await call(notes, '/mcp', {
      method: 'OPTIONS',
      headers: [['origin', 'https://app.test']],
    })
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, '*'])
  })
})
