import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type AccessWorld, openAccessWorld, presented } from '../support/access.ts'
import { seedAccessToken, seedInstalled, seedStandingToken, sha256 } from '../support/installed.ts'
import type { World } from '../support/seed.ts'

let at: AccessWorld
let world: World
let sql: AccessWorld['sql']
let may: AccessWorld['may']
let only: AccessWorld['only']
let installedBy: AccessWorld['installedBy']

beforeAll(async () => {
  at = await openAccessWorld()
  ;({ world, sql, may, only, installedBy } = at)
})
afterAll(() => at.close())

describe('a token', () => {
  it('works until it expires, by the clock that is handed in, and until its authorization does', async () => {
    const { id, token } = await installedBy('cleo', [world.pages.handbook])
    const later = (hours: number) => new Date(Date.now() + hours * 3_600_000)
    expect(await may(token, world.pages.handbook, 'read_content', later(0.9))).toBe(true)
    expect(await may(token, world.pages.handbook, 'read_content', later(1.1))).toBe(false)
    await sql(`update authorizations set expires_at = now() - interval '1 s' where installation_id = $1`, [
      id,
    ])
    expect(await may(token, world.pages.handbook)).toBe(false)
  })

  it('dies with its authorization, and alone when it is revoked alone', async () => {
    const installed = await installedBy('cleo', [world.pages.handbook])
    const made = { workspaceId: world.workspaces.acme.id, userId: world.users.cleo.id }
    const second = await seedAccessToken(sql, made, installed, 'read_content')
    await sql('delete from access_tokens where token_hash = $1', [sha256(second)])
    expect(await may(second, world.pages.handbook)).toBe(false)
    expect(await may(installed.token, world.pages.handbook)).toBe(true)
    await sql('delete from authorizations where installation_id = $1', [installed.id])
    expect(await may(installed.token, world.pages.handbook)).toBe(false)
  })

  it('that is bound to a key of its holder names it, and to a certificate is not in force', async () => {
    const bound = (payload: Record<string, unknown>) =>
      seedInstalled(sql, {
        workspaceId: world.workspaces.acme.id,
        userId: world.users.cleo.id,
        pages: [world.pages.handbook.id],
        payload,
      })
    const [byKey, byCertificate] = [await bound({ jkt: 'thumbprint' }), await bound({ 'x5t#S256': 'x' })]
    const found = await at.access.bearer(presented(byKey.token), new Date())
    expect(found?.jkt).toBe('thumbprint')
    expect(await may(byCertificate.token, world.pages.handbook)).toBe(false)
  })

  it('of an authorization that was never redeemed speaks for nobody', async () => {
    const installed = await installedBy('cleo', [world.pages.handbook])
    await sql('update authorizations set installation_id = null where installation_id = $1', [installed.id])
    expect(await may(installed.token, world.pages.handbook)).toBe(false)
  })

  it('is looked up among its own kind only', async () => {
    const { token } = await installedBy('cleo', [world.pages.handbook])
    expect(await at.access.bearer({ kind: 'internal', hash: sha256(token) }, new Date())).toBeNull()
  })
})

describe('a standing token', () => {
  it('reaches what members granted the internal connection, until it is revoked or its overlap ends', async () => {
    const internal = await seedInstalled(sql, {
      workspaceId: world.workspaces.acme.id,
      userId: null,
      pages: [world.pages.quarter.id],
      grantedBy: world.users.ben.id,
    })
    const newer = await seedStandingToken(sql, world.workspaces.acme.id, internal.id)
    const set = (column: string, value: string) =>
      sql(`update internal_tokens set ${column} = ${value} where token_hash = $1`, [sha256(internal.token)])
    await only(
      internal,
      world.pages.launch,
      () => set('revoked_at', 'now()'),
      () => set('revoked_at', 'null'),
    )
    await only(
      internal,
      world.pages.launch,
      () => set('expires_at', `now() - interval '1 s'`),
      () => set('expires_at', `now() + interval '1 h'`),
    )
    expect(await may(newer, world.pages.launch)).toBe(true)
    expect(await may(newer, world.pages.handbook)).toBe(false)
  })

  it('may do what its installation may, no more', async () => {
    const { token } = await seedInstalled(sql, {
      workspaceId: world.workspaces.acme.id,
      userId: null,
      pages: [world.pages.quarter.id],
      grantedBy: world.users.ben.id,
      capabilities: ['read_content'],
    })
    expect(await may(token, world.pages.quarter, 'read_content')).toBe(true)
    expect(await may(token, world.pages.quarter, 'update_content')).toBe(false)
  })
})
