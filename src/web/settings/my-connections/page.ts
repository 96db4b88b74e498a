import { isAgainstPolicy, mayAddConnections, mayResumeOwn } from '../../../installs/policy.ts'
import type { ConfirmPage } from '../../frame/confirm.ts'
import type { Notice, Notices } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import type { Badge } from '../../kit/badge.ts'
import { momentOf } from '../../kit/dates.ts'
import { shortLevels } from '../../kit/levels.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark } from '../../kit/marks.ts'
import { developerItems, type Menu, menuLink, menuPost } from '../../kit/menu.ts'
import { type Pagination, type PassedCursors, paginate } from '../../kit/pagination.ts'
import { type Columns, momentCell, nameCell, type Table, table } from '../../kit/table.ts'
import { urls } from '../../urls.ts'
import type { MyOffer } from '../offers/readings.ts'
import { type OfferRow, offerRow } from '../offers/rows.ts'
import { type EndedRow, endedRow } from './ended-rows.ts'
import type { EndedByOthers, MyConnection } from './readings.ts'
import { accessEndWords, reachWords } from './words.ts'

export type MyConnectionsPage = {
  workspace: string
  notice: Notice | null
  offers: OfferRow[]
  table: Table
  empty: { icon: 'plug'; heading: string; sentence: string; action: { label: string; href: string } | null }
  /** Where more are added; null: guests cannot add any. */
  add: string | null
  pagination: Pagination
  ended: EndedRow[]
}
export const myConnectionsView = view<MyConnectionsPage>('settings/my-connections')

type Facts = {
  workspace: { id: string; name: string; role: 'owner' | 'member' | 'guest' }
  user: { id: string }
  rows: MyConnection[]
  more: boolean
  offers: MyOffer[]
  ended: EndedByOthers[]
  /** The window does not begin at the beginning. */
  trail: PassedCursors
  notice: Notice | null
  now: Date
}

export function myConnectionsPage(facts: Facts): MyConnectionsPage {
  const { workspace, rows, more, offers, ended, trail, notice, now } = facts
  const list = urls.myConnections(workspace.id)
  const mayAdd = mayAddConnections({ role: workspace.role, userDisabled: false }).kind === 'yes'
  const add = mayAdd ? urls.galleryFor(workspace.id) : null
  return {
    workspace: workspace.name,
    notice,
    offers: offers.map(offer => offerRow(workspace.id, offer, now)),
    table: table(columns(facts), rows),
    empty: {
      icon: 'plug',
      heading: trail.after
        ? 'No more connections'
        : ended.length > 0
          ? 'Nothing is connected now'
          : 'Nothing connected yet',
      sentence: add
        ? 'Applications that you connect to your pages appear here, with what they reach. You can change or disconnect them at any time.'
        : 'You are a guest here. Only members can install connections.',
      action: add ? { label: 'Find a connection', href: add } : null,
    },
    add,
    pagination: paginate(list, trail, more ? rows.at(-1)!.installationId : null),
    ended: ended.map(row => endedRow(row, now)),
  }
}

const columns = ({ workspace, user, now }: Facts): Columns<MyConnection> => [
  {
    label: 'Connection',
    cell: row =>
      nameCell({
        name: row.connection.name,
        mark: connectionMark({ ...row.connection, logo: logoOf(row.connection) }),
        badges: badgesOf(user, row),
        note:
          row.state === 'suspended'
            ? suspendedWords(workspace.name, row, isResumable(user, row))
            : accessEndWords(row.accessEndsAt, now),
      }),
  },
  { label: 'Access levels', cell: row => ({ kind: 'levels', levels: shortLevels(row.capabilities) }) },
  {
    label: 'Pages',
    cell: row => {
      const reach = reachWords(row.reach)
      const href = urls.myConnection.pages(workspace.id, row.installationId)
      const label = `${reach.own}: manage pages of ${row.connection.name}`
      return { kind: 'pages', ...reach, manage: { href, label } }
    },
  },
  { label: 'Date added', cell: row => momentCell(momentOf(row.addedAt, now)) },
  { label: 'Last used', cell: row => momentCell(row.lastUsedAt && momentOf(row.lastUsedAt, now), 'Never') },
  {
    label: 'Options',
    hidden: true,
    cell: row => ({ kind: 'menu', menu: menuOf(workspace.id, row, isResumable(user, row)) }),
  },
]

function menuOf(workspaceId: string, row: MyConnection, resumable: boolean): Menu {
  const { connection, installationId } = row
  const renewable = row.accessEndsAt !== null && row.state === 'active'
  const widenable =
    row.state === 'active' &&
    row.placement.connection.capabilities.some(one => !row.capabilities.includes(one))
  const at = urls.myConnection
  return {
    id: `menu-${installationId}`,
    label: `More options for ${connection.name}`,
    items: [
      ...(resumable ? [menuPost('Resume', 'play', at.resume(workspaceId, installationId))] : []),
      ...(renewable ? [menuPost('Renew', 'history', at.renew(workspaceId, installationId))] : []),
      menuLink('Manage pages', 'list-checks', at.pages(workspaceId, installationId)),
      ...(widenable ? [menuLink('Allow more', 'plus', at.levels(workspaceId, installationId))] : []),
      ...developerItems(connection),
      menuLink('Disconnect', 'trash-2', at.disconnect(workspaceId, installationId), { danger: true }),
    ],
  }
}

function isResumable(user: { id: string }, { state, stateReason, placement }: MyConnection): boolean {
  if (state !== 'suspended') return false
  const { role, userDisabled } = placement
  const installation = { userId: user.id, stateReason }
  return mayResumeOwn(placement, { userId: user.id, role, userDisabled }, installation).kind === 'yes'
}

/** The way to resume it. */
function suspendedWords(workspace: string, { stateReason }: MyConnection, resumable: boolean): string {
  if (stateReason !== 'installer-left') return 'It reaches no pages. Ask an owner to resume it.'
  return resumable
    ? 'It reaches no pages. Choose Resume among its options, or connect it again from its own site.'
    : `It reaches no pages, and you could not connect it in ${workspace} today. Ask an owner about it.`
}

function badgesOf(user: { id: string }, { state, stateReason, placement }: MyConnection): Badge[] {
  const badges: Badge[] = []
  if (placement.connection.disabled) badges.push({ label: 'Switched off', kind: 'danger' })
  if (state === 'suspended') {
    const label = stateReason === 'installer-left' ? 'Suspended while you were away' : 'Suspended by an owner'
    badges.push({ label, kind: 'warning' })
  }
  const against = isAgainstPolicy(
    placement,
    { userId: user.id, installerRole: placement.role },
    { firstParty: placement.connection.firstParty, approved: placement.approved },
  )
  if (against) badges.push({ label: 'Not approved', kind: 'warning' })
  return badges
}

/** @param stays an owner's suspension survives the disconnect. */
export function disconnectPage(
  workspace: { id: string; name: string },
  installation: { id: string; connection: { name: string } },
  stays: boolean,
): ConfirmPage {
  const { name } = installation.connection
  return {
    heading: `Disconnect ${name}?`,
    lead: `${name} loses access to every page that you allowed it in ${workspace.name}.`,
    effects: [
      'It stops working for you at once: its tokens no longer work.',
      'Pages stay as they are, including its changes to them.',
      'Other people’s connections stay as they are.',
    ],
    undo: stays
      ? `This cannot be undone. An owner has suspended ${name} for you: you cannot connect it again until an owner resumes it.`
      : `This cannot be undone, but you can connect ${name} again from its own site.`,
    submit: {
      label: `Disconnect ${name}`,
      action: urls.myConnection.disconnect(workspace.id, installation.id),
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it', href: urls.myConnections(workspace.id) },
  }
}

export const notices: Notices = {
  'taken-over': () => ({
    kind: 'good',
    sentence: 'You have taken it over. It works again, on those of its pages that you reach.',
  }),
  disconnected: () => ({
    kind: 'good',
    sentence: 'Disconnected. Its tokens no longer work, and it reaches none of your pages.',
  }),
  already: () => ({
    kind: 'info',
    sentence: 'It was already disconnected, by you in another window or by an owner.',
  }),
  renewed: () => ({
    kind: 'good',
    sentence: 'Renewed for as long again, with the same pages. Its tokens work.',
  }),
  'renewed-not': () => ({
    kind: 'info',
    sentence: 'There was nothing to renew: it has no end, or is suspended.',
  }),
  'level-added': () => ({
    kind: 'good',
    sentence: 'Allowed. Go back to your application and try again there.',
  }),
  'level-already': () => ({
    kind: 'info',
    sentence: 'It was allowed to do this already. Go back to your application and try again there.',
  }),
  'level-none': () => ({
    kind: 'info',
    sentence: 'No level was ticked, so nothing was changed.',
  }),
  resumed: () => ({
    kind: 'good',
    sentence: 'Resumed. It reaches the same pages as before, if you still reach them.',
  }),
  'resumed-already': () => ({
    kind: 'info',
    sentence: 'It was already resumed or disconnected.',
  }),
  'pages-changed': () => ({
    kind: 'good',
    sentence: 'Saved. It reaches the chosen pages from now on.',
  }),
  'pages-kept': () => ({
    kind: 'info',
    sentence: 'No changes were made. It reaches the same pages as before.',
  }),
}
