import type { Crumb } from '../frame/layout.ts'
import { urls } from '../urls.ts'
import type { PageReading } from './readings.ts'
import { shortTitle } from './short-title.ts'

/** The way to a page. `step`: the title of a screen about the page; null: the page itself. */
export function crumbsOf(workspaceId: string, { page, above }: PageReading, step: string | null): Crumb[] {
  const link = (one: { id: string; title: string }): Crumb => ({
    label: shortTitle(one.title),
    href: urls.page(workspaceId, one.id),
  })
  const end: Crumb[] = step
    ? [link(page), { label: step, href: null }]
    : [{ label: shortTitle(page.title), href: null }]
  const [root] = above
  const parent = above.at(-1)
  // A long way is cut to its ends: ten crumbs in a row would have room for an ellipsis each.
  const way =
    above.length > 2 && root && parent
      ? [link(root), { ...link(parent), label: `… / ${shortTitle(parent.title)}` }]
      : above.map(link)
  return [{ label: 'Pages', href: urls.workspace(workspaceId) }, ...way, ...end]
}
