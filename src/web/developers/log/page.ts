import type { FlowFailure, FlowOutcome, FlowStepKind } from '../../../installs/flow-log.ts'
import { view } from '../../frame/render.ts'
import { clockOf, type Moment, momentOf } from '../../kit/dates.ts'
import { type Field, field } from '../../kit/field.ts'
import { type Pagination, type PassedCursors, paginate } from '../../kit/pagination.ts'
import { urls } from '../../urls.ts'
import type { ConnectionVisit } from '../frame/gate.ts'
import { type Badge, type ConnectionHead, headOf } from '../frame/head.ts'
import { differences, foreignWords, nearest, type Piece, unmarked } from './differences.ts'
import type { LoggedAttempt, LoggedStep } from './readings.ts'

/** Attempts shown at once. */
export const attemptsSize = 50

export const outcomes: Record<FlowOutcome, Badge> = {
  'under-way': { words: 'Under way', tone: 'plain' },
  connected: { words: 'Connected', tone: 'good' },
  cancelled: { words: 'Cancelled', tone: 'plain' },
  failed: { words: 'Failed', tone: 'danger' },
  ended: { words: 'Ended', tone: 'plain' },
}

export type AttemptRow = {
  href: string
  started: Moment
  /** To the second. */
  clock: string
  badge: Badge
  last: string | null
  who: string | null
  failure: string | null
}

export type LogPage = {
  head: ConnectionHead
  action: string
  search: Field
  outcomes: { value: string; label: string; chosen: boolean }[]
  clear: string | null
  rows: AttemptRow[]
  empty: {
    icon: 'history'
    heading: string
    sentence: string
    action: { label: string; href: string } | null
  }
  pagination: Pagination
}
export const logView = view<LogPage>('developers/log')

type Asked = { outcome: FlowOutcome | null; requestId: string; trail: PassedCursors }

export function logPage(visit: ConnectionVisit, asked: Asked, attempts: LoggedAttempt[], now: Date): LogPage {
  const { id } = visit.connection
  const list = urls.developersPart(id, 'log')
  const narrowed = asked.outcome !== null || asked.requestId !== ''
  const query = new URLSearchParams()
  if (asked.outcome) query.set('outcome', asked.outcome)
  if (asked.requestId) query.set('request', asked.requestId)
  const shown = attempts.slice(0, attemptsSize)
  const last = shown.at(-1)
  const next = last && attempts.length > attemptsSize ? `${last.startedAt.getTime()}.${last.id}` : null
  return {
    head: headOf(visit, 'log'),
    action: list,
    search: field('request', 'Request id', { type: 'search', value: asked.requestId }),
    outcomes: (Object.keys(outcomes) as FlowOutcome[]).map(value => ({
      value,
      label: outcomes[value].words,
      chosen: value === asked.outcome,
    })),
    clear: narrowed ? list : null,
    rows: shown.map(one => ({
      href: urls.developersAttempt(id, one.id),
      started: momentOf(one.startedAt, now),
      clock: clockOf(one.startedAt),
      badge: outcomes[one.outcome],
      last: one.lastKind && (one.failureCode ? failed : done)[one.lastKind],
      who: whoWords(one),
      failure: one.failureCode,
    })),
    empty: emptyWords(list, narrowed || asked.trail.after !== null),
    pagination: paginate(`${list}?${query}`, asked.trail, next),
  }
}

function emptyWords(list: string, narrowed: boolean): LogPage['empty'] {
  return narrowed
    ? {
        icon: 'history',
        heading: 'Nothing found',
        sentence:
          'No attempt of the last 30 days fits. A request id is on every answer, and on every screen that says what went wrong.',
        action: { label: 'Show all attempts', href: list },
      }
    : {
        icon: 'history',
        heading: 'No attempts yet',
        sentence:
          'Each time somebody begins to install this connection, each step appears here, and for each failure what was sent, what was expected, and what to do.',
        action: null,
      }
}

function whoWords({ workspace }: LoggedAttempt): string | null {
  return workspace === null ? null : `A member of ${workspace}`
}

function nobodyWords(first: FlowStepKind | undefined): string {
  return first === undefined || first === 'authorize'
    ? 'Nobody has allowed access yet.'
    : 'A request of your server that belongs to no flow that is known.'
}

export type ShownFailure = {
  code: string
  sentence: string
  sent: Piece[] | null
  /** The nearest of them marked, the others as they are. */
  expected: Piece[][]
  advice: string
}
export type ShownStep = {
  title: string
  at: Moment
  clock: string
  requestId: string | null
  failure: ShownFailure | null
}

export type AttemptPage = {
  head: ConnectionHead
  heading: string
  who: string
  badge: Badge
  steps: ShownStep[]
  back: string
}
export const attemptView = view<AttemptPage>('developers/attempt')

export function attemptPage(
  visit: ConnectionVisit,
  { attempt, steps }: { attempt: LoggedAttempt; steps: LoggedStep[] },
  now: Date,
): AttemptPage {
  return {
    head: headOf(visit, 'log'),
    heading: `Attempt of ${momentOf(attempt.startedAt, now).exact}`,
    who: whoWords(attempt) ?? nobodyWords(steps[0]?.kind),
    badge: outcomes[attempt.outcome],
    steps: steps.map(step => ({
      title: step.failure ? failed[step.kind] : done[step.kind],
      at: momentOf(step.at, now),
      clock: clockOf(step.at),
      requestId: step.requestId,
      failure: step.failure && shownFailure(step.failure),
    })),
    back: urls.developersPart(visit.connection.id, 'log'),
  }
}

function shownFailure({ code, sentence, sent, expected, advice }: FlowFailure): ShownFailure {
  const words = { code, sentence, advice }
  const asTheyAre = expected.map(unmarked)
  if (sent === null) return { ...words, sent, expected: asTheyAre }
  if (code === 'invalid_scope') return { ...words, sent: foreignWords(sent, expected), expected: asTheyAre }
  // Of other things than addresses, hashes among them, single characters say nothing.
  const meant = expected.every(one => URL.canParse(one)) ? nearest(sent, expected) : null
  if (meant === null) return { ...words, sent: unmarked(sent), expected: asTheyAre }
  return {
    ...words,
    sent: differences(sent, meant).sent,
    expected: expected.map(one => (one === meant ? differences(sent, one).expected : unmarked(one))),
  }
}

const done: Record<FlowStepKind, string> = {
  authorize: 'Authorize request received',
  'signed-in': 'Signed in',
  workspace: 'Workspace chosen',
  pages: 'Pages chosen',
  allowed: 'Access allowed',
  cancelled: 'Cancelled by the member',
  'not-allowed': 'Not let through',
  'code-issued': 'Code issued',
  'code-redeemed': 'Code redeemed',
  refreshed: 'Tokens refreshed',
  revoked: 'Tokens given back',
  introspected: 'Token introspected',
}
const failed: Record<FlowStepKind, string> = {
  ...done,
  authorize: 'Authorize request refused',
  'code-issued': 'No code was issued',
  'code-redeemed': 'Code not redeemed',
  refreshed: 'Refresh refused',
  revoked: 'Tokens not given back',
  introspected: 'Introspection without result',
}
