/** The page tree's lock, and the paths of its pages. */
import type { ClientBase } from 'pg'

/** Pages from a root to the deepest, the root counted. The database holds it too (page_paths_depth). */
export const maxDepth = 100

/**
 * Until the end of the transaction: 'adding' is shared by transactions that put new pages below existing ones, 'moving' is for one
 * alone. Take the stronger one first; two who go from adding to moving wait for one another. See lock_trees in the
 * migrations.
 */
export async function lockTrees(
  client: ClientBase,
  workspaces: readonly string[],
  purpose: 'adding' | 'moving',
): Promise<void> {
  await client.query({
    name: 'lock-trees',
    text: 'select lock_trees($1::uuid[], $2)',
    values: [workspaces, purpose === 'moving'],
  })
}

/** A page and everything below it, as one range of the index on (workspace_id, path); `top` is the page's own path. */
export const within = (path: string, top: string) =>
  `${path} >= ${top} and ${path} < ${top} || 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid`

/**
 * For the rest of the transaction, subtrees are walked by index. The planner cannot estimate how few pages are below one, and
 * would rather read every page of every workspace.
 */
export async function walkByIndex(client: ClientBase): Promise<void> {
  await client.query(
    'set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off',
  )
}
