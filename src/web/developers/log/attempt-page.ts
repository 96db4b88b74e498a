/** One attempt of a flow: its steps, and for each failure the values that were sent and expected. */
import type { FlowFailure, FlowStepKind } from '../../../installs/flow-log.ts'
import { view } from '../../frame/render.ts'
import { clockOf, type Moment, momentOf } from '../../kit/dates.ts'
import { urls } from '../../urls.ts'
import type { ConnectionVisit } from '../frame/gate.ts'
import { type Badge, type ConnectionHead, headOf } from '../frame/head.ts'
import { differences, foreignWords, nearest, type Piece, unmarked } from './differences.ts'
import type { LoggedAttempt, LoggedStep } from './readings.ts'
import { failedStepWords, outcomes, stepWords, whoWords } from './words.ts'

function nobodyWords(first: FlowStepKind | undefined): string {
  return first === undefined || first === 'authorize'
    ? 'Access has not been allowed yet.'
    : 'A request of your server that belongs to no known flow.'
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
  /** Of a consent: the access levels that were allowed. */
  scope: string | null
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
      title: step.failure ? failedStepWords[step.kind] : stepWords[step.kind],
      at: momentOf(step.at, now),
      clock: clockOf(step.at),
      requestId: step.requestId,
      scope: step.scope,
      failure: step.failure && shownFailure(step.failure),
    })),
    back: urls.developersPart(visit.connection.id, 'log'),
  }
}

function shownFailure({ code, sentence, sent, expected, advice }: FlowFailure): ShownFailure {
  const words = { code, sentence, advice }
  const plain = expected.map(unmarked)
  if (sent === null) return { ...words, sent, expected: plain }
  if (code === 'invalid_scope') return { ...words, sent: foreignWords(sent, expected), expected: plain }
  // Only addresses are compared character by character: between hashes such differences say little.
  const meant = expected.every(one => URL.canParse(one)) ? nearest(sent, expected) : null
  if (meant === null) return { ...words, sent: unmarked(sent), expected: plain }
  return {
    ...words,
    sent: differences(sent, meant).sent,
    expected: expected.map(one => (one === meant ? differences(sent, one).expected : unmarked(one))),
  }
}
