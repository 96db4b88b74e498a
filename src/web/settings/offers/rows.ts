/** An offer of a departed member's installation, as a row of My requests and of My connections. */
import { type Moment, momentOf } from '../../kit/dates.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark, type Mark } from '../../kit/marks.ts'
import { urls } from '../../urls.ts'
import type { MyOffer } from './readings.ts'

export type OfferRow = { name: string; mark: Mark; words: string; at: Moment; href: string }

export function offerRow(workspaceId: string, offer: MyOffer, now: Date): OfferRow {
  const { connection, from, offeredBy, offeredAt, id } = offer
  return {
    name: connection.name,
    mark: connectionMark({ ...connection, logo: logoOf(connection) }),
    words: `${from} left the workspace. ${offeredBy ?? 'An owner'} offers it to you.`,
    at: momentOf(offeredAt, now),
    href: urls.handOver.show(workspaceId, id),
  }
}
