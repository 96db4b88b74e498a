/** For owners: installations of departed members, and the offers of them. */
import { mayInstall } from '../../../installs/policy.ts'
import type { ConfirmPage } from '../../frame/confirm.ts'
import type { Notice, Notices } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import { type Moment, momentOf } from '../../kit/dates.ts'
import { type Field, field } from '../../kit/field.ts'
import { shortLevels } from '../../kit/levels.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark, type Mark, personMark } from '../../kit/marks.ts'
import { type Pagination, type PassedCursors, paginate } from '../../kit/pagination.ts'
import { countWords } from '../../kit/words.ts'
import { urls } from '../../urls.ts'
import type { LeftBehind, Receiver } from './readings.ts'

type Workspace = { id: string; name: string }

export type LeftBehindRow = {
  id: string
  name: string
  mark: Mark
  person: string
  since: Moment
  levels: string[]
  pages: string
  /** The offer or the last answer; null: it was never offered. */
  status: string | null
  /** Where another member is chosen; null: an offer waits. */
  handOver: { label: string; href: string } | null
  /** Takes the offer back, if one waits. */
  withdraw: { label: string; action: string } | null
  letGo: { label: string; href: string }
}

export type LeftBehindPage = {
  notice: Notice | null
  rows: LeftBehindRow[]
  empty: { icon: 'users'; heading: string; sentence: string; action: null }
  pagination: Pagination
}
export const leftBehindView = view<LeftBehindPage>('settings/left-behind')

export function leftBehindPage(facts: {
  workspace: Workspace
  rows: LeftBehind[]
  more: boolean
  trail: PassedCursors
  notice: Notice | null
  now: Date
}): LeftBehindPage {
  const { workspace, rows, more, trail, notice, now } = facts
  const here = urls.leftBehind(workspace.id)
  return {
    notice,
    rows: rows.map(row => rowOf(workspace, row, now)),
    empty: {
      icon: 'users',
      heading: trail.after ? 'No more connections' : 'Nothing is left behind',
      sentence: `When a member leaves ${workspace.name}, their connections stop at once and appear here. You can hand them over or let them go.`,
      action: null,
    },
    pagination: paginate(here, trail, more ? rows.at(-1)!.installationId : null),
  }
}

function rowOf(workspace: Workspace, row: LeftBehind, now: Date): LeftBehindRow {
  const { connection, person, installationId, offer } = row
  const what = `${connection.name} of ${person.name}`
  return {
    id: installationId,
    name: connection.name,
    mark: markOf(connection),
    person: person.name,
    since: momentOf(row.since, now),
    levels: shortLevels(row.capabilities),
    pages: row.pages === 0 ? 'No pages' : countWords(row.pages, 'page', 'pages'),
    status: offer
      ? `Offered to ${offer.to}, who has to accept it`
      : row.declinedBy
        ? `${row.declinedBy} declined it`
        : null,
    handOver: offer
      ? null
      : { label: `Hand over ${what}`, href: urls.handOver.offer(workspace.id, installationId) },
    withdraw: offer && {
      label: `Take back the offer of ${what}`,
      action: urls.handOver.withdraw(workspace.id, offer.id),
    },
    letGo: { label: `Let go ${what}`, href: urls.handOver.letGo(workspace.id, installationId) },
  }
}

const markOf = (connection: LeftBehind['connection']) =>
  connectionMark({ ...connection, logo: logoOf(connection) })

export type ReceiversPage = {
  name: string
  mark: Mark
  lead: string
  search: { action: string; field: Field }
  action: string
  rows: {
    id: string
    name: string
    email: string
    mark: Mark
    note: string
    label: string
    /** The reason why this member cannot take it over; null: they can. */
    problem: string | null
  }[]
  /** There are more members than are listed. */
  more: boolean
  empty: { icon: 'search'; heading: string; sentence: string; action: { label: string; href: string } }
}
export const receiversView = view<ReceiversPage>('settings/hand-over')

export function receiversPage(
  workspace: Workspace,
  words: string,
  { left, receivers, more }: { left: LeftBehind; receivers: Receiver[]; more: boolean },
): ReceiversPage {
  const { connection, person, installationId } = left
  const here = urls.handOver.offer(workspace.id, installationId)
  return {
    name: connection.name,
    mark: markOf(connection),
    lead: `${person.name} left ${workspace.name}, and ${connection.name} stopped. When the member whom you choose accepts it, it works again, on those of its pages that they reach.`,
    search: { action: here, field: field('q', 'Search members', { type: 'search', value: words }) },
    action: here,
    rows: receivers.map(one => ({
      id: one.id,
      name: one.name,
      email: one.email,
      mark: personMark(one),
      note: reachWords(one.reaches, left.pages),
      label: `Hand over to ${one.name}`,
      problem: problemOf(one),
    })),
    more,
    empty: {
      icon: 'search',
      heading: 'No results',
      sentence: 'No member’s name or e-mail address contains this.',
      action: { label: 'Show all members', href: here },
    },
  }
}

function problemOf({ placement, hasOwn }: Receiver): string | null {
  if (hasOwn) return 'Already has it installed'
  const may = mayInstall(placement)
  if (may.kind === 'yes') return null
  return may.because === 'connection-disabled'
    ? 'The connection is switched off'
    : 'The policy does not let them install it'
}

export function letGoPage(workspace: Workspace, left: LeftBehind): ConfirmPage {
  const { connection, person } = left
  return {
    heading: `Let go of ${connection.name}?`,
    lead: `${person.name} installed it in ${workspace.name} and has left. It has stopped, and will end for good.`,
    effects: [
      'Its tokens never work again, and it can no longer be handed over.',
      ...(left.offer ? [`The offer to ${left.offer.to} ends with it.`] : []),
      'Other people’s connections stay as they are.',
    ],
    undo: 'This cannot be undone. Others can connect it for themselves.',
    submit: {
      label: `Let go of ${connection.name}`,
      action: urls.handOver.letGo(workspace.id, left.installationId),
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it', href: urls.leftBehind(workspace.id) },
  }
}

export const notices: Notices = {
  offered: () => ({ kind: 'good', sentence: 'Offered. It works again when that member accepts it.' }),
  'offered-already': () => ({
    kind: 'warning',
    sentence: 'It is already offered to someone, as you see below. Take that offer back first.',
  }),
  withdrawn: () => ({ kind: 'good', sentence: 'Offer taken back.' }),
  over: () => ({ kind: 'info', sentence: 'The offer was answered before you took it back.' }),
  disconnected: () => ({ kind: 'good', sentence: 'Let go. Its tokens never work again.' }),
  already: () => ({ kind: 'info', sentence: 'It was already disconnected.' }),
}

function reachWords(reached: number, pages: number): string {
  if (pages === 0) return 'It has no pages'
  if (pages === 1) return reached === 1 ? 'Reaches its page' : 'Does not reach its page'
  return `Reaches ${reached === pages ? 'all' : reached} of its ${countWords(pages, 'page', 'pages')}`
}
