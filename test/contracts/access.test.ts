import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { archivePage, movePage } from '../../src/storage/postgres/directory/pages.ts'
import { type AccessWorld, openAccessWorld, presented } from '../support/access.ts'
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
    expect((await at.access.page(presented(token), quarter.id, new Date()))?.page?.parentReached).toBe(false)
    expect((await at.access.page(presented(token), launch.id, new Date()))?.page?.parentReached).toBe(true)
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
      (await at.access.page(presented(token), id, new Date()))?.page?.title
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
        archivePage(at.pool, {
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
    await movePage(at.pool, { workspaceId, id: wanderer.id, parentId: world.pages.handbook.id })
    expect(await may(token, below)).toBe(true)
    await movePage(at.pool, { workspaceId, id: wanderer.id, parentId: world.pages.roadmap.id })
    expect(await may(token, below)).toBe(false)
    await movePage(at.pool, { workspaceId, id: wanderer.id, parentId: null })
    expect(await may(token, wanderer)).toBe(false)
  })
})
