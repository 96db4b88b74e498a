/** For owners: what departed members left behind, and to whom it is offered. */
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
  /** What became of it so far; null: nothing yet. */
  status: string | null
  /** Where another member is chosen; null: it is offered to somebody. */
  handOver: { label: string; href: string } | null
  /** Takes the offer back; null: none waits. */
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
      sentence: `When a member leaves ${workspace.name}, what that member installed stops at once and appears here. You can hand it over or let it go.`,
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
    /** Why this member cannot take it; null: can. */
    problem: string | null
  }[]
  /** There are more members than are shown. */
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
    lead: `${person.name} left ${workspace.name}, and ${connection.name} stopped. The member whom you choose has to accept it. Then it works again, as far as that member reaches its ${left.pages === 1 ? 'page' : 'pages'}.`,
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
      heading: 'Nobody fits',
      sentence: 'No member has this in the name or the e-mail address.',
      action: { label: 'Show all members', href: here },
    },
  }
}

function problemOf({ placement, hasOwn }: Receiver): string | null {
  if (hasOwn) return 'Has it installed already'
  const may = mayInstall(placement)
  if (may.kind === 'yes') return null
  return may.because === 'connection-disabled'
    ? 'The connection is switched off'
    : 'May not install it under the policy'
}

export function letGoPage(workspace: Workspace, left: LeftBehind): ConfirmPage {
  const { connection, person } = left
  return {
    heading: `Let go of ${connection.name}?`,
    lead: `${person.name} installed it in ${workspace.name} and has left. It is stopped, and then ends for good.`,
    effects: [
      'Its tokens never work again, and nobody can take it over.',
      ...(left.offer ? [`The offer to ${left.offer.to} ends with it.`] : []),
      'What others connected stays connected.',
    ],
    undo: 'There is no undo. Somebody else can connect it anew.',
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
  offered: () => ({ kind: 'good', sentence: 'Offered. It works again as soon as that member accepts it.' }),
  'offered-already': () => ({
    kind: 'warning',
    sentence: 'It is offered to somebody already, as you see below. Take that offer back first.',
  }),
  withdrawn: () => ({ kind: 'good', sentence: 'The offer is taken back.' }),
  over: () => ({ kind: 'info', sentence: 'The offer was answered before you took it back.' }),
  disconnected: () => ({ kind: 'good', sentence: 'Let go. Its tokens never work again.' }),
  already: () => ({ kind: 'info', sentence: 'It was disconnected already. Nothing more had to be done.' }),
}

function reachWords(reached: number, pages: number): string {
  if (pages === 0) return 'It has no pages'
  if (pages === 1) return reached === 1 ? 'Reaches its page' : 'Does not reach its page'
  return `Reaches ${reached === pages ? 'all' : reached} of its ${countWords(pages, 'page', 'pages')}`
}
