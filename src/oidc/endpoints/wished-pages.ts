/** The pages that a client asks for (authorization_details, RFC 9396): a wish, which the picker begins with. The member decides. */
import { readUuid } from '../../installs/ids.ts'

export const detailsType = 'workspace_pages'

/** Ids of pages are unique, so those of several workspaces may come together. */
export type Wish = { workspaceId: string | null; pageIds: string[] }

const maxPages = 100

/** Ids that are none are left out, as those of pages that are unknown or out of reach are later. null: it is no such wish. */
export function readWish(text: unknown): Wish | null {
  const details = typeof text === 'string' ? parsed(text) : null
  if (!Array.isArray(details) || details.length === 0) return null
  const wish: Wish = { workspaceId: null, pageIds: [] }
  for (const detail of details as Record<string, unknown>[]) {
    if (typeof detail !== 'object' || detail === null || detail.type !== detailsType) return null
    const { workspace_id = null, page_ids = [] } = detail
    if (workspace_id !== null && typeof workspace_id !== 'string') return null
    if (!Array.isArray(page_ids) || !page_ids.every(one => typeof one === 'string')) return null
    wish.workspaceId ??= readUuid(workspace_id)
    wish.pageIds.push(...page_ids.flatMap(one => readUuid(one) ?? []))
  }
  const pageIds = [...new Set(wish.pageIds)]
  return pageIds.length > maxPages ? null : { ...wish, pageIds }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
