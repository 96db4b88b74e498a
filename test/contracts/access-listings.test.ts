import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openAccess } from '../../src/storage/postgres/access.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { openChildren } from '../../src/storage/postgres/readings/api-children.ts'
import { openSearch, type SearchQuestion } from '../../src/storage/postgres/readings/api-search.ts'
import { openClone } from '../support/database.ts'
import { seedInstalled, sha256 } from '../support/installed.ts'
import { seedWorld, type World } from '../support/seed.ts'

let clone: Awaited<ReturnType<typeof openClone>>
let world: World
const sql = (text: string, values?: unknown[]) => clone.source.query(text, values)

beforeAll(async () => {
  clone = await openClone()
  world = await seedWorld(sql)
})
afterAll(() => clone.drop())

type Node = {
  id: string
  parent: Node | null
  title: string
  archived: boolean
  viewers: string[] | null
  edited: number
}

/** The same numbers every time: a failure can be looked at again. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return sides => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

const words = ['plan', 'Plant', 'road', 'Ünïcode', '50%_off', 'café']

async function plantForest(roll: (sides: number) => number, size: number): Promise<Node[]> {
  const nodes: Node[] = []
  const { ben, cleo } = world.users
  for (let at = 0; at < size; at++) {
    const parent = at < 6 ? null : nodes[roll(nodes.length)]!
    nodes.push({
      id: randomUUID(),
      parent,
      title: `${words[roll(words.length)]} ${at}`,
      archived: roll(25) === 0,
      viewers: parent ? null : [null, null, [ben.id], [cleo.id], [ben.id, cleo.id], []][at]!,
      edited: roll(40),
    })
  }
  const pathOf = (node: Node | null): string[] => (node ? [...pathOf(node.parent), node.id] : [])
  const hidden = (node: Node | null): boolean => node !== null && (node.archived || hidden(node.parent))
  await sql(
    `with given as (select * from jsonb_to_recordset($2) as n
         (id uuid, parent uuid, title text, archived boolean, private boolean, edited int, path uuid[], hidden boolean)),
     page as (
       insert into pages (workspace_id, id, parent_id, title, archived, private, type, updated_at)
       select $1, id, parent, title, archived, private, case when edited % 7 = 0 then 'database' else 'page' end,
         timestamptz '2026-01-01' + edited * interval '1 microsecond' from given)
     insert into page_paths (workspace_id, page_id, path, hidden) select $1, id, path, hidden from given`,
    [
      world.workspaces.acme.id,
      JSON.stringify(
        nodes.map(node => ({
          ...node,
          parent: node.parent?.id ?? null,
          private: node.viewers !== null,
          path: pathOf(node),
          hidden: hidden(node),
        })),
      ),
    ],
  )
  for (const node of nodes)
    for (const viewer of node.viewers ?? [])
      await sql('insert into page_viewers values ($1, $2, $3)', [world.workspaces.acme.id, node.id, viewer])
  return nodes
}

/** The rule once more, in words that share nothing with the statements: up the parents, one by one. */
function reached(node: Node, grants: ReadonlyMap<string, string>): boolean {
  const line: Node[] = []
  for (let at: Node | null = node; at; at = at.parent) line.push(at)
  const viewers = line.at(-1)!.viewers
  return (
    line.every(one => !one.archived) &&
    line.some(one => grants.has(one.id) && (viewers === null || viewers.includes(grants.get(one.id)!)))
  )
}

describe.each([11, 12, 13])('over a forest grown from seed %i', seed => {
  const roll = dice(seed)
  const search = () => openSearch(poolOf(clone.source))
  let nodes: Node[]
  let right: Node[]
  let presented: { kind: 'internal'; hash: Buffer }

  beforeAll(async () => {
    nodes = await plantForest(roll, 400)
    const { ben, cleo } = world.users
    const grants = new Map<string, string>()
    for (let at = 0; at < 30; at++) grants.set(nodes[roll(nodes.length)]!.id, [ben.id, cleo.id][roll(2)]!)
    grants.set(nodes[0]!.id, ben.id)
    const internal = await seedInstalled(sql, {
      workspaceId: world.workspaces.acme.id,
      userId: null,
      pages: [],
    })
    for (const [page, by] of grants)
      await sql('insert into page_grants values ($1, $2, $3, $4, now())', [
        world.workspaces.acme.id,
        internal.id,
        page,
        by,
      ])
    presented = { kind: 'internal', hash: sha256(internal.token) }
    right = nodes.filter(node => reached(node, grants))
    expect(right.length).toBeGreaterThan(50)
    expect(right.length).toBeLessThan(390)
  })

  const inTree = async (question: SearchQuestion) => {
    const ids: string[] = []
    for (let place: string[] | null | undefined; place !== null; ) {
      const part = (await search().inTree(presented, question, place ?? null, new Date()))!
      expect(part.pages.length).toBeLessThanOrEqual(question.limit)
      ids.push(...part.pages.map(page => page.id))
      place = part.next
    }
    return ids
  }
  const byTime = async (question: SearchQuestion, direction: 'ascending' | 'descending') => {
    const ids: string[] = []
    for (let place: { at: string; id: string } | null | undefined; place !== null; ) {
      const part = (await search().byTime(presented, question, direction, place ?? null, new Date()))!
      ids.push(...part.pages.map(page => page.id))
      place = part.next
    }
    return ids
  }
  const ids = (list: Node[]) => list.map(node => node.id)

  it('answers the single check as the rule does, for every page', async () => {
    const access = openAccess(poolOf(clone.source))
    const all = await access.pages(presented, ids(nodes), new Date())
    expect(all!.reached.toSorted()).toEqual(ids(right).sort())
  })

  it.each([1, 7, 100])('lists each reached page once, in tree order, %i at a time', async limit => {
    const path = (node: Node): string => (node.parent ? `${path(node.parent)}/${node.id}` : node.id)
    expect(await inTree({ query: null, type: null, limit })).toEqual(
      right.toSorted((one, other) => (path(one) < path(other) ? -1 : 1)).map(node => node.id),
    )
  })

  it.each(['plan', 'PLANT', 'ün', '%_', 'é', 'oa', '5', 'café 1'])(
    'finds titles with %j in them',
    async query => {
      const wanted = right.filter(node => node.title.toLowerCase().includes(query.toLowerCase()))
      expect((await inTree({ query, type: null, limit: 9 })).toSorted()).toEqual(ids(wanted).sort())
      expect((await byTime({ query, type: null, limit: 9 }, 'ascending')).toSorted()).toEqual(
        ids(wanted).sort(),
      )
    },
  )

  it.each(['page', 'database'] as const)('keeps to the type %s', async type => {
    const wanted = right.filter(node => (node.edited % 7 === 0) === (type === 'database'))
    expect((await inTree({ query: null, type, limit: 5 })).toSorted()).toEqual(ids(wanted).sort())
    expect((await inTree({ query: 'plan', type, limit: 5 })).length).toBe(
      wanted.filter(node => node.title.toLowerCase().includes('plan')).length,
    )
  })

  it.each(['ascending', 'descending'] as const)(
    'lists in %s order of the last edit, to the microsecond',
    async direction => {
      const sign = direction === 'ascending' ? 1 : -1
      const wanted = right.toSorted(
        (one, other) => sign * (one.edited - other.edited || (one.id < other.id ? -1 : 1)),
      )
      expect(await byTime({ query: null, type: null, limit: 13 }, direction)).toEqual(ids(wanted))
    },
  )

  it('lists the children of each reached page, and of no other', async () => {
    const children = openChildren(poolOf(clone.source))
    const parents = nodes.filter((_, at) => at % 10 === 0)
    for (const parent of parents) {
      const found: string[] = []
      let place: { title: string; id: string } | null | undefined
      while (place !== null) {
        const part = (await children(presented, parent.id, 3, place ?? null, new Date()))!
        if (!right.includes(parent)) {
          expect(part.children).toBeNull()
          break
        }
        for (const child of part.children!) {
          const alive = nodes.some(node => node.parent?.id === child.id && !node.archived)
          expect(child).toMatchObject({ parentId: parent.id, parentReached: true, hasChildren: alive })
          found.push(child.id)
        }
        place = part.next
      }
      const wanted = right.includes(parent)
        ? nodes.filter(node => node.parent === parent && !node.archived)
        : []
      expect(found.toSorted()).toEqual(ids(wanted).sort())
    }
  })
})

describe('a wide reach', () => {
  const search = () => openSearch(poolOf(clone.source))
  let presented: { kind: 'internal'; hash: Buffer }
  let root: string
  const size = 12_000

  beforeAll(async () => {
    root = randomUUID()
    const workspace = world.workspaces.side.id
    await sql(
      `with given as (
         select case when n = 0 then $2::uuid else gen_random_uuid() end as id, n from generate_series(0, $3) n),
       page as (
         insert into pages (workspace_id, id, parent_id, title, updated_at)
         select $1, id, case when n > 0 then $2::uuid end,
           case when n % 1000 = 999 then 'Needle ' || n else 'Straw ' || n end, timestamptz '2026-02-01' + n * interval '1 s'
         from given)
       insert into page_paths (workspace_id, page_id, path)
       select $1, id, case when n = 0 then array[id] else array[$2::uuid, id] end from given`,
      [workspace, root, size - 1],
    )
    const internal = await seedInstalled(sql, {
      workspaceId: workspace,
      userId: null,
      pages: [root],
      grantedBy: world.users.ada.id,
    })
    presented = { kind: 'internal', hash: sha256(internal.token) }
  })

  it.each(['needle', 'ne'])(
    'finds the few among many by %j, whether or not the index knows the way',
    async query => {
      const titles: string[] = []
      let place: string[] | null | undefined
      while (place !== null) {
        const part = (await search().inTree(
          presented,
          { query, type: null, limit: 100 },
          place ?? null,
          new Date(),
        ))!
        titles.push(...part.pages.map(page => page.title))
        place = part.next
      }
      expect(titles.length).toBe(12)
    },
  )

  it('walks titles that nearly all match', async () => {
    const first = (await search().inTree(
      presented,
      { query: 'straw', type: null, limit: 100 },
      null,
      new Date(),
    ))!
    expect(first.pages.length).toBe(100)
    expect(first.next).not.toBeNull()
  })

  it('is listed in order of time all the same', async () => {
    const first = (await search().byTime(
      presented,
      { query: null, type: null, limit: 3 },
      'descending',
      null,
      new Date(),
    ))!
    expect(first.pages.map(page => page.title)).toEqual(['Needle 11999', 'Straw 11998', 'Straw 11997'])
    const second = (await search().byTime(
      presented,
      { query: null, type: null, limit: 2 },
      'descending',
      first.next,
      new Date(),
    ))!
    expect(second.pages.map(page => page.title)).toEqual(['Straw 11996', 'Straw 11995'])
  })

  it('goes on behind a part that held nothing', async () => {
    let place: { at: string; id: string } | null | undefined
    let parts = 0
    const found: string[] = []
    while (place !== null) {
      const part = (await search().byTime(
        presented,
        { query: '99', type: 'database', limit: 10 },
        'ascending',
        place ?? null,
        new Date(),
      ))!
      found.push(...part.pages.map(page => page.id))
      place = part.next
      parts++
    }
    expect(found).toEqual([])
    expect(parts).toBe(2)
  })
})
