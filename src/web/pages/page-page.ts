/** One page, the pages below it, and the connections that reach it. */
import { type Actor, type May, mayAddConnections, mayGovern, mayRemovePage } from '../../installs/policy.ts'
import type { Notice, Notices } from '../frame/notice.ts'
import { view } from '../frame/render.ts'
import { connectionMark, type Mark, shownIcon } from '../kit/marks.ts'
import { type Menu, menuLink, menuTold } from '../kit/menu.ts'
import { type Pagination, type PassedCursors, paginate } from '../kit/pagination.ts'
import { belowWords, privateWords, titleWords } from '../picker/words.ts'
import { urls } from '../urls.ts'
import type { PageConnection, PageReading } from './readings.ts'
import { shortTitle } from './short-title.ts'

export type ReachingConnection = {
  name: string
  mark: Mark
  /** "You connected it", "Connected by Ben", "Belongs to Acme". */
  whose: string
  /** The page above through which it reaches this one; null: it was granted on this one. */
  through: { title: string; short: string; href: string } | null
  suspended: boolean
}

export type PagePage = {
  title: string
  icon: string | null
  /** null: it is shared with everyone. */
  private: string | null
  notice: Notice | null
  /** null: it would have no items (for a guest, on a page that no connection reaches). */
  menu: Menu | null
  connections: ReachingConnection[]
  /** null: all are shown. */
  others: { sentence: string; href: string | null } | null
  add: string | null
  children: { title: string; icon: string | null; href: string; below: string | null }[]
  pagination: Pagination
}
export const pageView = view<PagePage>('pages/page')

type Workspace = { id: string; name: string; role: 'owner' | 'member' | 'guest' }
type Facts = {
  workspace: Workspace
  userId: string
  reading: PageReading
  trail: PassedCursors
  notice: Notice | null
  rowLimit: number
}

export function pagePage({ workspace, userId, reading, trail, notice, rowLimit }: Facts): PagePage {
  const { page, connections, children } = reading
  const here = urls.page(workspace.id, page.id)
  const actor = { userId, role: workspace.role, userDisabled: false }
  const add = mayAddConnections(actor).kind === 'yes' ? urls.pageAdd(workspace.id, page.id) : null
  const last = children.at(-1)
  const items = [
    ...(add ? [menuLink('Add connection', 'plus', add)] : []),
    ...connections.map(one => disconnectItem(workspace, actor, page.id, one)),
  ]
  return {
    title: titleWords(page.title),
    icon: shownIcon(page.icon),
    private: page.private ? privateWords(page.alone) : null,
    notice,
    menu: items.length > 0 ? { id: 'page-options', label: 'Page options', items } : null,
    connections: connections.map(one => ({
      name: one.connection.name,
      mark: connectionMark({
        ...one.connection,
        logo: one.connection.logoHash && urls.logo(one.connection.id, one.connection.logoHash),
      }),
      whose: whoseWords(workspace, userId, one),
      through:
        one.through.id === page.id
          ? null
          : {
              title: titleWords(one.through.title),
              short: shortTitle(one.through.title),
              href: urls.page(workspace.id, one.through.id),
            },
      suspended: one.state === 'suspended',
    })),
    others: reading.moreConnections
      ? {
          sentence: `These are the first ${connections.length}. Others reach this page too.`,
          href: mayGovern(actor).kind === 'yes' ? urls.connections(workspace.id) : null,
        }
      : null,
    add,
    children: children.map(child => ({
      title: titleWords(child.title),
      icon: shownIcon(child.icon),
      href: urls.page(workspace.id, child.id),
      below: belowWords(child.below, rowLimit),
    })),
    pagination: paginate(here, trail, reading.moreChildren && last ? last.id : null),
  }
}

/** Asked before the menu offers it and before the question, so that neither leads to a refusal. */
export function mayDisconnectHere(actor: Actor, { grantedBy, installer }: PageConnection): May {
  return mayRemovePage(actor, { grantedBy: grantedBy.id, installation: { userId: installer?.id ?? null } })
}

function byWhomWords(workspace: Workspace, { grantedBy }: PageConnection): string {
  const owners = `owners of ${workspace.name} can disconnect it.`
  return grantedBy.present ? `${grantedBy.name}, who added it, and ${owners}` : `Only ${owners}`
}

/** "Disconnect Relay", or "Disconnect Relay of Ben": owners may see one connection several times. */
function disconnectItem(workspace: Workspace, actor: Actor, pageId: string, one: PageConnection) {
  const others = one.installer && one.installer.id !== actor.userId
  const label = `Disconnect ${one.connection.name}${others ? ` of ${one.installer!.name}` : ''}`
  if (mayDisconnectHere(actor, one).kind === 'no') return menuTold(label, 'x', byWhomWords(workspace, one))
  return menuLink(label, 'x', urls.pageDisconnect(workspace.id, pageId, one.installationId), { danger: true })
}

function whoseWords(workspace: Workspace, userId: string, { installer }: PageConnection): string {
  if (!installer) return `Belongs to ${workspace.name}`
  return installer.id === userId ? 'You connected it' : `Connected by ${installer.name}`
}

export const notices: Notices = {
  changed: () => ({
    kind: 'good',
    sentence: 'Added. The connection reaches this page and everything below it.',
  }),
  unchanged: () => ({
    kind: 'info',
    sentence: 'The connection already reached this page. No changes were made.',
  }),
  withdrawn: () => ({ kind: 'good', sentence: 'The connection no longer reaches this page.' }),
  disconnected: () => ({ kind: 'good', sentence: 'The connection is disconnected. Its access has stopped.' }),
  gone: () => ({
    kind: 'info',
    sentence: 'The connection no longer reached this page. No changes were made.',
  }),
  ended: () => ({
    kind: 'info',
    sentence: 'The connection has been disconnected in the meantime. No changes were made.',
  }),
}
