/** The pages of a workspace that the person reaches. Nodes open by links, so the address says which are open. */
import { view } from '../frame/render.ts'
import { shownIcon } from '../kit/marks.ts'
import type { PickerList, PickerPage, PickerReading, Windows } from '../picker/readings.ts'
import { belowWords, privateWords, titleWords } from '../picker/words.ts'
import { urls } from '../urls.ts'
import { openLimit } from './form.ts'

export type TreeRow = {
  id: string
  title: string
  icon: string | null
  type: 'page' | 'database'
  href: string
  below: string | null
  /** null: there are no pages below it. */
  toggle: { label: string; href: string; open: boolean } | null
  children: TreeRows | null
}
export type TreeRows = { rows: TreeRow[]; more: { label: string; href: string } | null }

export type TreePage = {
  workspace: string
  sections: { id: string; heading: string; list: TreeRows }[]
  empty: { icon: 'file-text'; heading: string; sentence: string; action: null } | null
}
export const treeView = view<TreePage>('pages/tree')

type Facts = {
  workspace: { id: string; name: string }
  reading: PickerReading
  windows: Windows
  rowLimit: number
}

export function treePage({ workspace, reading, windows, rowLimit }: Facts): TreePage {
  const open = windows.open.filter(node => reading.nodes.has(node.id))
  const isOpen = (id: string) => open.some(node => node.id === id)

  function address(change: Partial<Windows>, at: string): string {
    const next = { ...windows, open, ...change }
    const query = new URLSearchParams()
    for (const { id, after } of next.open) query.append('open', after ? `${id}.${after}` : id)
    if (next.sharedAfter) query.set('shared', next.sharedAfter)
    if (next.privateAfter) query.set('private', next.privateAfter)
    return `${urls.workspace(workspace.id)}?${query}#${at}`
  }

  function rowsOf(list: PickerList, after: (last: string) => string): TreeRows {
    const last = list.pages.at(-1)
    return {
      rows: list.pages.map(rowOf),
      more: list.more && last ? { label: 'Show more pages', href: after(last.id) } : null,
    }
  }

  function rowOf(page: PickerPage): TreeRow {
    const opened = isOpen(page.id)
    const title = titleWords(page.title)
    const children = reading.children.get(page.id) ?? { pages: [], more: false }
    return {
      id: page.id,
      title,
      icon: shownIcon(page.icon),
      type: page.type,
      href: urls.page(workspace.id, page.id),
      below: belowWords(page.below, rowLimit),
      toggle: page.below > 0 ? toggleOf(page.id, title, opened) : null,
      children: opened
        ? rowsOf(children, last =>
            address(
              { open: open.map(node => (node.id === page.id ? { ...node, after: last } : node)) },
              `page-${page.id}`,
            ),
          )
        : null,
    }
  }

  function toggleOf(id: string, title: string, opened: boolean): TreeRow['toggle'] {
    const rest = open.filter(node => node.id !== id)
    return {
      label: `${opened ? 'Hide' : 'Show'} pages in ${title}`,
      href: address(
        { open: opened ? rest : [...rest.slice(1 - openLimit), { id, after: null }] },
        `page-${id}`,
      ),
      open: opened,
    }
  }

  const sections = [
    {
      id: 'shared',
      heading: `Shared with everyone in ${workspace.name}`,
      list: rowsOf(reading.shared, last => address({ sharedAfter: last }, 'shared')),
    },
    {
      id: 'private',
      heading: privateWords(reading.alone),
      list: rowsOf(reading.private, last => address({ privateAfter: last }, 'private')),
    },
  ].filter(section => section.list.rows.length > 0)
  return {
    workspace: workspace.name,
    sections,
    empty:
      sections.length > 0
        ? null
        : {
            icon: 'file-text',
            heading: 'No pages yet',
            sentence: `Pages of ${workspace.name} that you can open appear here, with the connections that reach them.`,
            action: null,
          },
  }
}
