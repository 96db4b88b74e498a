import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { latchkey } from '../support/command.ts'
import { Person } from '../support/person.ts'
import { seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let world: World
let folder: string
let ben: Person
let id: string

beforeAll(async () => {
  server = await startServer()
  world = await seedWorld(server.sql)
  folder = await mkdtemp(path.join(tmpdir(), 'latchkey-manifest-'))
  ben = new Person(server.base)
  await ben.signIn(world.users.ben.email)
  await ben.open('/developers/new/public')
  await ben.press('Create connection', {
    workspace: world.workspaces.acme.id,
    name: 'Relay',
    redirect_uris: 'https://relay.test/callback',
    capabilities: ['read_content', 'update_content'],
  })
  id = /connections\/([0-9a-f-]{36})/.exec(ben.visit.url)![1]!
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

type Document = Record<string, unknown>

async function exported(): Promise<Document> {
  const answer = await ben.send(`/developers/connections/${id}/manifest.json`)
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="manifest.json"')
  return (await answer.json()) as Document
}

async function show(manifest: unknown): Promise<void> {
  await ben.open(`/developers/connections/${id}/manifest`)
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest)
  await ben.press('Show what would change', { manifest: text })
}

const events = () =>
  server.sql<{ data: Document }>(
    `select data from events where connection_id = $1 and kind = 'connection.updated' order by id`,
    [id],
  )
const row = async () =>
  (await server.sql('select name, redirect_uris, capabilities from connections where id = $1', [id]))[0]

describe('a manifest in the hub', () => {
  it('fits the schema that is published, for everyone, under the address that it names', async () => {
    const document = await exported()
    const answer = await fetch(document.$schema as string)
    expect(answer.headers.get('content-type')).toMatch('application/schema+json')
    expect(answer.headers.get('set-cookie')).toBeNull()
    const schema = (await answer.json()) as Document
    expect(schema.$id).toBe(document.$schema)
    expect(new Ajv2020({ allowUnionTypes: true }).compile(schema)(document)).toBe(true)
  })

  it('applied as it was exported changes nothing, and says so', async () => {
    await show(await exported())
    expect(ben.visit.status).toBe(200)
    expect(ben.text()).toContain('there are no changes')
    expect(await events()).toEqual([])
  })

  it('is reviewed first, applied exactly so, and changes nothing the second time', async () => {
    const wanted = {
      ...(await exported()),
      name: 'Relay Two',
      redirect_uris: ['https://relay.test/two'],
      capabilities: ['read_content'],
    }
    const before = await row()
    await show(wanted)
    const text = ben.text()
    expect(text).toContain('Save these 3 changes?')
    expect(text).toMatch(/Goes: Relay\s.*Comes: Relay Two/)
    expect(text).toContain('Goes: https://relay.test/callback')
    expect(text).toContain('Comes: https://relay.test/two')
    expect(text).toContain('Flows that return to https://relay.test/callback are refused')
    expect(text).toContain('Goes: update_content')
    expect(await row()).toEqual(before)

    await ben.press('Save changes')
    expect(ben.text()).toContain('Saved.')
    expect(await row()).toEqual({
      name: 'Relay Two',
      redirect_uris: ['https://relay.test/two'],
      capabilities: ['read_content'],
    })
    expect(await events()).toEqual([
      {
        data: {
          changed: ['name', 'redirectUris', 'capabilities'],
          redirectUris: { before: ['https://relay.test/callback'], after: ['https://relay.test/two'] },
          capabilities: { before: ['read_content', 'update_content'], after: ['read_content'] },
        },
      },
    ])
    await show(wanted)
    expect(ben.text()).toContain('there are no changes')
    expect(await events()).toHaveLength(1)
  })

  it('comes as a file too', async () => {
    await ben.open(`/developers/connections/${id}/manifest`)
    const file = new File(['{"description":"From a file"}'], 'manifest.json', { type: 'application/json' })
    await ben.upload('Show what would change', 'file', file)
    expect(ben.text()).toContain('Comes: From a file')
    await ben.press('Save change')
    expect(ben.text()).toContain('From a file')
  })

  it('is reviewed again when somebody else changed the connection meanwhile', async () => {
    await show({ name: 'Mine' })
    await server.sql(`update connections set developer_name = 'Somebody' where id = $1`, [id])
    await ben.press('Save change')
    expect(ben.visit.status).toBe(409)
    expect(ben.text()).toContain('Somebody else has changed this connection')
    await ben.press('Save change')
    expect(await row()).toMatchObject({ name: 'Mine' })
    const [kept] = await server.sql('select developer_name from connections where id = $1', [id])
    expect(kept).toEqual({ developer_name: 'Somebody' })
  })

  it('is refused with every reason, and stays in the box', async () => {
    await show('{"name": }')
    expect(ben.visit.status).toBe(400)
    expect(ben.text()).toContain('The manifest is no JSON')
    expect(ben.visit.$('textarea[name=manifest]').val()).toBe('{"name": }')
    await show({ name: '', redirect_uris: ['http://relay.test/'], website: 'javascript:alert(1)' })
    expect(ben.text()).toContain('name must have 1 to 200 characters.')
    expect(ben.text()).toContain('redirect_uris: "http://relay.test/" has http with the host relay.test')
    expect(ben.text()).toContain('website must begin with https://')
    await show({ id: world.workspaces.acme.id, name: 'x' })
    expect(ben.text()).toContain('id is of another connection')
    await show({ kind: 'internal' })
    expect(ben.text()).toContain('kind cannot be changed')
    await show('')
    expect(ben.text()).toContain('Paste a manifest, or choose a file.')
  })
})

describe('latchkey connection apply', () => {
  const env = () => ({
    DATABASE_URL: server.config.databaseUrl!,
    REDIS_URL: server.config.redisUrl!,
    DATA_DIR: server.config.dataDir,
  })
  async function apply(manifest: unknown, ...args: string[]) {
    const file = path.join(folder, 'manifest.json')
    await writeFile(file, JSON.stringify(manifest))
    return latchkey(['connection', 'apply', file, ...args], env())
  }

  it('says what changes, changes it, and the second time nothing', async () => {
    const manifest = { ...(await exported()), name: 'From the shell', require_pkce: true }
    const dry = await apply(manifest, '--dry-run')
    expect([dry.code, dry.err]).toEqual([0, ''])
    expect(dry.out).toContain('- "Mine"\n  + "From the shell"')
    expect(dry.out).toContain('without a PKCE code challenge are refused')
    expect(await row()).toMatchObject({ name: 'Mine' })
    const ended = await apply(manifest, '--json')
    expect(ended.json()).toMatchObject({
      id,
      created: false,
      applied: true,
      changes: [
        { member: 'name', before: 'Mine', after: 'From the shell' },
        { member: 'require_pkce', before: false, after: true },
      ],
    })
    expect(await row()).toMatchObject({ name: 'From the shell' })
    const count = (await events()).length
    expect((await apply(manifest, '--json')).json()).toMatchObject({ applied: false, changes: [] })
    expect(await events()).toHaveLength(count)
  })

  it('registers what has no id once, and finds it again by its name', async () => {
    const manifest = {
      name: 'From a repository',
      redirect_uris: ['https://repo.test/'],
      capabilities: ['read_content'],
    }
    const made = (await apply(manifest, '--json')).json() as Document
    expect(made).toMatchObject({
      created: true,
      applied: true,
      client_secret: expect.stringMatching(/^lks_/),
    })
    expect((await apply(manifest, '--json')).json()).toMatchObject({
      id: made.id,
      created: false,
      applied: false,
    })
    const count = await server.sql('select from connections where name = $1', [manifest.name])
    expect(count).toHaveLength(1)
    // A connection of a developer with the same name is not taken for it.
    const own = await apply({ ...manifest, name: 'From the shell' }, '--json')
    expect((own.json() as Document).id).not.toBe(id)
  })

  it('refuses in one sentence what is wrong', async () => {
    const refused = async (words: RegExp, manifest: unknown, ...args: string[]) => {
      const ended = await apply(manifest, ...args)
      expect([ended.code, ended.out]).toEqual([1, ''])
      expect(ended.err).toMatch(words)
    }
    await refused(/"colour" is no member/, { colour: 'blue' })
    await refused(/There is no connection/, { id: world.workspaces.acme.id, name: 'x' })
    await refused(/of another connection/, { id: world.workspaces.acme.id }, '--connection', id)
    const ended = await latchkey(['connection', 'apply', path.join(folder, 'nowhere.json')], env())
    expect([ended.code, ended.err]).toEqual([1, expect.stringContaining('There is no file')])
    expect((await latchkey(['connection', 'apply', '-', '--connection', 'x'], env(), '{}')).code).toBe(2)
  })
})
