/** The approved list: each connection, its installers, and the effect of the list. */
import type { KeptPolicy } from '../../../installs/actions/set-policy.ts'
import { policyInEffect } from '../../../installs/policy.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import type { Badge } from '../../kit/badge.ts'
import { momentOf } from '../../kit/dates.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark, type Mark } from '../../kit/marks.ts'
import { type Menu, type MenuItem, menuLink } from '../../kit/menu.ts'
import { type Pagination, type PassedCursors, paginate } from '../../kit/pagination.ts'
import { type Cell, type Columns, nameCell, type Table, table } from '../../kit/table.ts'
import { countWords, namesWords } from '../../kit/words.ts'
import { urls } from '../../urls.ts'
import type { Approved, ApprovedPublisher, ListedConnection } from './readings.ts'

export type Empty = {
  icon: 'badge-check' | 'users' | 'search'
  heading: string
  sentence: string
  action: { label: string; href: string } | null
}

export type PublisherRow = { host: string; note: string; remove: string }

export type ApprovedPage = {
  notice: Notice | null
  /** The effect of the list under the present policy, and the policy's address. */
  effect: { sentence: string; policy: string }
  add: string
  addPublisher: string
  publishers: PublisherRow[]
  table: Table
  empty: Empty
  pagination: Pagination
}
export const approvedView = view<ApprovedPage>('settings/approved')

export type Facts = {
  workspace: { id: string; name: string }
  /** The window does not begin at the beginning. */
  trail: PassedCursors
  notice: Notice | null
  now: Date
}

export function approvedPage(
  { workspace, trail, notice, now }: Facts,
  { rules, rows, more }: { rules: KeptPolicy; rows: Approved[]; more: boolean },
  publishers: ApprovedPublisher[],
): ApprovedPage {
  const here = urls.approved(workspace.id)
  const add = urls.approval.add(workspace.id)
  return {
    notice,
    effect: { sentence: effectOf(rules), policy: urls.policy(workspace.id) },
    add,
    addPublisher: urls.approval.addPublisher(workspace.id),
    publishers: publishers.map(one => ({
      host: one.host,
      note: `${countWords(one.connections, 'application', 'applications')}, approved by ${one.approvedBy ?? 'someone who is gone'}`,
      remove: urls.approval.removePublisher(workspace.id, one.host),
    })),
    table: table(columns(workspace.id, now), rows),
    empty: {
      icon: 'badge-check',
      heading: trail.after ? 'No more connections' : 'Nothing is approved yet',
      sentence: 'Connections that members can install without asking appear here.',
      action: { label: 'Add approved connection', href: add },
    },
    pagination: paginate(here, trail, more ? rows.at(-1)!.id : null),
  }
}

const columns = (workspaceId: string, now: Date): Columns<Approved> => [
  { label: 'Connection', cell: row => nameCell(look(row)) },
  { label: 'Installed by', cell: installersCell },
  {
    label: 'Approved',
    cell: row => ({
      kind: 'moment-by',
      at: momentOf(row.approvedAt, now),
      by: row.approvedBy ?? 'someone who is gone',
    }),
  },
  { label: 'Options', hidden: true, cell: row => ({ kind: 'menu', menu: menuOf(workspaceId, row) }) },
]

/** "Ada, Ben and 3 others". */
function installersCell({ people, count }: Approved): Cell {
  if (count === 0) return { kind: 'quiet', text: 'Nobody yet' }
  const names = people.slice(0, 2).map(one => one.name)
  return { kind: 'text', text: namesWords(names, count) }
}

export function look(connection: ListedConnection): { name: string; mark: Mark; badges: Badge[] } {
  const badges: Badge[] = []
  if (connection.firstParty) badges.push({ label: 'First-party', kind: 'accent' })
  if (connection.disabled) badges.push({ label: 'Switched off', kind: 'danger' })
  const logo = logoOf(connection)
  return { name: connection.name, mark: connectionMark({ ...connection, logo }), badges }
}

function effectOf({ plan, policy }: KeptPolicy): string {
  const { restrictInstalls, autoApproveFirstParty } = policyInEffect(plan, policy)
  if (plan !== 'enterprise')
    return 'Members can install any connection. The list takes effect with a policy, on the Enterprise plan.'
  if (restrictInstalls === 'none')
    return 'Members can install any connection. The list takes effect when the policy restricts them to it.'
  if (restrictInstalls === 'owners-only')
    return 'Only owners can install connections. A member whose request was approved can install that connection while it is on this list.'
  return autoApproveFirstParty
    ? 'Members can install the connections on this list, and first-party connections, which count as approved.'
    : 'Members can install only the connections on this list.'
}

function menuOf(workspaceId: string, row: Approved): Menu {
  const people = urls.approval.people(workspaceId, row.id)
  const items: MenuItem[] = []
  if (row.count > 0) {
    items.push(menuLink('Filter by user', 'users', people))
    for (const one of row.people)
      items.push(
        menuLink(`Revoke access for ${one.name}`, 'ban', urls.approval.revoke(workspaceId, row.id, one.id), {
          danger: true,
        }),
      )
    items.push(
      menuLink('Disconnect all users', 'trash-2', urls.approval.disconnect(workspaceId, row.id), {
        danger: true,
      }),
    )
  }
  items.push(
    menuLink('Remove from approved list', 'x', urls.approval.remove(workspaceId, row.id), { danger: true }),
  )
  return { id: `menu-${row.id}`, label: `More options for ${row.name}`, items }
}
