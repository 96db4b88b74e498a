/** "Add connection": a search over the connections of this workspace. */
import { view } from '../frame/render.ts'
import { type Field, field } from '../kit/field.ts'
import { connectionMark, type Mark } from '../kit/marks.ts'
import { urls } from '../urls.ts'
import type { FoundConnection } from './readings.ts'
import { shortTitle } from './short-title.ts'

export type ConnectRow = {
  name: string
  mark: Mark
  note: string | null
  /** The installation that the page is added to; null: it cannot be added now. */
  add: { label: string; installation: string } | null
  /** Where it is installed first; null: it is installed, or cannot be. */
  install: { label: string; href: string } | null
}

export type ConnectPage = {
  title: string
  action: string
  search: Field
  rows: ConnectRow[]
  more: string | null
  empty: { icon: 'plug'; heading: string; sentence: string; action: { label: string; href: string } | null }
  back: { label: string; href: string }
}
export const connectView = view<ConnectPage>('pages/connect')

type Facts = {
  workspace: { id: string; name: string }
  page: { id: string; title: string }
  words: string
  found: FoundConnection[]
  more: boolean
}

export function connectPage({ workspace, page, words, found, more }: Facts): ConnectPage {
  const gallery = { label: 'Open the gallery', href: urls.galleryFor(workspace.id) }
  return {
    title: shortTitle(page.title),
    action: urls.pageAdd(workspace.id, page.id),
    search: field('q', 'Search connections', { type: 'search', value: words }),
    rows: found.map(one => rowOf(workspace, page.id, one)),
    more: more ? 'There are more. Search for a name to find them.' : null,
    empty:
      words === ''
        ? {
            icon: 'plug',
            heading: 'No connections yet',
            sentence: `Connections that are installed in ${workspace.name} or belong to it appear here.`,
            action: gallery,
          }
        : {
            icon: 'plug',
            heading: 'Nothing found',
            sentence: `No connection of ${workspace.name} has “${words}” in its name.`,
            action: gallery,
          },
    back: { label: 'Back to the page', href: urls.page(workspace.id, page.id) },
  }
}

function rowOf(workspace: { id: string }, pageId: string, one: FoundConnection): ConnectRow {
  const shown = {
    name: one.name,
    mark: connectionMark({ ...one, logo: one.logoHash && urls.logo(one.id, one.logoHash) }),
  }
  const { installation, through } = one
  if (through)
    return {
      ...shown,
      note:
        through.id === pageId
          ? 'Already reaches this page'
          : `Already reaches this page through ${shortTitle(through.title)}`,
      add: null,
      install: null,
    }
  if (installation?.state === 'suspended')
    return {
      ...shown,
      note: 'Suspended: it reaches no pages until it is resumed',
      add: null,
      install: null,
    }
  if (installation)
    return {
      ...shown,
      note: null,
      add: { label: `Add ${one.name}`, installation: installation.id },
      install: null,
    }
  // An internal connection is never installed.
  if (one.kind === 'internal')
    return {
      ...shown,
      note: 'Disconnected. An owner can reconnect it under Developers',
      add: null,
      install: null,
    }
  return {
    ...shown,
    note: 'You have not installed it here yet',
    add: null,
    install: { label: `Install ${one.name} first`, href: urls.galleryFor(workspace.id, one.name) },
  }
}
