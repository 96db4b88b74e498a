/** Every endpoint of the partner API. Of two paths that fit a request, the first one answers. */
import { accessChecks } from './access-checks.ts'
import { authzen } from './authzen.ts'
import { blocks } from './blocks.ts'
import { directory } from './directory.ts'
import type { Endpoint } from './endpoint.ts'
import { events } from './events.ts'
import { logins } from './logins.ts'
import { pages } from './pages.ts'
import { search } from './search.ts'
import { users } from './users.ts'

const rows = [
  ...accessChecks,
  ...authzen,
  ...users,
  ...search,
  ...pages,
  ...blocks,
  ...logins,
  ...directory,
  ...events,
]

export const endpoints: readonly Endpoint<EndpointNeeds>[] = rows

/** The needs of all rows together. */
export type EndpointNeeds = NeedsOf<(typeof rows)[number]>
type NeedsOf<Row> = (
  Row extends { handle: (needs: infer Needs, call: never, input: never) => unknown }
    ? (needs: Needs) => void
    : never
) extends (needs: infer All) => void
  ? All
  : never

/** `read`: no page is changed; `off`: only the host product asks, about access. */
export type PartnerApi = 'full' | 'read' | 'off'

/** The endpoints that the operator's choice leaves, each as it is documented. */
export function offered(partnerApi: PartnerApi): readonly Endpoint<EndpointNeeds>[] {
  return endpoints.filter(
    row => row.by !== 'token' || (partnerApi !== 'off' && !(partnerApi === 'read' && row.changesPages)),
  )
}
