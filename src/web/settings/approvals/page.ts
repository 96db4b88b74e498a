import type { KeptPolicy } from '../../../installs/actions/set-policy.ts'
import { policyInEffect } from '../../../installs/policy.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import type { Badge } from '../../kit/badge.ts'
import { type Moment, momentOf } from '../../kit/dates.ts'
import type { Field } from '../../kit/field.ts'
import { field } from '../../kit/field.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark, type Mark, personMark } from '../../kit/marks.ts'
import { type Menu, type MenuItem, menuLink } from '../../kit/menu.ts'
import { type Pagination, type PassedCursors, paginate } from '../../kit/pagination.ts'
import { type Cell, type Columns, nameCell, type Table, table } from '../../kit/table.ts'
import { countWords, namesWords } from '../../kit/words.ts'
import { urls } from '../../urls.ts'
import type { Approved, ApprovedPeople, Candidate, ListedConnection } from './readings.ts'

type Empty = {
  icon: 'badge-check' | 'users' | 'search'
  heading: string
  sentence: string
  action: { label: string; href: string } | null
}

export type ApprovedPage = {
  notice: Notice | null
  /** The effect of the list under the present policy, and the policy's address. */
  effect: { sentence: string; policy: string }
  add: string
  table: Table
  empty: Empty
  pagination: Pagination
}
export const approvedView = view<ApprovedPage>('settings/approved')

type Facts = {
  workspace: { id: string; name: string }
  /** The window does not begin at the beginning. */
  trail: PassedCursors
  notice: Notice | null
  now: Date
}

export function approvedPage(
  { workspace, trail, notice, now }: Facts,
  { rules, rows, more }: { rules: KeptPolicy; rows: Approved[]; more: boolean },
): ApprovedPage {
  const here = urls.approved(workspace.id)
  const add = urls.approval.add(workspace.id)
  return {
    notice,
    effect: { sentence: effectOf(rules), policy: urls.policy(workspace.id) },
    add,
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

function look(connection: ListedConnection): { name: string; mark: Mark; badges: Badge[] } {
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

export type AddApprovedPage = {
  search: { action: string; field: Field }
  action: string
  rows: { id: string; name: string; mark: Mark; badges: Badge[]; people: string }[]
  empty: Empty
  pagination: Pagination
}
export const addApprovedView = view<AddApprovedPage>('settings/approved-add')

export function addApprovedPage(
  { workspace, trail }: Pick<Facts, 'workspace' | 'trail'>,
  words: string,
  { rows, more }: { rows: Candidate[]; more: boolean },
): AddApprovedPage {
  const here = urls.approval.add(workspace.id)
  return {
    search: {
      action: here,
      field: field('q', 'Search installed connections', { type: 'search', value: words }),
    },
    action: here,
    rows: rows.map(row => ({
      id: row.id,
      ...look(row),
      people: `Installed by ${namesWords(
        row.people.slice(0, 2).map(one => one.name),
        row.count,
      )}`,
    })),
    empty:
      words === ''
        ? {
            icon: 'badge-check',
            heading: 'Everything that is installed is approved',
            sentence: `Connections that are installed in ${workspace.name} but not approved appear here. Others can be approved when a member asks for them.`,
            action: { label: 'Back to the approved list', href: urls.approved(workspace.id) },
          }
        : {
            icon: 'search',
            heading: 'No results',
            sentence: 'No installed connection without approval has this in its name.',
            action: { label: 'Show all', href: here },
          },
    pagination: paginate(
      `${here}?${new URLSearchParams({ q: words })}`,
      trail,
      more ? rows.at(-1)!.id : null,
    ),
  }
}

export type ApprovedPeoplePage = {
  name: string
  mark: Mark
  badges: Badge[]
  users: string
  notice: Notice | null
  search: { action: string; field: Field }
  rows: {
    name: string
    email: string
    mark: Mark
    badges: Badge[]
    added: Moment
    revoke: { label: string; href: string }
  }[]
  empty: Empty
  pagination: Pagination
}
export const approvedPeopleView = view<ApprovedPeoplePage>('settings/approved-people')

export function approvedPeoplePage(
  { workspace, trail, notice, now }: Facts,
  words: string,
  { connection, count, people, more }: ApprovedPeople,
): ApprovedPeoplePage {
  const here = urls.approval.people(workspace.id, connection.id)
  return {
    ...look(connection),
    users: `${countWords(count, 'person has', 'people have')} ${connection.name} installed in ${workspace.name}.`,
    notice,
    search: { action: here, field: field('q', 'Filter by user', { type: 'search', value: words }) },
    rows: people.map(one => ({
      name: one.name,
      email: one.email,
      mark: personMark(one),
      badges: one.isMember
        ? one.state === 'suspended'
          ? [{ label: 'Suspended', kind: 'warning' as const }]
          : []
        : [{ label: 'Installer left', kind: 'warning' as const }],
      added: momentOf(one.addedAt, now),
      revoke: {
        label: `Revoke access for ${one.name}`,
        href: urls.approval.revoke(workspace.id, connection.id, one.id),
      },
    })),
    empty: {
      icon: 'users',
      heading: count === 0 ? 'No one has installed it' : 'No results',
      sentence:
        count === 0
          ? 'It stays approved: members can install it without asking.'
          : 'No one with this name or e-mail address has it installed.',
      action: count === 0 ? null : { label: 'Show everyone', href: here },
    },
    pagination: paginate(
      `${here}?${new URLSearchParams({ q: words })}`,
      trail,
      more ? people.at(-1)!.id : null,
    ),
  }
}
