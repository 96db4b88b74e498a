/** "Add connection": a search over the connections of this workspace; and what is asked before one is taken off a page. */

import type { ConfirmPage } from '../frame/confirm.ts'
import { view } from '../frame/render.ts'
import { type Field, field } from '../kit/field.ts'
import { connectionMark, type Mark } from '../kit/marks.ts'
import { urls } from '../urls.ts'
import type { FoundConnection, PageConnection } from './readings.ts'
import { shortTitle } from './short-title.ts'

export type ConnectRow = {
  name: string
  mark: Mark
  note: string | null
  /** The installation that the page is added to; null: it cannot be added now. */
  add: { label: string; installation: string } | null
  /** Where it is installed first; null: it need not be. */
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
    more: more ? 'There are others. More words narrow the list.' : null,
    empty:
      words === ''
        ? {
            icon: 'plug',
            heading: 'No connections yet',
            sentence: `Connections that somebody installed in ${workspace.name}, and those that belong to it, appear here.`,
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
          ? 'Reaches this page already'
          : `Reaches this page through ${shortTitle(through.title)}`,
      add: null,
      install: null,
    }
  if (installation?.state === 'suspended')
    return {
      ...shown,
      note: 'Suspended: it reaches nothing until it is resumed',
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
  // The workspace's own is installed by nobody.
  if (one.kind === 'internal')
    return {
      ...shown,
      note: 'Disconnected. An owner can bring it back, under Developers',
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

/** Asked before the grant that was made here is withdrawn. Of somebody else's connection it says whose ends. */
export function withdrawPage(
  workspace: { id: string; name: string },
  page: { id: string; title: string },
  one: PageConnection,
  userId: string,
): ConfirmPage {
  const other = one.installer !== null && one.installer.id !== userId ? one.installer.name : null
  const name = other ? `${one.connection.name} of ${other}` : one.connection.name
  const title = shortTitle(page.title)
  const isLast = one.grants === 1 && one.installer !== null
  const ending = other
    ? [
        `Its tokens for ${other} stop working at once.`,
        `What it does for ${other} with pages of ${workspace.name} stops.`,
        'What it does for others stays as it is.',
      ]
    : [
        'Its tokens for you stop working at once.',
        `What it does for you with pages of ${workspace.name} stops.`,
      ]
  return {
    heading: isLast ? `Disconnect ${name}` : `Disconnect ${name} from ${title}`,
    lead: isLast
      ? `${title} is the only page that ${name} reaches, so disconnecting it here disconnects ${name} from ${workspace.name}.`
      : `${name} stops reaching ${title} and everything below it, at once.`,
    effects: isLast ? ending : [`Other pages that ${name} reaches stay as they are.`],
    undo: isLast
      ? `To use it again, ${other ? `${other} has` : 'you have'} to connect it again.`
      : `It can be added to the page again.`,
    submit: {
      label: `Disconnect ${one.connection.name}`,
      action: urls.pageDisconnect(workspace.id, page.id, one.installationId),
      fields: isLast ? [['altogether', 'yes']] : [],
      danger: true,
    },
    back: { label: 'Keep it', href: urls.page(workspace.id, page.id) },
  }
}

export type InheritedPage = {
  heading: string
  sentence: string
  /** Where the grant was made, and can be withdrawn. */
  there: { label: string; href: string }
  back: { label: string; href: string }
}
export const inheritedView = view<InheritedPage>('pages/inherited')

/** A grant made above is withdrawn where it was made: taking one page out of a subtree is no thing that there is. */
export function inheritedPage(
  workspace: { id: string },
  page: { id: string; title: string },
  one: PageConnection,
): InheritedPage {
  const above = shortTitle(one.through.title)
  return {
    heading: `${one.connection.name} reaches this page through ${above}`,
    sentence: `It was added to ${above}, and so reaches everything below it, ${shortTitle(page.title)} too. It can be disconnected there, for ${above} and everything below it.`,
    there: {
      label: `Disconnect ${one.connection.name} from ${above}`,
      href: urls.pageDisconnect(workspace.id, one.through.id, one.installationId),
    },
    back: { label: 'Back to the page', href: urls.page(workspace.id, page.id) },
  }
}
