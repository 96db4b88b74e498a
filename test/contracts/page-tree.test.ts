import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { archivePage, createPage, movePage, renamePage } from '../../src/storage/postgres/directory/pages.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { openClone } from '../support/database.ts'
import { keptPaths, rightPaths, sameRandom } from '../support/directory.ts'

let database: Awaited<ReturnType<typeof openClone>>
let pool: Pool

beforeAll(async () => {
  database = await openClone()
  pool = poolOf(database.source)
})
afterAll(() => database.drop())

async function newWorkspace(): Promise<string> {
  const id = randomUUID()
  await pool.query(`insert into workspaces (id, name, plan) values ($1, 'Acme', 'free')`, [id])
  return id
}

async function newUser(): Promise<string> {
  const id = randomUUID()
  await pool.query(`insert into users (id, email, name) values ($1, $2, 'Ada')`, [id, `${id}@acme.test`])
  return id
}

async function newPage(workspaceId: string, parentId: string | null = null, id = randomUUID()) {
  const draft = { workspaceId, id, parentId, title: 'Roadmap', icon: null, createdBy: null }
  expect(await createPage(pool, draft)).toEqual({ kind: 'done' })
  return id
}

/** A chain of pages, each below the one before. */
async function newChain(workspaceId: string, length: number): Promise<string[]> {
  const chain: string[] = []
  for (let level = 0; level < length; level++) chain.push(await newPage(workspaceId, chain.at(-1) ?? null))
  return chain
}

describe('the page tree', () => {
  it('keeps every path right through random creations, moves and archivings', async () => {
    const workspace = await newWorkspace()
    const pages: string[] = []
    const random = sameRandom(20_260_101)
    const any = () => pages[random(pages.length)]!
    for (let step = 0; step < 400; step++) {
      const dice = random(10)
      if (pages.length < 5 || dice < 4) pages.push(await newPage(workspace, pages.length ? any() : null))
      else if (dice < 8)
        await movePage(pool, { workspaceId: workspace, id: any(), parentId: random(6) ? any() : null })
      else
        await archivePage(pool, {
          workspaceId: workspace,
          id: any(),
          archived: random(2) === 0,
          editedBy: null,
        })
      if (step % 40 === 0) expect(await keptPaths(pool, workspace)).toEqual(await rightPaths(pool, workspace))
    }
    const standing = await keptPaths(pool, workspace)
    expect(standing).toHaveLength(pages.length)
    expect(standing).toEqual(await rightPaths(pool, workspace))
  })

  it('refuses a page under itself, at any distance', async () => {
    const workspace = await newWorkspace()
    const [root, middle, leaf] = await newChain(workspace, 3)
    for (const parentId of [root!, middle!, leaf!])
      expect(await movePage(pool, { workspaceId: workspace, id: root!, parentId })).toEqual({
        kind: 'refused',
        code: 'page-under-itself',
      })
    expect(await keptPaths(pool, workspace)).toEqual(await rightPaths(pool, workspace))
  })

  it('refuses a parent of another workspace', async () => {
    const [here, there] = [await newWorkspace(), await newWorkspace()]
    const stranger = await newPage(there)
    const own = await newPage(here)
    const refusal = { kind: 'refused', code: 'no-such-page' }
    expect(await movePage(pool, { workspaceId: here, id: own, parentId: stranger })).toEqual(refusal)
    const draft = {
      workspaceId: here,
      id: randomUUID(),
      parentId: stranger,
      title: 'x',
      icon: null,
      createdBy: null,
    }
    expect(await createPage(pool, draft)).toEqual(refusal)
  })

  it('refuses the hundred and first level, on creation and on a move of what has levels below', async () => {
    const workspace = await newWorkspace()
    const chain = await newChain(workspace, 100)
    const refusal = { kind: 'refused', code: 'page-too-deep' }
    const draft = {
      workspaceId: workspace,
      id: randomUUID(),
      parentId: chain[99]!,
      title: 'x',
      icon: null,
      createdBy: null,
    }
    expect(await createPage(pool, draft)).toEqual(refusal)
    const other = await newChain(workspace, 2)
    expect(await movePage(pool, { workspaceId: workspace, id: other[0]!, parentId: chain[98]! })).toEqual(
      refusal,
    )
    expect(await movePage(pool, { workspaceId: workspace, id: other[1]!, parentId: chain[98]! })).toEqual({
      kind: 'done',
    })
    expect(await keptPaths(pool, workspace)).toEqual(await rightPaths(pool, workspace))
  })

  it('makes a private root open again when it goes below an open page, and private as a root for those listed', async () => {
    const workspace = await newWorkspace()
    const [ada, ben] = [await newUser(), await newUser()]
    const id = randomUUID()
    const draft = { workspaceId: workspace, id, parentId: null, title: 'Diary', icon: null, createdBy: ada }
    await createPage(pool, { ...draft, viewers: [ada, ada] })
    const viewers = async () =>
      (await pool.query('select user_id from page_viewers where page_id = $1', [id])).rows.map(
        row => row.user_id,
      )
    const isPrivate = async () =>
      (await pool.query('select private from pages where id = $1', [id])).rows[0].private
    expect([await isPrivate(), await viewers()]).toEqual([true, [ada]])
    await movePage(pool, { workspaceId: workspace, id, parentId: await newPage(workspace) })
    expect([await isPrivate(), await viewers()]).toEqual([false, []])
    await movePage(pool, { workspaceId: workspace, id, parentId: null, viewers: [ben] })
    expect([await isPrivate(), await viewers()]).toEqual([true, [ben]])
  })

  it('changes title and icon apart from one another', async () => {
    const workspace = await newWorkspace()
    const ada = await newUser()
    const id = await newPage(workspace)
    const change = { workspaceId: workspace, id, editedBy: ada }
    await renamePage(pool, { ...change, icon: '🗺️' })
    await renamePage(pool, { ...change, title: 'Plan' })
    const read = () => pool.query('select title, icon, last_edited_by from pages where id = $1', [id])
    expect((await read()).rows[0]).toEqual({ title: 'Plan', icon: '🗺️', last_edited_by: ada })
    await renamePage(pool, { ...change, icon: null })
    expect((await read()).rows[0]).toMatchObject({ title: 'Plan', icon: null })
    expect(await renamePage(pool, { ...change, id: randomUUID(), title: 'x' })).toMatchObject({
      code: 'no-such-page',
    })
  })

  it('keeps nothing when what belongs to the change fails', async () => {
    const workspace = await newWorkspace()
    const draft = {
      workspaceId: workspace,
      id: randomUUID(),
      parentId: null,
      title: 'x',
      icon: null,
      createdBy: null,
    }
    const fault = new Error('the event could not be written')
    await expect(createPage(pool, draft, () => Promise.reject(fault))).rejects.toBe(fault)
    expect(await keptPaths(pool, workspace)).toEqual([])
  })

  it('takes twenty moves at once against each other and ends in a tree', async () => {
    const workspace = await newWorkspace()
    const roots = await Promise.all(Array.from({ length: 8 }, () => newPage(workspace)))
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        movePage(pool, { workspaceId: workspace, id: roots[i % 8]!, parentId: roots[(i * 3 + 1) % 8]! }),
      ),
    )
    expect(await keptPaths(pool, workspace)).toEqual(await rightPaths(pool, workspace))
  })
})

describe('the database, for any writer', () => {
  const attempt = async (statements: [string, unknown[]][]) => {
    const client = await pool.connect()
    try {
      await client.query('begin')
      for (const [text, values] of statements) await client.query(text, values)
      await client.query('commit')
      return 'kept'
    } catch (error) {
      await client.query('rollback')
      return (error as { constraint?: string }).constraint
    } finally {
      client.release()
    }
  }
  const insert = 'insert into pages (workspace_id, id, parent_id, title) values ($1, $2, $3, $4)'

  it('refuses a page without a path', async () => {
    expect(await attempt([[insert, [await newWorkspace(), randomUUID(), null, 'x']]])).toBe(
      'page_paths_stand_right',
    )
    const workspace = await newWorkspace()
    const [, child] = await newChain(workspace, 2)
    expect(await attempt([['delete from page_paths where page_id = $1', [child]]])).toBe(
      'page_paths_stand_right',
    )
  })

  it('removes the pages of a workspace with it, and their paths', async () => {
    const workspace = await newWorkspace()
    await newChain(workspace, 5)
    await pool.query('delete from workspaces where id = $1', [workspace])
    const { rows } = await pool.query('select from pages where workspace_id = $1', [workspace])
    expect([rows, await keptPaths(pool, workspace)]).toEqual([[], []])
  })

  it('refuses a page in a workspace that does not exist', async () => {
    const insertBoth = `with page as (insert into pages (workspace_id, id, title) values ($1, $2, ''))
      insert into page_paths (workspace_id, page_id, path) values ($1, $2, array[$2::uuid])`
    expect(await attempt([[insertBoth, [randomUUID(), randomUUID()]]])).toBe('pages_workspace_exists')
  })

  it('refuses a cycle made by two pages that are each the other’s parent', async () => {
    const workspace = await newWorkspace()
    const [one, two] = [await newPage(workspace), await newPage(workspace)]
    const turn = 'update pages set parent_id = $3 where workspace_id = $1 and id = $2'
    const path = 'update page_paths set path = $3::uuid[] where workspace_id = $1 and page_id = $2'
    expect(
      await attempt([
        [turn, [workspace, one, two]],
        [turn, [workspace, two, one]],
      ]),
    ).toBe('page_paths_stand_right')
    expect(
      await attempt([
        [turn, [workspace, one, two]],
        [path, [workspace, one, [two, one]]],
        [turn, [workspace, two, one]],
        [path, [workspace, two, [two, one, two]]],
      ]),
    ).toBe('page_paths_stand_right')
  })

  it('refuses a cycle of new pages written in one statement', async () => {
    const workspace = await newWorkspace()
    const [one, two] = [randomUUID(), randomUUID()]
    expect(
      await attempt([
        [
          `with both_pages as (insert into pages (workspace_id, id, parent_id, title) values ($1, $2, $3, ''), ($1, $3, $2, ''))
           insert into page_paths (workspace_id, page_id, path) values ($1, $2, array[$3, $2]::uuid[]), ($1, $3, array[$2, $3]::uuid[])`,
          [workspace, one, two],
        ],
      ]),
    ).toBe('page_paths_stand_right')
  })

  it('refuses a second root in the chain, and a path that stays behind when the parent’s changes', async () => {
    const workspace = await newWorkspace()
    const [root, child] = await newChain(workspace, 2)
    const other = await newPage(workspace)
    const path = 'update page_paths set path = $3::uuid[] where workspace_id = $1 and page_id = $2'
    expect(await attempt([[path, [workspace, child, [other, root, child]]]])).toBe('page_paths_stand_right')
    expect(
      await attempt([
        ['update pages set parent_id = $3 where workspace_id = $1 and id = $2', [workspace, root, other]],
        [path, [workspace, root, [other, root]]],
      ]),
    ).toBe('page_paths_stand_right')
  })

  it('refuses a parent in another workspace, a private page below a root, and a page that is its own parent', async () => {
    const [here, there] = [await newWorkspace(), await newWorkspace()]
    const stranger = await newPage(there)
    const root = await newPage(here)
    const child = await newPage(here, root)
    const own = randomUUID()
    expect(await attempt([[insert, [here, randomUUID(), stranger, 'x']]])).toBe(
      'pages_parent_in_same_workspace',
    )
    expect(await attempt([[insert, [here, own, own, 'x']]])).toBe('pages_not_own_parent')
    expect(await attempt([['update pages set private = true where id = $1', [child]]])).toBe(
      'pages_private_only_at_root',
    )
  })
})
