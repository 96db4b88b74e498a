/** One connection in a workspace, and everyone who has access through it. */
import { isAgainstPolicy } from '../../../installs/policy.ts'
import type { Plan, Policy } from '../../../installs/workspace.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import { type SelectionBar, selectCell, selectionBar } from '../../frame/selection.ts'
import type { Badge } from '../../kit/badge.ts'
import { momentOf } from '../../kit/dates.ts'
import { field } from '../../kit/field.ts'
import { shortLevels } from '../../kit/levels.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark, type Mark, personMark } from '../../kit/marks.ts'
import { type Menu, menuLink, menuPost } from '../../kit/menu.ts'
import { type Pagination, type PassedCursors, paginate } from '../../kit/pagination.ts'
import { type Columns, clipCell, momentCell, nameCell, type Table, table } from '../../kit/table.ts'
import { urls } from '../../urls.ts'
import { accessEndWords, reachWords } from '../my-connections/words.ts'
import { connectionItems, type FilterForm, factBadges, filterForm, peopleWords } from './page.ts'
import type { ConnectionReading, Filters, PersonWithAccess } from './readings.ts'
import { connectionsButtons } from './selected-buttons.ts'

export type PeoplePage = {
  name: string
  mark: Mark
  badges: Badge[]
  description: string | null
  developer: string | null
  users: string
  notice: Notice | null
  menu: Menu
  filters: FilterForm
  table: Table
  bar: SelectionBar | null
  empty: { icon: 'users'; heading: string; sentence: string; action: { label: string; href: string } | null }
  pagination: Pagination
}
export const peopleView = view<PeoplePage>('settings/connections-people')

type Facts = {
  workspace: { id: string; name: string; plan: Plan }
  reading: ConnectionReading
  filters: Pick<Filters, 'state' | 'person'>
  trail: PassedCursors
  notice: Notice | null
  now: Date
}

export function peoplePage(facts: Facts): PeoplePage {
  const { workspace, reading, filters, trail, notice } = facts
  const { connection, policy, counts, people } = reading
  const here = urls.connection.people(workspace.id, connection.id)
  const live = counts.active + counts.suspended + counts.left
  return {
    name: connection.name,
    mark: connectionMark({ ...connection, logo: logoOf(connection) }),
    badges: factBadges(connection, { plan: workspace.plan, policy }, true),
    description: connection.description,
    developer: connection.developerName,
    users: usersSentence(workspace.name, reading),
    notice,
    menu: {
      id: 'menu-connection',
      label: `More options for ${connection.name}`,
      items: connectionItems(workspace.id, connection, counts).slice(1),
    },
    filters: filterForm(here, filters, [
      field('person', 'Person', { type: 'search', value: filters.person }),
    ]),
    table: table(columns(facts), people, 'Users with access'),
    bar: people.some(isSelectable) ? selectionBar(here, connectionsButtons) : null,
    empty: {
      icon: 'users',
      heading: live === 0 ? 'No one has access' : 'No results',
      sentence:
        live === 0
          ? 'It is disconnected for everyone. Choose the state “Disconnected” to see who had it.'
          : 'No one who has access matches your filters.',
      action:
        live === 0
          ? { label: 'Show disconnected', href: `${here}?state=disconnected` }
          : { label: 'Show everyone', href: here },
    },
    pagination: paginate(
      `${here}?${new URLSearchParams(filters)}`,
      trail,
      reading.more ? people.at(-1)!.installationId : null,
    ),
  }
}

/** The people who have access now; suspended and left-behind installations are counted apart. */
function usersSentence(workspace: string, { connection, counts }: ConnectionReading): string {
  if (connection.kind === 'internal')
    return 'It belongs to the workspace itself, and reaches the pages that members added to it.'
  const { suspended, left } = counts
  const active = connection.disabled ? 0 : counts.active
  const who = active === 0 ? 'No one' : peopleWords(active)
  return [
    `${who} in ${workspace} ${active > 1 ? 'have' : 'has'} access through it.`,
    suspended > 0 ? `It is suspended for ${peopleWords(suspended)}.` : null,
    left > 0 ? `It has stopped for ${peopleWords(left)} who left the workspace.` : null,
  ]
    .filter(sentence => sentence !== null)
    .join(' ')
}

const columns = ({ workspace, reading, now }: Facts): Columns<PersonWithAccess> => {
  const { connection, policy } = reading
  const nameOf = ({ person }: PersonWithAccess) => person?.name ?? workspace.name
  return [
    {
      label: 'Select',
      hidden: true,
      cell: one =>
        isSelectable(one) ? selectCell({ id: one.installationId, name: nameOf(one) }) : clipCell(''),
    },
    {
      label: 'Person',
      cell: one =>
        nameCell({
          name: nameOf(one),
          email: one.person?.email ?? null,
          mark: one.person
            ? personMark(one.person)
            : connectionMark({ ...connection, logo: logoOf(connection) }),
          badges: badgesOf(workspace.plan, policy, connection, one),
          note: one.displayState === 'active' ? accessEndWords(one.accessEndsAt, now) : null,
        }),
    },
    { label: 'Date added', cell: one => momentCell(momentOf(one.addedAt, now)) },
    { label: 'Access levels', cell: one => ({ kind: 'levels', levels: shortLevels(one.capabilities) }) },
    { label: 'Pages', cell: one => ({ kind: 'pages', ...reachWords(heldBy(one)), manage: null }) },
    { label: 'Last used', cell: one => momentCell(one.lastUsedAt && momentOf(one.lastUsedAt, now), 'Never') },
    {
      label: 'Options',
      hidden: true,
      cell: one => ({ kind: 'menu', menu: menuOf(workspace.id, connection.id, nameOf(one), one) }),
    },
  ]
}

/** What has ended or waits for its hand-over is not changed by ticking it, nor is the workspace's own. */
const isSelectable = ({ person, displayState }: PersonWithAccess) =>
  person !== null && displayState !== 'disconnected' && displayState !== 'left'

/** An ended installation holds no pages any more, though its row still names them. */
const heldBy = (one: PersonWithAccess) =>
  isOver(one) ? { granted: 0, reached: 0, beyond: false } : one.reach

const isOver = ({ displayState, stateReason }: PersonWithAccess) =>
  displayState === 'disconnected' || stateReason === 'while-suspended'

function badgesOf(
  plan: Plan,
  policy: Policy,
  connection: ConnectionReading['connection'],
  { person, displayState, stateReason }: PersonWithAccess,
): Badge[] {
  const badges: Badge[] = []
  if (person?.role === 'guest') badges.push({ label: 'Guest', kind: 'plain' })
  if (displayState === 'suspended') badges.push({ label: 'Suspended', kind: 'warning' })
  if (displayState === 'left') badges.push({ label: 'Installer left', kind: 'warning' })
  if (displayState === 'disconnected') {
    const by = stateReason === 'by-member' ? 'Disconnected by the member' : 'Disconnected'
    badges.push({ label: by, kind: 'plain' })
    return badges
  }
  if (stateReason === 'while-suspended')
    return [...badges, { label: 'Disconnected meanwhile', kind: 'plain' }]
  const installation = { userId: person?.id ?? null, installerRole: person?.role ?? null }
  if (isAgainstPolicy({ plan, policy }, installation, connection))
    badges.push({ label: 'Not approved', kind: 'warning' })
  return badges
}

function menuOf(
  workspaceId: string,
  connectionId: string,
  name: string,
  { installationId, displayState, stateReason, person }: PersonWithAccess,
): Menu | null {
  if (displayState === 'disconnected') return null
  const at = urls.access
  // Its pages and tokens cannot be changed one by one: it is handed over or let go.
  if (displayState === 'left') {
    const items = [
      menuLink('Hand over', 'users', urls.handOver.offer(workspaceId, installationId)),
      menuLink('Let go', 'x', urls.handOver.letGo(workspaceId, installationId), { danger: true }),
    ]
    return { id: `menu-${installationId}`, label: `More options for ${name}`, items }
  }
  const whom = person ? ` for ${person.name}` : ''
  const items: Menu['items'] = []
  if (stateReason !== 'while-suspended')
    items.push(menuLink('Manage pages', 'list-checks', at.pages(workspaceId, connectionId, installationId)))
  if (displayState === 'active')
    items.push(menuLink(`Suspend${whom}`, 'pause', at.suspend(workspaceId, connectionId, installationId)))
  if (displayState === 'suspended')
    items.push(menuPost(`Resume${whom}`, 'play', at.resume(workspaceId, connectionId, installationId)))
  if (person)
    items.push(
      menuLink('Revoke access', 'trash-2', at.revoke(workspaceId, connectionId, installationId), {
        danger: true,
      }),
    )
  return { id: `menu-${installationId}`, label: `More options for ${name}`, items }
}
