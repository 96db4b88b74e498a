/** The list: every connection of the workspace, grouped by connection. */
import { isAgainstPolicy, isApproved, policyInEffect } from '../../../installs/policy.ts'
import type { Plan, Policy } from '../../../installs/workspace.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import { type SelectionBar, selectCell, selectionBar } from '../../frame/selection.ts'
import type { Badge } from '../../kit/badge.ts'
import { momentOf } from '../../kit/dates.ts'
import { type Field, field } from '../../kit/field.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark } from '../../kit/marks.ts'
import { developerItems, type Menu, menuLink, menuPost } from '../../kit/menu.ts'
import { type Pagination, type PassedCursors, paginate } from '../../kit/pagination.ts'
import { type Columns, clipCell, momentCell, nameCell, type Table, table } from '../../kit/table.ts'
import { countWords } from '../../kit/words.ts'
import { urls } from '../../urls.ts'
import { reachWords } from '../my-connections/words.ts'
import type { ConnectionFacts, Counts, Filters, InstalledConnection, StateFilter } from './readings.ts'
import { connectionsButtons } from './selected-buttons.ts'

export type ConnectionsPage = {
  workspace: string
  notice: Notice | null
  filters: FilterForm
  table: Table
  bar: SelectionBar | null
  empty: { icon: 'layers'; heading: string; sentence: string; action: { label: string; href: string } | null }
  pagination: Pagination
}
export const connectionsView = view<ConnectionsPage>('settings/connections')

export type FilterForm = {
  action: string
  fields: Field[]
  states: { value: StateFilter; label: string; chosen: boolean }[]
  /** The address without filters; null: no filter is set. */
  clear: string | null
}

export const stateNames: Record<StateFilter, string> = {
  'in-use': 'All in use',
  active: 'Active',
  suspended: 'Suspended',
  left: 'Installer left',
  disconnected: 'Disconnected',
}

type Facts = {
  workspace: { id: string; name: string; plan: Plan }
  rows: InstalledConnection[]
  policy: Policy
  more: boolean
  filters: Filters
  trail: PassedCursors
  notice: Notice | null
  now: Date
}

export function connectionsPage(facts: Facts): ConnectionsPage {
  const { workspace, rows, filters, trail, notice } = facts
  const list = urls.connections(workspace.id)
  const filtered = filters.state !== 'in-use' || filters.person !== '' || filters.connection !== ''
  return {
    workspace: workspace.name,
    notice,
    filters: filterForm(list, filters, [
      field('person', 'Person', { type: 'search', value: filters.person, hint: null }),
      field('connection', 'Connection', { type: 'search', value: filters.connection }),
    ]),
    table: table(columns(facts), rows),
    bar: rows.some(isLive) ? selectionBar(list, connectionsButtons) : null,
    empty: {
      icon: 'layers',
      heading: filtered || trail.after ? 'No results' : 'Nothing connected yet',
      sentence:
        filtered || trail.after
          ? 'No connection of this workspace matches your filters.'
          : 'Connections that are installed in this workspace appear here, with who installed them and what they reach.',
      action:
        filtered || trail.after
          ? { label: 'Show all in use', href: list }
          : { label: 'Find a connection', href: urls.galleryFor(workspace.id) },
    },
    pagination: paginate(
      `${list}?${new URLSearchParams(filters)}`,
      trail,
      facts.more ? rows.at(-1)!.id : null,
    ),
  }
}

/** `plain` is the address without filters. */
export function filterForm(
  plain: string,
  filters: Pick<Filters, 'state'> & Partial<Filters>,
  fields: Field[],
): FilterForm {
  const filtered = filters.state !== 'in-use' || fields.some(one => one.value !== '')
  return {
    action: plain,
    fields,
    states: (Object.keys(stateNames) as StateFilter[]).map(value => ({
      value,
      label: stateNames[value],
      chosen: value === filters.state,
    })),
    clear: filtered ? plain : null,
  }
}

const isLive = ({ active, suspended, left }: Counts) => active + suspended + left > 0

const columns = ({ workspace, policy, now }: Facts): Columns<InstalledConnection> => [
  { label: 'Select', hidden: true, cell: row => (isLive(row) ? selectCell(row) : clipCell('')) },
  {
    label: 'Connection',
    cell: row =>
      nameCell({
        name: row.name,
        href: urls.connection.people(workspace.id, row.id),
        mark: connectionMark({ ...row, logo: logoOf(row) }),
        badges: [
          ...stateBadges(row),
          ...factBadges(row, { plan: workspace.plan, policy }, row.byMembers > 0),
        ],
      }),
  },
  { label: 'Added by', cell: row => clipCell(row.addedBy?.name ?? 'The operator') },
  { label: 'Date added', cell: row => momentCell(momentOf(row.addedAt, now)) },
  { label: 'Users', cell: row => ({ kind: 'number', text: usersWords(row) }) },
  { label: 'Pages', cell: row => ({ kind: 'pages', ...reachWords(row.reach), manage: null }) },
  { label: 'Options', hidden: true, cell: row => ({ kind: 'menu', menu: menuOf(workspace.id, row) }) },
]

const menuOf = (workspaceId: string, row: InstalledConnection): Menu => ({
  id: `menu-${row.id}`,
  label: `More options for ${row.name}`,
  items: connectionItems(workspaceId, row, row, row.sharedInstallationId),
})

function stateBadges({ active, suspended, left }: Counts): Badge[] {
  const badges: Badge[] = []
  const live = active + suspended + left
  if (live === 0) badges.push({ label: 'Disconnected', kind: 'plain' })
  if (suspended > 0)
    badges.push({ label: suspended === live ? 'Suspended' : `${suspended} suspended`, kind: 'warning' })
  if (left > 0) badges.push({ label: 'Installer left', kind: 'warning' })
  return badges
}

/**
 * First-party and approved or not. Internal connections need no approval, nor does any where the policy has no restriction.
 * `byMembers`: people who are not owners have it installed.
 */
export function factBadges(
  connection: ConnectionFacts,
  rules: { plan: Plan; policy: Policy },
  byMembers: boolean,
): Badge[] {
  const badges: Badge[] = []
  if (connection.disabled) badges.push({ label: 'Switched off', kind: 'danger' })
  if (connection.kind === 'internal') return [...badges, { label: 'Internal', kind: 'accent' }]
  if (connection.firstParty) badges.push({ label: 'First-party', kind: 'accent' })
  if (connection.origin === 'self-registered') badges.push({ label: 'Registered itself', kind: 'plain' })
  if (connection.origin === 'published') badges.push({ label: 'Published', kind: 'plain' })
  const policy = policyInEffect(rules.plan, rules.policy)
  if (isApproved(policy, connection, connection.approved)) badges.push({ label: 'Approved', kind: 'good' })
  else if (isAgainstPolicy(rules, { userId: 'a member', installerRole: 'member' }, connection))
    badges.push({ label: 'Not approved', kind: byMembers ? 'warning' : 'plain' })
  return badges
}

export const peopleWords = (count: number) => countWords(count, 'person', 'people')

function usersWords(row: InstalledConnection): string {
  if (row.kind === 'internal') return 'The workspace'
  return row.active === 0 ? 'No one now' : peopleWords(row.active)
}

/** The ••• menu of a connection. `shared`: the installation whose pages are managed here, too. */
export function connectionItems(
  workspaceId: string,
  connection: ConnectionFacts,
  counts: Counts,
  shared: string | null = null,
): Menu['items'] {
  const at = urls.connection
  const live = counts.active + counts.suspended + counts.left > 0
  const items = [
    menuLink('View users with access', 'users', at.people(workspaceId, connection.id)),
    ...developerItems(connection),
  ]
  if (!live) return items
  if (shared)
    items.push(menuLink('Manage pages', 'list-checks', urls.access.pages(workspaceId, connection.id, shared)))
  if (connection.kind === 'internal')
    items.push(menuPost('Copy internal integration token', 'key-round', at.token(workspaceId, connection.id)))
  const whom = connection.kind === 'internal' ? '' : ' for everyone'
  if (counts.active > 0)
    items.push(menuLink(`Suspend${whom}`, 'pause', at.suspend(workspaceId, connection.id)))
  if (counts.suspended > 0)
    items.push(menuLink(`Resume${whom}`, 'play', at.resume(workspaceId, connection.id)))
  items.push(menuLink('Disconnect', 'trash-2', at.disconnect(workspaceId, connection.id), { danger: true }))
  return items
}
