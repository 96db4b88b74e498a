/** A member's installation that someone else ended: who, when, and how to connect it again. */
import { mayInstall } from '../../../installs/policy.ts'
import { refusals } from '../../frame/refusals.ts'
import { type Moment, momentOf } from '../../kit/dates.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark, type Mark } from '../../kit/marks.ts'
import type { EndedByOthers } from './readings.ts'

export type EndedRow = { name: string; mark: Mark; words: string; at: Moment; next: string }

export function endedRow({ connection, reason, at, placement }: EndedByOthers, now: Date): EndedRow {
  return {
    name: connection.name,
    mark: connectionMark({ ...connection, logo: logoOf(connection) }),
    words: endings[reason],
    at: momentOf(at, now),
    next: nextOf(reason, placement),
  }
}

/** A moment follows: "… just now". */
const endings: Record<EndedByOthers['reason'], string> = {
  'by-owner': 'A workspace owner disconnected it',
  'not-approved': 'A workspace owner disconnected everything that is not approved here',
  'let-go': 'A workspace owner ended it while you were away',
  'by-operator': 'The operator of this service disconnected it',
  'by-partner': 'The application revoked its own access',
  'authorization-ended': 'Its access expired, or was ended because it was used twice',
  'connection-deleted': 'Its developer deleted it',
}

function nextOf(reason: EndedByOthers['reason'], placement: EndedByOthers['placement']): string {
  if (reason === 'connection-deleted') return 'It cannot be connected again.'
  const may = mayInstall(placement)
  if (may.kind === 'yes') return 'You can connect it again from its own site.'
  const { sentence, next } = refusals[may.because]
  return `${sentence} ${next}`
}
