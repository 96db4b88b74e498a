import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Capability } from '../../src/installs/capability.ts'
import { type Access, openAccess } from '../../src/storage/postgres/access.ts'
import { archivePage, movePage } from '../../src/storage/postgres/directory/pages.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { openClone } from '../support/database.ts'
import {
  grantPage,
  type Installed,
  seedAccessToken,
  seedInstalled,
  seedStandingToken,
  sha256,
} from '../support/installed.ts'
import { type SeededPage, seedPage, seedWorld, type World } from '../support/seed.ts'

let clone: Awaited<ReturnType<typeof openClone>>
let access: Access
let world: World
const sql = (text: string, values?: unknown[]) => clone.source.query(text, values)

beforeAll(async () => {
  clone = await openClone()
  access = openAccess(poolOf(clone.source))
  world = await seedWorld(sql)
})
afterAll(() => clone.drop())

/** May the token do that to this page, now? Asked both ways, for one page and for many. */
async function may(
  token: string,
  page: { id: string },
  capability: Capability = 'read_content',
  now = new Date(),
): Promise<boolean> {
  const presented = { kind: token.startsWith('lki_') ? 'internal' : 'access', hash: sha256(token) } as const
  const one = await access.page(presented, page.id, now)
  const many = await access.pages(presented, [page.id, randomUUID()], now)
  expect(many?.reached ?? []).toEqual(one?.page ? [page.id] : [])
  return one?.page != null && one.bearer.capabilities.includes(capability)
}

/** The token may before, may not while the change stands, and may again when it is taken back. */
async function only(
  installed: Installed,
  page: { id: string },
  change: () => Promise<unknown>,
  back: () => Promise<unknown>,
): Promise<void> {
  expect(await may(installed.token, page)).toBe(true)
  await change()
  expect(await may(installed.token, page)).toBe(false)
  await back()
  expect(await may(installed.token, page)).toBe(true)
}

const installedBy = (
  user: 'ada' | 'ben' | 'cleo',
  pages: SeededPage[],
  more: { scope?: string; capabilities?: string[] } = {},
) =>
  seedInstalled(sql, {
    workspaceId: world.workspaces.acme.id,
    userId: world.users[user].id,
    pages: pages.map(page => page.id),
    ...more,
  })

describe('a bearer reaches a page', () => {
  it('when a grant is on the page or on an ancestor, not when it is on a sibling, a child or nothing', async () => {
    const { roadmap, quarter, launch, handbook } = world.pages
    const { token } = await installedBy('cleo', [quarter])
    expect(await may(token, quarter)).toBe(true)
    expect(await may(token, launch)).toBe(true)
    expect(await may(token, roadmap)).toBe(false)
    expect(await may(token, handbook)).toBe(false)
    expect(await may(token, { id: randomUUID() })).toBe(false)
  })

  it('and is told of the parent only when it reaches the parent too', async () => {
    const { quarter, launch } = world.pages
    const { token } = await installedBy('cleo', [quarter])
    const presented = { kind: 'access', hash: sha256(token) } as const
    expect((await access.page(presented, quarter.id, new Date()))?.page?.parentReached).toBe(false)
    expect((await access.page(presented, launch.id, new Date()))?.page?.parentReached).toBe(true)
  })

  it('in its own workspace, and in no other', async () => {
    const { token } = await installedBy('ada', [world.pages.handbook])
    expect(await may(token, world.pages.ideas)).toBe(false)
  })

  it('when the same id names a page in two workspaces: each bearer its own', async () => {
    const id = world.pages.handbook.id
    const other = randomUUID()
    await sql(`insert into workspaces (id, name, plan) values ($1, 'Other', 'free')`, [other])
    await sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'owner')`, [
      other,
      world.users.dora.id,
    ])
    await sql(
      `with page as (insert into pages (workspace_id, id, title) values ($1, $2, 'Theirs'))
       insert into page_paths (workspace_id, page_id, path) values ($1, $2, array[$2]::uuid[])`,
      [other, id],
    )
    const ours = await installedBy('ada', [world.pages.handbook])
    const theirs = await seedInstalled(sql, { workspaceId: other, userId: world.users.dora.id, pages: [id] })
    const title = async (token: string) =>
      (await access.page({ kind: 'access', hash: sha256(token) }, id, new Date()))?.page?.title
    expect(await title(ours.token)).toBe('Handbook')
    expect(await title(theirs.token)).toBe('Theirs')
  })
})

describe('the installation', () => {
  it.each(['pending', 'suspended', 'revoked'])('must be active, not %s', async state => {
    const installed = await installedBy('cleo', [world.pages.handbook])
    const set = (to: string) => sql('update installations set state = $2 where id = $1', [installed.id, to])
    await only(
      installed,
      world.pages.handbook,
      () => set(state),
      () => set('active'),
    )
  })

  it.each(['disabled_at', 'deleted_at'])('must be of a connection without %s', async column => {
    const installed = await installedBy('cleo', [world.pages.handbook])
    const set = (to: string) =>
      sql(`update connections set ${column} = ${to} where id = $1`, [installed.connectionId])
    await only(
      installed,
      world.pages.handbook,
      () => set('now()'),
      () => set('null'),
    )
  })

  it('loses a page with its grant', async () => {
    const installed = await installedBy('cleo', [world.pages.handbook, world.pages.quarter])
    const { id } = world.pages.quarter
    await only(
      installed,
      world.pages.launch,
      () => sql('delete from page_grants where installation_id = $1 and page_id = $2', [installed.id, id]),
      () => grantPage(sql, world.workspaces.acme.id, installed.id, id, world.users.cleo.id),
    )
    expect(await may(installed.token, world.pages.handbook)).toBe(true)
  })
})

describe('a capability', () => {
  it('must be in the token and in the installation, both', async () => {
    const page = world.pages.handbook
    const narrowToken = await installedBy('cleo', [page], { scope: 'read_content openid' })
    expect(await may(narrowToken.token, page, 'read_content')).toBe(true)
    expect(await may(narrowToken.token, page, 'update_content')).toBe(false)

    const narrowed = await installedBy('cleo', [page], { scope: 'read_content update_content' })
    await sql(`update installations set capabilities = '{read_content}' where id = $1`, [narrowed.id])
    expect(await may(narrowed.token, page, 'read_content')).toBe(true)
    expect(await may(narrowed.token, page, 'update_content')).toBe(false)
  })

  it('is missing altogether from a token without a scope', async () => {
    const { token } = await installedBy('cleo', [world.pages.handbook], { scope: '' })
    expect(await may(token, world.pages.handbook)).toBe(false)
  })
})

describe('a page', () => {
  it('is out of reach while it or an ancestor is archived', async () => {
    const installed = await installedBy('cleo', [world.pages.roadmap])
    for (const page of [world.pages.launch, world.pages.quarter, world.pages.roadmap]) {
      const set = (archived: boolean) =>
        archivePage(poolOf(clone.source), {
          workspaceId: world.workspaces.acme.id,
          id: page.id,
          archived,
          editedBy: null,
        })
      await only(
        installed,
        world.pages.launch,
        () => set(true),
        () => set(false),
      )
    }
  })

  it('comes into reach when it is moved under a granted one, and leaves when it is moved out', async () => {
    const workspaceId = world.workspaces.acme.id
    const wanderer = await seedPage(sql, workspaceId, 'Wanderer')
    const below = await seedPage(sql, workspaceId, 'Below the wanderer', wanderer)
    const { token } = await installedBy('cleo', [world.pages.handbook])
    expect(await may(token, below)).toBe(false)
    await movePage(poolOf(clone.source), { workspaceId, id: wanderer.id, parentId: world.pages.handbook.id })
    expect(await may(token, below)).toBe(true)
    await movePage(poolOf(clone.source), { workspaceId, id: wanderer.id, parentId: world.pages.roadmap.id })
    expect(await may(token, below)).toBe(false)
    await movePage(poolOf(clone.source), { workspaceId, id: wanderer.id, parentId: null })
    expect(await may(token, wanderer)).toBe(false)
  })
})

describe('the member who granted a page', () => {
  const member = (user: string, role: string) =>
    sql('insert into members (workspace_id, user_id, role) values ($1, $2, $3)', [
      world.workspaces.acme.id,
      user,
      role,
    ])
  const leave = (user: string) =>
    sql('delete from members where workspace_id = $1 and user_id = $2', [world.workspaces.acme.id, user])
  const disable = (user: string, disabled: boolean) =>
    sql('update users set disabled = $2 where id = $1', [user, disabled])

  it('must still be in the workspace, and enabled', async () => {
    const internal = await seedInstalled(sql, {
      workspaceId: world.workspaces.acme.id,
      userId: null,
      pages: [world.pages.handbook.id],
      grantedBy: world.users.cleo.id,
    })
    const cleo = world.users.cleo.id
    await only(
      internal,
      world.pages.handbook,
      () => leave(cleo),
      () => member(cleo, 'member'),
    )
    await only(
      internal,
      world.pages.handbook,
      () => disable(cleo, true),
      () => disable(cleo, false),
    )
  })

  it('must still reach the private root', async () => {
    const installed = await installedBy('ben', [world.pages.diary])
    await only(
      installed,
      world.pages.diary,
      () => sql('delete from page_viewers where page_id = $1', [world.pages.diary.id]),
      () =>
        sql('insert into page_viewers (workspace_id, page_id, user_id) values ($1, $2, $3)', [
          world.workspaces.acme.id,
          world.pages.diary.id,
          world.users.ben.id,
        ]),
    )
  })

  it('has no reach into the private pages of others as an owner', async () => {
    const { token } = await installedBy('ada', [world.pages.diary])
    expect(await may(token, world.pages.diary)).toBe(false)
  })

  it('loses the grant when an open root becomes private to others', async () => {
    const workspaceId = world.workspaces.acme.id
    const root = await seedPage(sql, workspaceId, 'Closing')
    const below = await seedPage(sql, workspaceId, 'Below', root)
    const installed = await installedBy('cleo', [below])
    const set = (to: boolean) => sql('update pages set private = $2 where id = $1', [root.id, to])
    await only(
      installed,
      below,
      () => set(true),
      () => set(false),
    )
  })

  it('reaches as a guest only the roots that list him', async () => {
    const cleo = world.users.cleo.id
    const listed = await seedPage(sql, world.workspaces.acme.id, 'Shared with guests', null, [cleo])
    const installed = await installedBy('cleo', [world.pages.handbook, listed])
    const role = (to: string) =>
      sql('update members set role = $3 where workspace_id = $1 and user_id = $2', [
        world.workspaces.acme.id,
        cleo,
        to,
      ])
    await only(
      installed,
      world.pages.handbook,
      () => role('guest'),
      () => role('member'),
    )
    await role('guest')
    expect(await may(installed.token, listed)).toBe(true)
    await role('member')
  })

  it('does not spoil what another granted on the same branch', async () => {
    const internal = await seedInstalled(sql, {
      workspaceId: world.workspaces.acme.id,
      userId: null,
      pages: [world.pages.roadmap.id],
      grantedBy: world.users.cleo.id,
    })
    await grantPage(sql, world.workspaces.acme.id, internal.id, world.pages.quarter.id, world.users.ben.id)
    await disable(world.users.cleo.id, true)
    expect(await may(internal.token, world.pages.roadmap)).toBe(false)
    expect(await may(internal.token, world.pages.launch)).toBe(true)
    await disable(world.users.cleo.id, false)
  })

  it('may have left where the installer stays, and the installer may not have left where the granter stays', async () => {
    const installed = await installedBy('cleo', [])
    await grantPage(sql, world.workspaces.acme.id, installed.id, world.pages.handbook.id, world.users.ada.id)
    const cleo = world.users.cleo.id
    await only(
      installed,
      world.pages.handbook,
      () => leave(cleo),
      () => member(cleo, 'member'),
    )
    await only(
      installed,
      world.pages.handbook,
      () => disable(cleo, true),
      () => disable(cleo, false),
    )
  })
})

describe('a token', () => {
  it('works until it expires, by the clock that is handed in, and until its authorization does', async () => {
    const { id, token } = await installedBy('cleo', [world.pages.handbook])
    const later = (hours: number) => new Date(Date.now() + hours * 3_600_000)
    expect(await may(token, world.pages.handbook, 'read_content', later(0.9))).toBe(true)
    expect(await may(token, world.pages.handbook, 'read_content', later(1.1))).toBe(false)
    await sql(`update authorizations set expires_at = now() - interval '1 s' where installation_id = $1`, [id])
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

  it('that is bound to a key of its holder is no bearer token', async () => {
    for (const payload of [{ jkt: 'thumbprint' }, { 'x5t#S256': 'thumbprint' }]) {
      const { token } = await seedInstalled(sql, {
        workspaceId: world.workspaces.acme.id,
        userId: world.users.cleo.id,
        pages: [world.pages.handbook.id],
        payload,
      })
      expect(await may(token, world.pages.handbook)).toBe(false)
    }
  })

  it('of an authorization that was never redeemed speaks for nobody', async () => {
    const installed = await installedBy('cleo', [world.pages.handbook])
    await sql('update authorizations set installation_id = null where installation_id = $1', [installed.id])
    expect(await may(installed.token, world.pages.handbook)).toBe(false)
  })

  it('is looked up among its own kind only', async () => {
    const { token } = await installedBy('cleo', [world.pages.handbook])
    expect(await access.bearer({ kind: 'internal', hash: sha256(token) }, new Date())).toBeNull()
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
