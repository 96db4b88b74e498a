/** The log of one connection: attempts of its flow, newest first. */
import type { FlowOutcome } from '../../../installs/flow-log.ts'
import { view } from '../../frame/render.ts'
import { clockOf, momentOf } from '../../kit/dates.ts'
import { type Field, field } from '../../kit/field.ts'
import { type Pagination, type PassedCursors, paginate } from '../../kit/pagination.ts'
import { type Cell, type Columns, clipCell, type Table, table } from '../../kit/table.ts'
import { urls } from '../../urls.ts'
import type { ConnectionVisit } from '../frame/gate.ts'
import { type ConnectionHead, headOf } from '../frame/head.ts'
import type { LoggedAttempt } from './readings.ts'
import { failedStepWords, outcomes, stepWords, whoWords } from './words.ts'

/** Attempts shown at once. */
export const attemptsSize = 50

export type LogPage = {
  head: ConnectionHead
  action: string
  search: Field
  outcomes: { value: string; label: string; chosen: boolean }[]
  clear: string | null
  table: Table
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
    table: table(columns(id, now), shown),
    empty: emptyWords(list, narrowed || asked.trail.after !== null),
    pagination: paginate(`${list}?${query}`, asked.trail, next),
  }
}

const columns = (connectionId: string, now: Date): Columns<LoggedAttempt> => [
  {
    label: 'Begun',
    cell: one => ({
      kind: 'attempt',
      href: urls.developersAttempt(connectionId, one.id),
      at: momentOf(one.startedAt, now),
      clock: clockOf(one.startedAt),
    }),
  },
  { label: 'Outcome', cell: one => badgeCell(outcomes[one.outcome]) },
  {
    label: 'Last step',
    cell: ({ lastKind, failureCode }) => ({
      kind: 'step',
      text: lastKind && (failureCode ? failedStepWords : stepWords)[lastKind],
      code: failureCode,
    }),
  },
  { label: 'Who', cell: one => clipCell(whoWords(one)) },
]

const badgeCell = ({ words, tone }: (typeof outcomes)[FlowOutcome]): Cell => ({
  kind: 'badge',
  badge: { label: words, kind: tone },
})

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
