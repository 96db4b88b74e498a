import { randomUUID } from 'node:crypto'
import type { World } from './seed.ts'

type Sql = (text: string, values?: unknown[]) => Promise<unknown>

export type Node = {
  id: string
  parent: Node | null
  title: string
  archived: boolean
  viewers: string[] | null
  edited: number
}

/** The same numbers every time: a failure can be looked at again. */
export function dice(seed: number): (sides: number) => number {
  let state = seed
  return sides => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

const words = ['plan', 'Plant', 'road', 'Ünïcode', '50%_off', 'café']

export async function plantForest(
  sql: Sql,
  world: World,
  roll: (sides: number) => number,
  size: number,
): Promise<Node[]> {
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

/** The rule once more, independently of the statements: up the parents, one by one. */
export function reached(node: Node, grants: ReadonlyMap<string, string>): boolean {
  const line: Node[] = []
  for (let at: Node | null = node; at; at = at.parent) line.push(at)
  const viewers = line.at(-1)!.viewers
  return (
    line.every(one => !one.archived) &&
    line.some(one => grants.has(one.id) && (viewers === null || viewers.includes(grants.get(one.id)!)))
  )
}
