import {
  type ApprovalRequestState,
  type RequestStatus,
  sentenceLimit,
  statusOf,
} from '../../../installs/approval.ts'
import type { Notice, Notices } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import { type SelectionBar, selectCell, selectionBar } from '../../frame/selection.ts'
import type { Badge } from '../../kit/badge.ts'
import { type Moment, momentOf } from '../../kit/dates.ts'
import { shortLevels } from '../../kit/levels.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark, type Mark } from '../../kit/marks.ts'
import { type Pagination, type PassedCursors, paginate } from '../../kit/pagination.ts'
import type { Cell } from '../../kit/table.ts'
import { countWords } from '../../kit/words.ts'
import { outside, urls } from '../../urls.ts'
import type { RequestToDecide } from './readings.ts'
import { requestButtons } from './selected.ts'

export type RequestCard = {
  id: string
  connection: { name: string; mark: Mark; badges: Badge[]; about: string; website: string | null }
  person: { name: string; email: string; note: string | null }
  asked: Moment
  levels: string[]
  reason: string
  /** The decision; null: it waits. */
  outcome: { badge: Badge; sentence: string; at: Moment | null; answer: string | null } | null
  /** The check box that selects it; null: it is decided. */
  select: Cell | null
  /** The form to decide it, filled with an answer that could not be sent; null: it is decided. */
  form: { action: string; answer: string; problem: string | null; limit: number } | null
}

export type RequestsPage = {
  notice: Notice | null
  tabs: { label: string; href: string; current: boolean }[]
  cards: RequestCard[]
  bar: SelectionBar | null
  empty: { icon: 'inbox' | 'history'; heading: string; sentence: string; action: null }
  pagination: Pagination
}
export const requestsView = view<RequestsPage>('settings/requests')

/** An owner's answer that could not be sent, and the problem with it. */
export type Unsent = { requestId: string; answer: string; problem: string }

type Facts = {
  workspace: { id: string; name: string }
  show: 'waiting' | 'decided'
  rows: RequestToDecide[]
  more: boolean
  trail: PassedCursors
  notice: Notice | null
  unsent: Unsent | null
  now: Date
}

export function requestsPage(facts: Facts): RequestsPage {
  const { workspace, show, rows, more, trail, notice } = facts
  const here = urls.requests(workspace.id)
  const list = show === 'waiting' ? here : `${here}?show=decided`
  return {
    notice,
    tabs: [
      { label: 'Waiting', href: here, current: show === 'waiting' },
      { label: 'Decided', href: `${here}?show=decided`, current: show === 'decided' },
    ],
    cards: rows.map(row => cardOf(facts, row)),
    bar: rows.some(row => statusOf(row, facts.now) === 'pending') ? selectionBar(here, requestButtons) : null,
    empty:
      show === 'waiting'
        ? {
            icon: 'inbox',
            heading: trail.after ? 'No more requests' : 'No requests',
            sentence: `When the policy does not let a member install a connection in ${workspace.name}, they can ask for approval, and the request appears here.`,
            action: null,
          }
        : {
            icon: 'history',
            heading: trail.after ? 'No more requests' : 'Nothing decided yet',
            sentence: 'Requests that were approved or declined, were taken back or have expired appear here.',
            action: null,
          },
    pagination: paginate(list, trail, more ? rows.at(-1)!.id : null),
  }
}

function cardOf({ workspace, unsent, now }: Facts, row: RequestToDecide): RequestCard {
  const { connection, person } = row
  const status = statusOf(row, now)
  const mine = unsent?.requestId === row.id ? unsent : null
  return {
    id: row.id,
    connection: {
      name: connection.name,
      mark: connectionMark({ ...connection, logo: logoOf(connection) }),
      badges: badgesOf(connection),
      about: aboutOf(connection),
      website: outside(connection.website),
    },
    person: {
      name: person.name,
      email: person.email,
      note: person.isMember ? null : 'no longer in this workspace',
    },
    asked: momentOf(row.askedAt, now),
    levels: shortLevels(row.capabilities),
    reason: row.reason,
    outcome: status === 'pending' ? null : outcomeOf(row, status, now),
    select: status === 'pending' ? selectCell({ id: row.id, name: selectedName(row) }) : null,
    form:
      status === 'pending'
        ? {
            action: urls.decideRequest(workspace.id, row.id),
            answer: mine?.answer ?? '',
            problem: mine?.problem ?? null,
            limit: sentenceLimit,
          }
        : null,
  }
}

/** The connection and the member who asked. */
export const selectedName = ({ connection, person }: RequestToDecide) =>
  `${connection.name} for ${person.name}`

function badgesOf(connection: RequestToDecide['connection']): Badge[] {
  const badges: Badge[] = []
  if (connection.firstParty) badges.push({ label: 'First-party', kind: 'accent' })
  else if (connection.verified) badges.push({ label: 'Verified by us', kind: 'good' })
  else badges.push({ label: 'Not verified by us', kind: 'plain' })
  if (connection.disabled) badges.push({ label: 'Switched off', kind: 'danger' })
  return badges
}

function aboutOf({ developerName, installed }: RequestToDecide['connection']): string {
  const maker = `Made by ${developerName ?? 'a developer who gave no name'}`
  return installed === 0
    ? `${maker}. No one here has it installed.`
    : `${maker}. ${countWords(installed, 'person here has', 'people here have')} it installed.`
}

type Settled = Exclude<ApprovalRequestState, 'pending'> | 'expired'

const badges: Record<Settled, Badge> = {
  approved: { label: 'Approved', kind: 'good' },
  'taken-up': { label: 'Approved and installed', kind: 'good' },
  declined: { label: 'Declined', kind: 'danger' },
  withdrawn: { label: 'Taken back', kind: 'plain' },
  expired: { label: 'Expired', kind: 'warning' },
}

function outcomeOf(row: RequestToDecide, status: Settled, now: Date): NonNullable<RequestCard['outcome']> {
  const by = row.decidedBy ?? 'someone who is gone'
  const sentences: Record<Settled, string> = {
    approved: `Approved by ${by}`,
    'taken-up': `Approved by ${by}`,
    declined: `Declined by ${by}`,
    withdrawn: `Taken back by ${row.person.name}`,
    expired: row.decidedAt ? `Approved by ${by}, but not used in time` : 'Not decided in time',
  }
  return {
    badge: badges[status],
    sentence: sentences[status],
    at: row.decidedAt && momentOf(row.decidedAt, now),
    answer: row.answer,
  }
}

export const notices: Notices = {
  'selected-approved': count => ({
    kind: 'good',
    sentence: `Approved ${countWords(count, 'request', 'requests')}. The members can continue their installs.`,
  }),
  'selected-declined': count => ({
    kind: 'good',
    sentence: `Declined ${countWords(count, 'request', 'requests')}. The members see your answer.`,
  }),
  'none-selected': () => ({
    kind: 'info',
    sentence: 'Nothing was changed: tick at least one request first.',
  }),
  approved: () => ({
    kind: 'good',
    sentence: 'Approved. It is on the approved list, and the member who asked can continue their install.',
  }),
  declined: () => ({ kind: 'good', sentence: 'Declined. The member sees your answer.' }),
}

/** Another owner decided first, or the member took the request back. */
export function tooLateWords(row: RequestToDecide, status: RequestStatus): Notice {
  const by = row.decidedBy ?? 'Another owner'
  const { name } = row.person
  const sentences: Record<RequestStatus, string> = {
    pending: '',
    approved: `${by} has already approved this request of ${name}. Your decision was not used.`,
    'taken-up': `${by} has already approved this request of ${name}. Your decision was not used.`,
    declined: `${by} has already declined this request of ${name}. Your decision was not used.`,
    withdrawn: `${name} has taken this request back. Your decision was not used.`,
    expired: `This request of ${name} has expired. Your decision was not used.`,
  }
  return { kind: 'warning', sentence: sentences[status] }
}
