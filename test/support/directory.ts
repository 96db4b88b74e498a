import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { uuidv7 } from '../../src/installs/ids.ts'
import {
  type ImportNeeds,
  type ImportResult,
  importDirectory,
} from '../../src/storage/postgres/directory/import.ts'

export type Line = Record<string, unknown>

/** Imports lines (objects, or text as it is). Passwords are "hashed" by a prefix, so that a test sees when it was done. */
export function importLines(
  pool: Pool,
  lines: (Line | string)[],
  needs: Partial<ImportNeeds> = {},
): Promise<ImportResult> {
  const text = lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  return importBytes(pool, [Buffer.from(text)], needs)
}

export function importBytes(
  pool: Pool,
  chunks: Iterable<Uint8Array>,
  needs: Partial<ImportNeeds> = {},
): Promise<ImportResult> {
  async function* input() {
    yield* chunks
  }
  return importDirectory(
    {
      pool,
      hashPassword: async password => `hashed ${randomUUID()} ${password}`,
      passwordMatches: async (hash, password) => hash.endsWith(` ${password}`),
      now: () => new Date(),
      newId: uuidv7,
      ...needs,
    },
    input(),
  )
}

export const userLine = (id: string, more: Line = {}): Line => ({
  kind: 'user',
  id,
  email: `${id}@acme.test`,
  name: 'Ada',
  ...more,
})
export const workspaceLine = (id: string, more: Line = {}): Line => ({
  kind: 'workspace',
  id,
  name: 'Acme',
  icon: null,
  plan: 'free',
  ...more,
})
export const memberLine = (workspace: string, user: string, more: Line = {}): Line => ({
  kind: 'member',
  workspace_id: workspace,
  user_id: user,
  role: 'member',
  ...more,
})
export const pageLine = (
  workspace: string,
  id: string,
  parent: string | null = null,
  more: Line = {},
): Line => ({
  kind: 'page',
  id,
  workspace_id: workspace,
  parent_id: parent,
  title: 'Roadmap',
  icon: null,
  ...more,
})

export type Standing = { id: string; path: string[]; hidden: boolean }

/** The paths that are kept. */
export async function keptPaths(pool: Pool, workspaceId: string): Promise<Standing[]> {
  const { rows } = await pool.query<Standing>(
    `select page_id as id, path::text[] as path, hidden from page_paths where workspace_id = $1 order by id`,
    [workspaceId],
  )
  return rows
}

/** The expected paths, computed from the parents alone. */
export async function rightPaths(pool: Pool, workspaceId: string): Promise<Standing[]> {
  const { rows } = await pool.query<Standing>(
    `with recursive standing as (
       select id, array[id] as path, archived as hidden from pages where workspace_id = $1 and parent_id is null
       union all
       select p.id, s.path || p.id, s.hidden or p.archived
       from standing s join pages p on p.workspace_id = $1 and p.parent_id = s.id)
     select id, path::text[] as path, hidden from standing order by id`,
    [workspaceId],
  )
  return rows
}

/** Numbers that are the same in every run. */
export function sameRandom(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * below)
  }
}
