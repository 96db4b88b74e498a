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

export function treePage(facts: Facts): TreePage {
  const { workspace, reading } = facts
  const sections = [
    {
      id: 'shared',
      heading: `Shared with everyone in ${workspace.name}`,
      list: rowsOf(facts, reading.shared, last => address(facts, { sharedAfter: last }, 'shared')),
    },
    {
      id: 'private',
      heading: privateWords(reading.alone),
      list: rowsOf(facts, reading.private, last => address(facts, { privateAfter: last }, 'private')),
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

/** The nodes of the address that the person reaches. */
const openNodes = ({ windows, reading }: Facts) => windows.open.filter(node => reading.nodes.has(node.id))

/** The tree with this change. `at`: the row or section to scroll to. */
function address(facts: Facts, change: Partial<Windows>, at: string): string {
  const next = { ...facts.windows, open: openNodes(facts), ...change }
  const query = new URLSearchParams()
  for (const { id, after } of next.open) query.append('open', after ? `${id}.${after}` : id)
  if (next.sharedAfter) query.set('shared', next.sharedAfter)
  if (next.privateAfter) query.set('private', next.privateAfter)
  return `${urls.workspace(facts.workspace.id)}?${query}#${at}`
}

function rowsOf(facts: Facts, list: PickerList, after: (last: string) => string): TreeRows {
  const last = list.pages.at(-1)
  return {
    rows: list.pages.map(page => rowOf(facts, page)),
    more: list.more && last ? { label: 'Show more pages', href: after(last.id) } : null,
  }
}

function rowOf(facts: Facts, page: PickerPage): TreeRow {
  const open = openNodes(facts)
  const title = titleWords(page.title)
  const isOpen = open.some(node => node.id === page.id)
  const goOn = (last: string) => open.map(node => (node.id === page.id ? { ...node, after: last } : node))
  const children = facts.reading.children.get(page.id) ?? { pages: [], more: false }
  return {
    id: page.id,
    title,
    icon: shownIcon(page.icon),
    type: page.type,
    href: urls.page(facts.workspace.id, page.id),
    below: belowWords(page.below, facts.rowLimit),
    toggle: page.below > 0 ? toggleOf(facts, page.id, title, isOpen) : null,
    children: isOpen
      ? rowsOf(facts, children, last => address(facts, { open: goOn(last) }, `page-${page.id}`))
      : null,
  }
}

function toggleOf(facts: Facts, id: string, title: string, isOpen: boolean): TreeRow['toggle'] {
  const rest = openNodes(facts).filter(node => node.id !== id)
  const open = isOpen ? rest : [...rest.slice(1 - openLimit), { id, after: null }]
  return {
    label: `${isOpen ? 'Hide' : 'Show'} pages in ${title}`,
    href: address(facts, { open }, `page-${id}`),
    open: isOpen,
  }
}
