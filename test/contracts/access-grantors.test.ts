import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type AccessWorld, openAccessWorld } from '../support/access.ts'
import { grantPage, seedInstalled } from '../support/installed.ts'
import { seedPage, type World } from '../support/seed.ts'

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

  it('reaches as a guest only the roots that list them', async () => {
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
