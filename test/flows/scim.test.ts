import { beforeAll, describe, expect, it } from '@jest/globals'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { allowed } from '../support/allowed.ts'
import { call } from '../support/api.ts'
import { latchkey } from '../support/command.ts'
import { sha256 } from '../support/installed.ts'
import { openWorld } from '../support/open-world.ts'
import { reachedTitles } from '../support/partner.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const { acme, side } = world.workspaces
const bearers: Record<string, string> = { [acme.id]: newTokenValue('lkd_'), [side.id]: newTokenValue('lkd_') }

beforeAll(async () => {
  for (const [workspace, value] of Object.entries(bearers))
    await server.sql(
      `insert into scim_tokens (id, workspace_id, token_hash, hint, created_at)
       values (gen_random_uuid(), $1, $2, 'hint', now())`,
      [workspace, sha256(value)],
    )
})

const scim = (method: string, path: string, body?: unknown, workspace = acme.id) =>
  call(server.base, `/scim/v2/${path}`, {
    method,
    token: bearers[workspace]!,
    headers: [['content-type', 'application/scim+json']],
    body,
  })
const core = 'urn:ietf:params:scim:schemas:core:2.0:'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const patch = (path: string, ...Operations: object[]) =>
  scim('PATCH', path, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations })
const filtered = (kind: string, filter: string) =>
  scim('GET', `${kind}?${new URLSearchParams({ filter, startIndex: '1', count: '100' })}`)
const roleOf = async (userId: string, workspace = acme.id) =>
  (
    await server.sql<{ role: string }>('select role from members where workspace_id = $1 and user_id = $2', [
      workspace,
      userId,
    ])
  )[0]?.role

describe('a directory that writes as Entra does', () => {
  it('looks for somebody, makes them, switches them off by text, and on again', async () => {
    const nobody = await filtered('Users', 'userName eq "nia@acme.test"')
    expect(nobody.json).toMatchObject({ totalResults: 0, Resources: [] })
    const made = await scim('POST', 'Users', {
      schemas: [`${core}User`, enterprise],
      externalId: '0a21f0f2',
      userName: 'nia@acme.test',
      active: true,
      displayName: 'Nia North',
      emails: [{ primary: true, type: 'work', value: 'nia@acme.test' }],
      meta: { resourceType: 'User' },
      name: { formatted: 'Nia North', familyName: 'North', givenName: 'Nia' },
      [enterprise]: { department: 'Design' },
    })
    expect([made.status, made.headers['content-type']]).toEqual([201, 'application/scim+json; charset=utf-8'])
    const { id } = made.json
    expect(made.headers.location).toBe(`${server.base}/scim/v2/Users/${id}`)
    expect(made.json).toMatchObject({ userName: 'nia@acme.test', active: true, externalId: '0a21f0f2' })
    expect(await roleOf(id)).toBe('member')

    const relay = await seedConnection(server.sql)
    await server.sql(
      'update users set password_hash = (select password_hash from users where id = $2) where id = $1',
      [id, world.users.ben.id],
    )
    const { tokens } = await allowed(server, relay, { email: 'nia@acme.test' }, [world.pages.handbook])
    const off = await patch(`Users/${id}`, { op: 'Replace', path: 'active', value: 'False' })
    expect([off.status, off.json.active]).toEqual([200, false])
    await expect(reachedTitles(server.base, tokens.access_token)).rejects.toThrow('401')
    expect(await roleOf(id)).toBeUndefined()
    expect((await filtered('Users', 'externalId eq "0a21f0f2"')).json.Resources).toMatchObject([
      { id, active: false },
    ])

    const on = await patch(`Users/${id}`, {
      op: 'Replace',
      value: { active: true, [`${enterprise}:department`]: 'Art' },
    })
    expect([on.status, on.json.active]).toEqual([200, true])
    expect(await roleOf(id)).toBe('member')
  })

  it('changes names and addresses by paths, and leaves out what is not kept', async () => {
    const { json } = await scim('POST', 'Users', { schemas: [`${core}User`], userName: 'omar@acme.test' })
    await patch(
      `Users/${json.id}`,
      { op: 'Add', path: 'name.givenName', value: 'Omar' },
      { op: 'Replace', path: 'displayName', value: 'Omar South' },
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'omar@acme.test' },
      { op: 'Add', path: `${enterprise}:department`, value: 'Design' },
    )
    const [row] = await server.sql('select name, email from users where id = $1', [json.id])
    expect(row).toEqual({ name: 'Omar South', email: 'omar@acme.test' })
    const renamed = await patch(`Users/${json.id}`, {
      op: 'replace',
      path: 'userName',
      value: 'omar.south@acme.test',
    })
    expect(renamed.json.userName).toBe('omar.south@acme.test')
    expect((await filtered('Users', 'USERNAME Eq "OMAR.SOUTH@acme.test"')).json.totalResults).toBe(1)
  })
})

describe('a directory that writes as Okta does', () => {
  it('replaces a user by PUT, and switches them off by a PATCH without a path', async () => {
    const sent = {
      schemas: [`${core}User`],
      userName: 'pia@acme.test',
      name: { givenName: 'Pia', familyName: 'East' },
      emails: [{ primary: true, value: 'pia@acme.test', type: 'work' }],
      displayName: 'Pia East',
      locale: 'en-US',
      externalId: '00u1',
      groups: [],
      password: 'secret words',
      active: true,
    }
    const { json, text } = await scim('POST', 'Users', sent)
    expect(text).not.toContain('secret words')
    expect((await scim('POST', 'Users', sent)).json).toMatchObject({ status: '409', scimType: 'uniqueness' })
    const put = await scim('PUT', `Users/${json.id}`, { ...sent, id: json.id, displayName: 'Pia West' })
    expect([put.status, put.json.displayName]).toEqual([200, 'Pia West'])
    const off = await patch(`Users/${json.id}`, { op: 'replace', value: { active: false } })
    expect([off.json.active, await roleOf(json.id)]).toEqual([false, undefined])
    expect((await scim('DELETE', `Users/${json.id}`)).status).toBe(204)
    expect((await scim('GET', `Users/${json.id}`)).json).toMatchObject({ status: '404' })
    expect(await server.sql('select from users where id = $1', [json.id])).toHaveLength(1)
  })

  it('keeps groups: members come and go by value, by path and one by one', async () => {
    const [one, other] = [
      (await scim('POST', 'Users', { userName: 'quin@acme.test' })).json.id,
      (await scim('POST', 'Users', { userName: 'rosa@acme.test' })).json.id,
    ]
    const made = await scim('POST', 'Groups', {
      schemas: [`${core}Group`],
      displayName: 'Design',
      members: [{ value: one }],
    })
    expect([made.status, made.json.members.map((member: { value: string }) => member.value)]).toEqual([
      201,
      [one],
    ])
    const group = `Groups/${made.json.id}`
    const members = async () =>
      (await scim('GET', group)).json.members.map((member: { value: string }) => member.value)
    await patch(group, { op: 'Add', path: 'members', value: [{ value: other }] })
    expect(await members()).toEqual(expect.arrayContaining([one, other]))
    await patch(group, { op: 'remove', path: `members[value eq "${one}"]` })
    expect(await members()).toEqual([other])
    await patch(group, { op: 'replace', value: { id: made.json.id, displayName: 'Art' } })
    expect((await filtered('Groups', 'displayName eq "art"')).json.Resources).toMatchObject([
      { displayName: 'Art' },
    ])
    await patch(group, {
      op: 'Replace',
      path: 'members',
      value: [{ value: one }, { value: world.users.dora.id }],
    })
    expect(await members()).toEqual([one])
    expect((await scim('POST', 'Groups', { displayName: 'ART' })).status).toBe(409)
    expect((await scim('DELETE', group)).status).toBe(204)
    expect((await scim('DELETE', group)).status).toBe(404)
  })
})

describe('the bearer of one workspace', () => {
  it('finds nobody of another, and changes no person whom another made', async () => {
    const theirs = (await scim('POST', 'Users', { userName: 'sami@side.test', displayName: 'Sami' }, side.id))
      .json
    expect((await scim('GET', `Users/${theirs.id}`)).status).toBe(404)
    for (const [method, body] of [
      ['PUT', { userName: 'sami@side.test' }],
      ['DELETE', undefined],
    ] as const)
      expect((await scim(method, `Users/${theirs.id}`, body)).status).toBe(404)
    expect((await patch(`Users/${theirs.id}`, { op: 'replace', value: { active: false } })).status).toBe(404)

    const joined = await scim('POST', 'Users', { userName: 'sami@side.test', displayName: 'Renamed' })
    expect([joined.status, joined.json.id]).toEqual([201, theirs.id])
    const [row] = await server.sql('select name from users where id = $1', [theirs.id])
    expect(row).toEqual({ name: 'Sami' })
    await scim('DELETE', `Users/${theirs.id}`)
    expect([await roleOf(theirs.id), await roleOf(theirs.id, side.id)]).toEqual([undefined, 'member'])
  })

  it('is needed: without it, with another kind of token, and after it is revoked the answer is 401', async () => {
    const env = {
      DATABASE_URL: server.config.databaseUrl!,
      REDIS_URL: server.config.redisUrl!,
      DATA_DIR: server.config.dataDir,
    }
    const made = (await latchkey(['scim', 'create', '--workspace', acme.id, '--json'], env)).json() as {
      id: string
      secret: string
    }
    const ask = (token?: string) => call(server.base, '/scim/v2/Users', token ? { token } : {})
    expect((await ask(made.secret)).status).toBe(200)
    expect((await latchkey(['scim', 'revoke', made.id], env)).code).toBe(0)
    for (const token of [undefined, made.secret, newTokenValue('lkh_'), 'x'])
      expect(await ask(token)).toMatchObject({
        status: 401,
        json: { schemas: [expect.stringContaining('Error')] },
      })
  })
})

describe('the endpoints', () => {
  it('describe themselves, and list by pages', async () => {
    expect((await scim('GET', 'ServiceProviderConfig')).json).toMatchObject({
      patch: { supported: true },
      filter: { supported: true, maxResults: 200 },
    })
    expect((await scim('GET', 'ResourceTypes')).json.Resources.map((one: { id: string }) => one.id)).toEqual([
      'User',
      'Group',
    ])
    expect((await scim('GET', `Schemas/${core}User`)).json.attributes.length).toBeGreaterThan(5)
    const all = (await scim('GET', 'Users')).json
    const second = (await scim('GET', 'Users?startIndex=2&count=1')).json
    expect(second).toMatchObject({ totalResults: all.totalResults, startIndex: 2, itemsPerPage: 1 })
    expect(second.Resources[0].id).toBe(all.Resources[1].id)
    expect((await scim('GET', 'Users?count=0')).json.Resources).toEqual([])
  })

  it.each([
    ['POST', 'Users', { displayName: 'No address' }, 400, 'invalidValue'],
    ['POST', 'Users', { userName: 'no address' }, 400, 'invalidValue'],
    ['POST', 'Users', [], 400, 'invalidSyntax'],
    ['POST', 'Users', '{', 400, 'invalidSyntax'],
    ['POST', 'Groups', {}, 400, 'invalidValue'],
    ['GET', 'Users?filter=userName+co+%22a%22', undefined, 400, 'invalidFilter'],
    ['GET', 'Users/no-id', undefined, 404, undefined],
    ['GET', 'Nothing', undefined, 404, undefined],
    ['PUT', 'Users', {}, 405, undefined],
  ])('refuse %s %s with %j in their own shape', async (method, path, body, status, scimType) => {
    const refused = await scim(method, path, body)
    expect([refused.status, refused.json.scimType, refused.json.status]).toEqual([
      status,
      scimType,
      `${status}`,
    ])
    expect(refused.json.detail).toEqual(expect.any(String))
  })
})
