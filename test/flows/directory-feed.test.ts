import { createHash, randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { type Answer, call } from '../support/api.ts'
import { whileHeld } from '../support/held-rows.ts'
import { seedInstalled } from '../support/installed.ts'
import { openWorld } from '../support/open-world.ts'

const { server, world } = await openWorld()
const acme = world.workspaces.acme.id
const secret = newTokenValue('lkh_')

async function credential(value: string, scopes: string): Promise<void> {
  await server.sql(
    `insert into admin_credentials (id, name, scopes, secret_hash, hint, created_at)
     values (gen_random_uuid(), $1, $2, $3, 'hint', now())`,
    [`Papertrail ${value.slice(-4)}`, scopes, createHash('sha256').update(value).digest()],
  )
}
beforeAll(() => credential(secret, '{directory}'))

type Line = Record<string, unknown>
const ndjson = (lines: Line[]) => lines.map(line => JSON.stringify(line)).join('\n')
const feed = async (
  lines: Line[] | string,
  { token = secret, type = 'application/x-ndjson', key = '' } = {},
) => {
  const answer = await fetch(`${server.base}/v1/directory`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': type,
      ...(key && { 'idempotency-key': key }),
    },
    body: typeof lines === 'string' ? lines : ndjson(lines),
  })
  return { status: answer.status, json: (await answer.json()) as Answer['json'] }
}
const cursor = async () => (await call(server.base, '/v1/directory/cursor', { token: secret })).json.seq

const page = (more: Line = {}): Line => ({
  ...{ kind: 'page', external_id: 'p-1', workspace_id: acme, parent_id: world.pages.handbook.id },
  ...{ title: 'From the host', seq: 7 },
  ...more,
})
const titles = () => server.sql<{ title: string }>(`select title from pages where external_id = 'p-1'`)

describe('the host product feeds its directory', () => {
  it('with the lines of an import, and asks how far it is', async () => {
    expect(await cursor()).toBeNull()
    const lines = [
      { kind: 'user', external_id: 'u-1', email: 'nia@acme.test', name: 'Nia', seq: 5 },
      { kind: 'member', workspace_id: acme, user_external_id: 'u-1', role: 'member', seq: 6 },
      page(),
    ]
    const first = await feed(lines)
    expect(first).toEqual({
      status: 200,
      json: {
        object: 'directory_batch',
        lines: 3,
        changed: { users: 1, workspaces: 0, members: 1, pages: 1 },
        without_owner: [],
        seq: 7,
      },
    })
    expect((await feed(lines)).json.changed).toEqual({ users: 0, workspaces: 0, members: 0, pages: 0 })
    expect(await cursor()).toBe(7)
    await feed([page({ title: 'Later', seq: 4 })])
    expect(await cursor()).toBe(7)
  })

  it('and a change counts on the next request of a token', async () => {
    const installed = await seedInstalled(server.sql, {
      workspaceId: acme,
      userId: world.users.ben.id,
      pages: [world.pages.handbook.id],
    })
    const read = () => call(server.base, `/v1/pages/${world.pages.handbook.id}`, { token: installed.token })
    expect((await read()).status).toBe(200)
    const closed = {
      kind: 'page',
      id: world.pages.handbook.id,
      workspace_id: acme,
      parent_id: null,
      title: 'Handbook',
    }
    expect((await feed([{ ...closed, private_to: [world.users.cleo.id] }])).status).toBe(200)
    expect((await read()).status).toBe(404)
    await feed([{ ...closed, private_to: null }])
    expect((await read()).status).toBe(200)
  })
})

describe('a batch', () => {
  it('with bad lines is refused as a whole, each with its number and reason', async () => {
    const before = await titles()
    const { status, json } = await feed([page({ title: 'Never' }), { kind: 'page' }, page({ seq: -1 })])
    expect([status, json.code]).toEqual([422, 'unprocessable_content'])
    expect(json.message).toMatch(/^The batch was refused as a whole\. Line 2: /)
    expect(json.additional_data.lines).toEqual([
      { line: 2, message: expect.any(String) },
      { line: 3, message: expect.stringContaining('seq is no whole number') },
    ])
    expect(await titles()).toEqual(before)
    expect(await feed('no json')).toMatchObject({ status: 422 })
  })

  it('that is sent again with its key gets the first answer, and another batch with that key is refused', async () => {
    const [key, lines] = [randomUUID(), [page({ title: 'With a key' })]]
    const first = await feed(lines, { key })
    expect(first.json.changed.pages).toBe(1)
    await feed([page({ title: 'In between' })])
    expect(await feed(lines, { key })).toEqual(first)
    expect(await titles()).toEqual([{ title: 'In between' }])
    expect(await feed([page({ title: 'Another' })], { key })).toMatchObject({
      status: 409,
      json: { code: 'conflict_error' },
    })
    const another = newTokenValue('lkh_')
    await credential(another, '{directory}')
    expect((await feed(lines, { key, token: another })).json.changed.pages).toBe(1)
  })

  it('that is sent twice at the same moment with its key is done once, and both get the one answer', async () => {
    const key = randomUUID()
    const lines = [page({ external_id: 'p-twice' })]
    const [one, other] = await Promise.all([feed(lines, { key }), feed(lines, { key })])
    expect(one.json.changed.pages).toBe(1)
    expect(other).toEqual(one)
  })

  it('whose connection to the database is lost half-way changes nothing', async () => {
    const lines = [
      { kind: 'user', external_id: 'u-lost', email: 'lost@acme.test', name: 'Lost' },
      { ...page({ title: 'Lost' }), id: world.pages.handbook.id, parent_id: null, external_id: undefined },
    ]
    const lock = 'select from pages where id = $1 for update'
    const ended = await whileHeld(server.databaseUrl, lock, [world.pages.handbook.id], async () => {
      const fed = feed(lines)
      const end = `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`
      while ((await server.sql(end)).length === 0) await new Promise(resolve => setTimeout(resolve, 10))
      return fed
    })
    expect(ended.status).toBe(503)
    expect(await server.sql(`select from users where email = 'lost@acme.test'`)).toEqual([])
    expect(await server.sql(`select from pages where title = 'Lost'`)).toEqual([])
  })

  it('whose stream is cut in the middle changes nothing', async () => {
    const before = await titles()
    const { hostname, port } = new URL(server.base)
    const socket = connect(Number(port), hostname)
    const part = `${JSON.stringify(page({ title: 'Cut' }))}\n`
    socket.write(
      `POST /v1/directory HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${secret}\r\n` +
        `content-type: application/x-ndjson\r\ncontent-length: 100000\r\n\r\n${part}`,
    )
    await new Promise(resolve => setTimeout(resolve, 100))
    socket.destroy()
    await feed([page({ title: before[0]!.title })])
    expect(await titles()).toEqual(before)
  })

  it('is for a credential with the scope, and for NDJSON alone', async () => {
    const stranger = newTokenValue('lkh_')
    expect((await feed([page()], { token: stranger })).status).toBe(401)
    await credential(stranger, '{logins}')
    expect((await feed([page()], { token: stranger })).status).toBe(403)
    expect(await feed([page()], { type: 'application/json' })).toMatchObject({
      status: 400,
      json: { message: expect.stringContaining('application/x-ndjson') },
    })
    expect((await call(server.base, '/v1/directory', { token: secret })).status).toBe(405)
  })
})
