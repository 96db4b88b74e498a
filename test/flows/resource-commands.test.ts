import { beforeAll, describe, expect, it } from '@jest/globals'
import { call } from '../support/api.ts'
import { latchkey } from '../support/command.ts'
import { seedInstalled } from '../support/installed.ts'
import { basic, post } from '../support/oauth.ts'
import { openWorld } from '../support/open-world.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
let env: Record<string, string>
let host: SeededConnection
const notes = 'https://notes.example.com/mcp'

beforeAll(async () => {
  env = { DATABASE_URL: server.databaseUrl, DATA_DIR: server.config.dataDir, ISSUER: server.base }
  host = await seedConnection(server.sql, { name: 'Notes', resource_server: true })
})

const run = (...args: string[]) => latchkey(['resource', ...args], env)
const add = (url: string, connection = host.id) => run('add', url, '--connection', connection)

/** What the resource server learns of a token, by introspection, access checks and AuthZEN. */
async function asked(token: string) {
  const credentials = basic(host.id, host.secret)
  const headers: [string, string][] = [['authorization', credentials.authorization]]
  const [introspected, checked, decided] = await Promise.all([
    post(`${server.base}/v1/oauth/introspect`, { token }, credentials),
    call(server.base, '/v1/access-checks', {
      method: 'POST',
      headers,
      body: { token, capability: 'read_content', page_ids: [world.pages.roadmap.id] },
    }),
    call(server.base, '/access/v1/evaluation', {
      method: 'POST',
      headers,
      body: {
        subject: { type: 'token', id: token },
        action: { name: 'read_content' },
        resource: { type: 'page', id: world.pages.roadmap.id },
      },
    }),
  ])
  expect(introspected.json.aud).toBe(checked.json.aud)
  return [introspected.json.active, checked.json.active, decided.json.decision, checked.json.aud]
}

const tokenFor = async (aud: string | undefined) =>
  (
    await seedInstalled(server.sql, {
      workspaceId: world.workspaces.acme.id,
      userId: world.users.ben.id,
      pages: [world.pages.roadmap.id],
      payload: aud === undefined ? {} : { aud },
    })
  ).token

describe('a resource of a resource server', () => {
  it('is added once in its one form, listed and removed, and decides whose tokens the server sees', async () => {
    const [own, ours] = [await tokenFor(notes), await tokenFor(undefined)]
    expect(await asked(own)).toEqual([false, false, false, undefined])
    expect(await asked(ours)).toEqual([true, true, true, server.base])

    const added = await run('add', 'HTTPS://Notes.example.com:443/mcp/', '--connection', host.id, '--json')
    expect(added.json()).toEqual({ resource: notes, connection_id: host.id })
    expect((await add(notes)).code).toBe(0)
    expect(await asked(own)).toEqual([true, true, true, notes])
    expect(await asked(ours)).toEqual([false, false, false, undefined])
    expect((await run('list', '--json')).json()).toMatchObject([{ resource: notes, connection_id: host.id }])
    expect((await run('list')).out).toBe(`${notes}  ${host.id}  Notes\n`)

    expect((await run('remove', `${notes}/`)).out).toBe(`No more tokens are issued for ${notes}.\n`)
    expect(await asked(own)).toEqual([false, false, false, undefined])
    expect(await asked(ours)).toEqual([true, true, true, server.base])
    expect(await run('remove', notes)).toMatchObject({
      code: 1,
      err: `latchkey: There is no resource ${notes}.\n`,
    })
  })

  it('is refused with a sentence that says what to do', async () => {
    const [other, plain] = [
      await seedConnection(server.sql, { resource_server: true }),
      await seedConnection(server.sql),
    ]
    await add('https://taken.example.com', other.id)
    const absent = '99999999-9999-4999-8999-999999999999'
    const refusals: [...Parameters<typeof add>, number, string][] = [
      ['notes', host.id, 2, 'is no address of an API'],
      ['https://a.test/#part', host.id, 2, 'is no address of an API'],
      ['https://me@a.test/', host.id, 2, 'is no address of an API'],
      ['https://a.test/?x=1', host.id, 2, 'has a query'],
      ['http://a.test/mcp', host.id, 2, 'elsewhere use https'],
      [`${server.base}/mcp`, host.id, 2, "one of this server's own addresses"],
      ['https://a.test/mcp', 'notes', 2, '--connection is no UUID'],
      ['https://a.test/mcp', absent, 1, `There is no connection ${absent}`],
      ['https://a.test/mcp', plain.id, 1, 'is no resource server'],
      ['https://taken.example.com/', host.id, 1, 'belongs to another connection'],
    ]
    for (const [url, connection, code, sentence] of refusals) {
      const refused = await add(url, connection)
      expect([url, refused.code, refused.err]).toEqual([url, code, expect.stringContaining(sentence)])
    }
  })
})
