import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import type { Badge } from '../../kit/badge.ts'
import { type Moment, momentOf } from '../../kit/dates.ts'
import { shortLevels } from '../../kit/levels.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark, type Mark, workspaceMark } from '../../kit/marks.ts'
import { type Pagination, type PassedCursors, paginate } from '../../kit/pagination.ts'
import { namesWords } from '../../kit/words.ts'
import { urls } from '../../urls.ts'
import type { MyOffer } from '../offers/readings.ts'
import { type OfferRow, offerRow } from '../offers/rows.ts'
import { type Stage, stageBadges, stageOf } from '../requests/status.ts'
import type { MyRequest } from './readings.ts'

export type MyRequestsPage = {
  workspace: string
  notice: Notice | null
  offers: OfferRow[]
  /** `resume`: where the install continues; null: it cannot. */
  rows: { name: string; mark: Mark; badge: Badge; asked: Moment; href: string; resume: string | null }[]
  empty: { icon: 'inbox'; heading: string; sentence: string; action: null }
  pagination: Pagination
}
export const myRequestsView = view<MyRequestsPage>('settings/my-requests')

type Workspace = { id: string; name: string; icon: string | null }

export function myRequestsPage(facts: {
  workspace: Workspace
  rows: MyRequest[]
  offers: MyOffer[]
  more: boolean
  trail: PassedCursors
  notice: Notice | null
  now: Date
}): MyRequestsPage {
  const { workspace, rows, offers, more, trail, notice, now } = facts
  const here = urls.myRequests(workspace.id)
  return {
    workspace: workspace.name,
    notice,
    offers: offers.map(offer => offerRow(workspace.id, offer, now)),
    rows: rows.map(row => {
      const stage = stageOf(row, now)
      return {
        name: row.connection.name,
        mark: markOf(row.connection),
        badge: stageBadges[stage],
        asked: momentOf(row.askedAt, now),
        href: urls.myRequest.show(workspace.id, row.id),
        resume: isOpen(stage) && row.resumable ? urls.myRequest.resume(workspace.id, row.id) : null,
      }
    }),
    empty: {
      icon: 'inbox',
      heading: trail.after ? 'No more requests' : 'No requests yet',
      sentence:
        'When the policy does not let you install a connection, you can ask an owner to approve it. Your requests appear here.',
      action: null,
    },
    pagination: paginate(here, trail, more ? rows.at(-1)!.id : null),
  }
}

const markOf = (connection: MyRequest['connection']) =>
  connectionMark({ ...connection, logo: logoOf(connection) })

const isOpen = (stage: Stage) => stage === 'approved' || stage === 'free'

export type MyRequestPage = {
  header: { connection: { name: string; mark: Mark }; workspace: { name: string; mark: Mark } }
  notice: Notice | null
  heading: string
  badge: Badge
  sentence: string
  reason: string
  asked: Moment
  levels: string[]
  /** The owner's answer, if they wrote one. */
  answer: { by: string; text: string } | null
  /** Where the install continues; null: it cannot. */
  resume: { action: string; until: string } | null
  withdraw: string | null
  /** Where the partner gets its denial; null: it does not get one. */
  close: string | null
  back: string
}
export const myRequestView = view<MyRequestPage>('settings/my-request')

const day = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' })

export function myRequestPage(facts: {
  workspace: Workspace
  request: MyRequest
  owners: { names: string[]; count: number }
  notice: Notice | null
  now: Date
}): MyRequestPage {
  const { workspace, request, owners, notice, now } = facts
  const { connection, resumable } = request
  const stage = stageOf(request, now)
  const goesOn = isOpen(stage) && resumable
  const isOver = stage !== 'waiting' && stage !== 'taken-up' && !isOpen(stage)
  return {
    header: {
      connection: { name: connection.name, mark: markOf(connection) },
      workspace: { name: workspace.name, mark: workspaceMark(workspace) },
    },
    notice,
    heading: headings[stage](connection.name),
    badge: stageBadges[stage],
    sentence: sentenceOf(stage, request, workspace.name, owners),
    reason: request.reason,
    asked: momentOf(request.askedAt, now),
    levels: shortLevels(request.capabilities),
    answer: request.answer ? { by: request.decidedBy ?? 'An owner', text: request.answer } : null,
    resume: goesOn
      ? { action: urls.myRequest.resume(workspace.id, request.id), until: day.format(request.expiresAt) }
      : null,
    withdraw: stage === 'waiting' ? urls.myRequest.withdraw(workspace.id, request.id) : null,
    close: isOver && resumable ? urls.myRequest.close(workspace.id, request.id) : null,
    back: urls.myRequests(workspace.id),
  }
}

const headings: Record<Stage, (connection: string) => string> = {
  waiting: connection => `${connection} waits for approval`,
  free: connection => `${connection} no longer needs approval`,
  approved: connection => `${connection} is approved`,
  ended: connection => `The approval of ${connection} was taken back`,
  declined: connection => `${connection} was not approved`,
  expired: connection => `The request for ${connection} has expired`,
  withdrawn: connection => `You took back your request for ${connection}`,
  'taken-up': connection => `You allowed access to ${connection}`,
}

function sentenceOf(
  stage: Stage,
  { connection, resumable, decidedAt }: MyRequest,
  workspace: string,
  owners: { names: string[]; count: number },
): string {
  const again = `To install it, start again from ${connection.name}.`
  switch (stage) {
    case 'waiting':
      return owners.count === 0
        ? `An owner of ${workspace} decides. You can close this page: the request stays in My requests.`
        : `${namesWords(owners.names, owners.count)} can decide, as ${owners.count === 1 ? 'the owner' : 'the owners'} of ${workspace}. You can close this page: the request stays in My requests.`
    case 'free':
      return `The policy of ${workspace} lets you install it now. ${resumable ? 'You continue where you were stopped.' : again}`
    case 'approved':
      return resumable ? `You continue where you were stopped, and choose pages in ${workspace}.` : again
    case 'ended':
      return `It was approved, but the policy of ${workspace} no longer lets you install it.`
    case 'declined':
      return `An owner of ${workspace} declined. ${connection.name} gets no access.`
    case 'expired':
      return decidedAt
        ? `It was approved, but you did not continue within 7 days. ${again}`
        : `No owner of ${workspace} decided within 7 days. ${again}`
    case 'withdrawn':
      return again
    default:
      return 'The request was approved, and you continued.'
  }
}
