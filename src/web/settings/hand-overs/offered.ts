/** What departed members left behind and an owner offers to this one, as it stands in lists of his. */
import { type Moment, momentOf } from '../../kit/dates.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark, type Mark } from '../../kit/marks.ts'
import { urls } from '../../urls.ts'
import type { MyOffer } from '../my-requests/readings.ts'

export type OfferedRow = { name: string; mark: Mark; words: string; at: Moment; href: string }

export function offeredRow(workspaceId: string, offer: MyOffer, now: Date): OfferedRow {
  const { connection, from, offeredBy, offeredAt, id } = offer
  return {
    name: connection.name,
    mark: connectionMark({ ...connection, logo: logoOf(connection) }),
    words: `${from} left it behind; ${offeredBy ?? 'an owner'} offers it to you.`,
    at: momentOf(offeredAt, now),
    href: urls.handOver.show(workspaceId, id),
  }
}
