/** Changes that partners make in the page tree: those of the directory, with a check of the right to each, in one transaction. */
import type { ClientBase, Pool } from 'pg'
import type { Asking, ChangeOutcome, PageChanges } from '../../../api/ports.ts'
import type { ReachedPage } from '../../../installs/bearer.ts'
import type { Capability } from '../../../installs/capability.ts'
import { readPages } from '../access.ts'
import { archivePage, createPage, type PageOutcome, renamePage } from '../directory/pages.ts'

class NoLonger extends Error {}

/**
 * Looks again inside the transaction, holding the installation: a disconnect under way either is seen here, or waits until
 * the change that came before it is written.
 * @throws NoLonger, which takes the transaction back.
 */
async function stillMay(
  client: ClientBase,
  { token, bearer, now }: Asking,
  capability: Capability,
  pageId: string,
): Promise<ReachedPage> {
  await client.query({
    name: 'hold-installation',
    text: 'select from installations where workspace_id = $1 and id = $2 for share',
    values: [bearer.workspaceId, bearer.installationId],
  })
  const [seen] = await readPages(client, token.kind, [{ hash: token.hash, id: pageId, now }])
  if (!seen?.page || !seen.bearer.capabilities.includes(capability)) throw new NoLonger()
  return seen.page
}

export function openPartnerChanges(pool: Pool): PageChanges {
  async function carryOut(
    change: (keep: (page: ReachedPage) => void) => Promise<PageOutcome>,
  ): Promise<ChangeOutcome> {
    let page: ReachedPage | null = null
    try {
      const outcome = await change(kept => {
        page = kept
      })
      if (outcome.kind === 'done') return { kind: 'done', page: page! }
      return outcome.code === 'page-too-deep' ? { kind: 'too-deep' } : { kind: 'no-longer' }
    } catch (error) {
      if (error instanceof NoLonger) return { kind: 'no-longer' }
      throw error
    }
  }

  return {
    update: (asking, id, change) =>
      carryOut(keep =>
        renamePage(
          pool,
          { workspaceId: asking.bearer.workspaceId, id, ...change, editedBy: asking.bearer.installationId },
          async client => keep(await stillMay(client, asking, 'update_content', id)),
        ),
      ),
    trash: (asking, id) =>
      carryOut(keep =>
        archivePage(
          pool,
          {
            workspaceId: asking.bearer.workspaceId,
            id,
            archived: true,
            editedBy: asking.bearer.installationId,
          },
          async client => {
            const page = await stillMay(client, asking, 'update_content', id)
            keep({ ...page, updatedAt: asking.now, lastEditedBy: asking.bearer.installationId })
          },
        ),
      ),
    create: (asking, draft) =>
      carryOut(keep =>
        createPage(
          pool,
          { ...draft, workspaceId: asking.bearer.workspaceId, createdBy: asking.bearer.installationId },
          async client => keep(await stillMay(client, asking, 'insert_content', draft.id)),
        ),
      ),
  }
}
