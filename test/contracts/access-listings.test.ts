import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { SearchQuestion } from '../../src/api/ports.ts'
import { openAccess } from '../../src/storage/postgres/access.ts'
import { poolOf } from '../../src/storage/postgres/pool.ts'
import { openChildren } from '../../src/storage/postgres/queries/api/children.ts'
import { openSearch } from '../../src/storage/postgres/queries/api/search.ts'
import { openClone } from '../support/database.ts'
import { dice, type Node, plantForest, reached } from '../support/forest.ts'
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

describe.each([11, 12, 13])('over a forest grown from seed %i', seed => {
  const roll = dice(seed)
  const search = () => openSearch(poolOf(clone.source))
  let nodes: Node[]
  let right: Node[]
  let presented: { kind: 'internal'; hash: Buffer }

  beforeAll(async () => {
    nodes = await plantForest(sql, world, roll, 400)
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

  it.each([
    { size: 400, than: 'more pages than there are grants' },
    { size: 40, than: 'fewer pages than there are grants' },
    { size: 1, than: 'one page' },
  ])('answers a check of $than as the rule does', async ({ size }) => {
    const access = openAccess(poolOf(clone.source))
    const found: string[] = []
    for (let at = 0; at < nodes.length; at += size) {
      const asked = ids(nodes.slice(at, at + size))
      found.push(...(await access.pages(presented, asked, new Date()))!.reached)
    }
    expect(found.toSorted()).toEqual(ids(right).sort())
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
