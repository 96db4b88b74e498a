import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { type Answer, call, type Sent } from '../support/api.ts'
import { type Installed, seedInstalled, sha256 } from '../support/installed.ts'
import { openWorld } from '../support/open-world.ts'

const { server, world } = await openWorld()
const page = `/v1/pages/${world.pages.handbook.id}`
let relay: Installed

beforeAll(async () => {
  relay = await installedBy(world.users.ben.id)
})

const installedBy = (userId: string, payload?: Record<string, unknown>) =>
  seedInstalled(server.sql, {
    workspaceId: world.workspaces.acme.id,
    userId,
    pages: [world.pages.handbook.id],
    payload,
  })
const ask = (path: string, sent: Sent = {}) => call(server.base, path, sent)

function expectUnauthorized(answer: Answer): void {
  expect(answer.json).toEqual({
    object: 'error',
    status: 401,
    code: 'unauthorized',
    message: 'API token is invalid.',
    request_id: answer.headers['x-request-id'],
  })
  expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="[^"]+", error="invalid_token"/)
  expect(answer.headers['x-notion-request-id']).toBe(answer.headers['x-request-id'])
}

describe('a token in the wrong place', () => {
  it('is ignored in the address, and refused beside another one', async () => {
    const none = await ask(`${page}?access_token=${relay.token}`)
    expect(none.status).toBe(401)
    expect(none.headers['www-authenticate']).toBe(
      `Bearer resource_metadata="${server.base}/.well-known/oauth-protected-resource", scope="read_content"`,
    )
    const both = await ask(`${page}?access_token=${relay.token}`, { token: relay.token })
    expect(both.json).toMatchObject({ status: 400, code: 'invalid_request' })
    expect(both.headers['www-authenticate']).toContain('error="invalid_request"')
  })

  it('is refused in two Authorization headers, whichever of them is good', async () => {
    const bad = newTokenValue('lka_')
    for (const pair of [
      [relay.token, bad],
      [bad, relay.token],
      [relay.token, relay.token],
    ]) {
      const headers = pair.map(token => ['Authorization', `Bearer ${token}`] as [string, string])
      expect((await ask(page, { headers })).json).toMatchObject({ status: 400, code: 'invalid_request' })
    }
  })

  it('is refused as Basic, as a list, as a form, and in a body', async () => {
    for (const value of [
      `Basic ${Buffer.from(`${relay.connectionId}:${relay.token}`).toString('base64')}`,
      `Bearer ${relay.token}, Bearer ${relay.token}`,
      `Bearer ${relay.token} x`,
      `Token ${relay.token}`,
      relay.token,
      'Bearer',
      'Bearer ',
    ])
      expectUnauthorized(await ask(page, { headers: [['authorization', value]] }))
    const inBody = await ask('/v1/search', { body: `access_token=${relay.token}` })
    expect(inBody.status).toBe(401)
  })

  it('is accepted in any case of the scheme', async () => {
    for (const scheme of ['bearer', 'BEARER', 'bEaReR'])
      expect((await ask(page, { headers: [['authorization', `${scheme} ${relay.token}`]] })).status).toBe(200)
  })
})

describe('an unknown token', () => {
  it('is answered with one sentence for every reason', async () => {
    const last = relay.token.at(-1) === 'A' ? 'B' : 'A'
    for (const token of [
      newTokenValue('lka_'),
      newTokenValue('lki_'),
      newTokenValue('lkr_'),
      newTokenValue('lks_'),
      relay.token.slice(0, -1) + last,
      relay.token.toUpperCase(),
      relay.token.replace('lka_', 'lki_'),
      'lka_',
      `lka_${'0'.repeat(36)}`,
      `lka_${'9'.repeat(6_000)}`,
      `'; drop table access_tokens; --`,
    ])
      expectUnauthorized(await ask(page, { token }))
  })

  it('is refused when it was asked for another resource', async () => {
    const elsewhere = await installedBy(world.users.ada.id, { aud: 'https://api.elsewhere.test' })
    expectUnauthorized(await ask(page, { token: elsewhere.token }))
    const lookalike = await installedBy(world.users.ada.id, { aud: `${server.base}.evil.test` })
    expectUnauthorized(await ask(page, { token: lookalike.token }))
    const here = await installedBy(world.users.ada.id, { aud: server.base })
    expect((await ask(page, { token: here.token })).status).toBe(200)
  })

  it('is refused as a bearer token when it is bound to a key', async () => {
    const bound = await installedBy(world.users.ada.id, { jkt: 'thumbprint' })
    expectUnauthorized(await ask(page, { token: bound.token }))
  })

  it('does not learn what is wrong with the rest of its request', async () => {
    const token = newTokenValue('lka_')
    expectUnauthorized(await ask('/v1/pages/no-uuid', { token }))
    expectUnauthorized(await ask('/v1/search', { token, body: '{' }))
    expectUnauthorized(await ask('/v1/search', { token, body: { page_size: 0 } }))
    expectUnauthorized(await ask('/v1/users?page_size=0', { token }))
    expectUnauthorized(await ask('/v1/pages', { token, body: {} }))
  })
})

describe('a page that is not the bearer’s', () => {
  const but = (answer: Answer) => answer.text.replaceAll(answer.json.request_id, '')
  /** Headers that differ from one answer to the next for any request. */
  const shape = ({ headers: { date, 'x-request-id': _, 'x-notion-request-id': __, ...rest } }: Answer) => rest

  it('is answered byte for byte like one that does not exist', async () => {
    const id = randomUUID()
    const path = `/v1/pages/${id}`
    const missing = await ask(path, { token: relay.token })
    expect(missing.json).toMatchObject({ status: 404, code: 'object_not_found' })
    const acme = world.workspaces.acme.id
    await server.sql(
      `with page as (insert into pages (workspace_id, id, title) values ($1, $2, 'Secret'))
       insert into page_paths (workspace_id, page_id, path) values ($1, $2, array[$2]::uuid[])`,
      [acme, id],
    )
    const withheld = await ask(path, { token: relay.token })
    expect([but(withheld), shape(withheld)]).toEqual([but(missing), shape(missing)])
    for (const [method, at] of [
      ['GET', `/v1/blocks/${id}/children`],
      ['PATCH', path],
    ] as const) {
      const answer = await ask(at, { method, token: relay.token })
      expect(answer.json).toMatchObject({ status: 404, code: 'object_not_found' })
      expect(answer.text).not.toContain('Secret')
    }
  })

  it('in another workspace is not found with a token of this one, and is in no listing', async () => {
    const answer = await ask(`/v1/pages/${world.pages.ideas.id}`, { token: relay.token })
    expect(answer.json.code).toBe('object_not_found')
    const { json } = await ask('/v1/search', { token: relay.token, body: { query: 'Ideas' } })
    expect(json.results).toEqual([])
  })

  it('after it is de-selected is refused on the next call', async () => {
    expect((await ask(page, { token: relay.token })).status).toBe(200)
    await server.sql('delete from page_grants where installation_id = $1', [relay.id])
    expect((await ask(page, { token: relay.token })).json.code).toBe('object_not_found')
    expect((await ask('/v1/search', { token: relay.token, body: {} })).json.results).toEqual([])
  })
})

describe('the value of a token', () => {
  it('is not stored, only its hash is', async () => {
    const { token } = await installedBy(world.users.ada.id)
    expect((await ask(page, { token })).status).toBe(200)
    const tables = await server.sql<{ name: string }>(
      `select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public'`,
    )
    for (const { name } of tables) {
      const rows = await server.sql(`select 1 from ${name} t where t::text like '%' || $1 || '%'`, [token])
      expect({ name, rows }).toEqual({ name, rows: [] })
    }
    expect(
      await server.sql('select 1 from access_tokens where token_hash = $1', [sha256(token)]),
    ).toHaveLength(1)
  })

  it('is not repeated in any refusal', async () => {
    const token = newTokenValue('lka_')
    for (const path of [page, '/v1/nowhere', `/v1/pages/${token}`, `/v1/users/${token}`])
      expect((await ask(path, { token })).text).not.toContain(token)
  })
})
