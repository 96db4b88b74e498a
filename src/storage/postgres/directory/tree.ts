/** The page tree's own bookkeeping: one lock for those who change it, and paths that say where each page stands. */
import type { ClientBase } from 'pg'

/** Pages from a root to the deepest, the root counted. The database holds it too (page_paths_depth). */
export const deepestLevel = 100

/**
 * Whoever changes the shape of a workspace's tree goes one at a time, until the end of the transaction. See lock_trees in the
 * migrations.
 */
export async function lockTrees(client: ClientBase, workspaces: readonly string[]): Promise<void> {
  await client.query({ name: 'lock-trees', text: 'select lock_trees($1::uuid[])', values: [workspaces] })
}

/** Everything strictly below a page, as a range of the index on (workspace_id, path): :above is the page's own path. */
export const below = (path: string, above: string) =>
  `${path} > ${above} and ${path} < ${above} || 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid`
