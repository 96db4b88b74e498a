import type { ClientBase } from 'pg'
import type { EntityManager } from 'typeorm'
import { allowAccess } from '../installs/actions/allow-access.ts'
import { forgetStopped } from '../installs/actions/forget-stopped.ts'
import { requestApproval } from '../installs/actions/request-approval.ts'
import type { NoteFlowStep } from '../installs/flow-log.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import {
  readConnectionToInstall,
  readInstallChoices,
  readOwners,
} from '../storage/postgres/queries/install/choices.ts'
import { readPicker, rowCountLimit, sumCountLimit } from '../storage/postgres/queries/picker/pages.ts'
import { searchPicker } from '../storage/postgres/queries/picker/search.ts'
import { readLatestRequest } from '../storage/postgres/queries/settings/my-requests.ts'
import { readReachable } from '../storage/postgres/reach.ts'
import { approvalRequestStore } from '../storage/postgres/stores/approval-requests.ts'
import { saveConsent } from '../storage/postgres/stores/consents.ts'
import { readPlacement } from '../storage/postgres/stores/placements.ts'
import { holdForApproval } from '../storage/postgres/stores/sandboxes.ts'
import type { Frame } from '../web/frame/frame.ts'
import type { Interactions } from '../web/install/interactions.ts'
import { type Install, install } from '../web/install/routes.ts'
import { actionParts, now } from './action-parts.ts'
import type { Stores } from './stores.ts'

const storesOf = (client: ClientBase, repositories: EntityManager) => ({
  ...approvalRequestStore(client, repositories),
  placement: (userId: string, workspaceId: string, connectionId: string) =>
    readPlacement(client, userId, workspaceId, connectionId),
  reachable: (userId: string, workspaceId: string, pages: readonly string[]) =>
    readReachable(client, userId, workspaceId, pages),
  saveConsent: (consent: Parameters<typeof saveConsent>[1]) => saveConsent(repositories, consent),
})

/** The flow: consent, page picker, and the request for approval where a policy refuses. */
export function installScreens(
  stores: Stores,
  frame: Frame,
  provider: { interactions: Interactions; note: NoteFlowStep },
): Install {
  const pool = poolOf(stores.database)
  const parts = actionParts(stores.database, storesOf)
  return install({
    ...frame,
    ...provider,
    store: stores.shortLived,
    readings: {
      connection: readConnectionToInstall(pool),
      choices: readInstallChoices(pool),
      owners: readOwners(pool),
      picker: readPicker(pool),
      search: searchPicker(pool),
    },
    countLimits: { row: rowCountLimit, sum: sumCountLimit },
    allowAccess: allowAccess(parts),
    approval: {
      requestApproval: requestApproval(parts),
      forgetStopped: forgetStopped(parts),
      latestRequest: readLatestRequest(pool),
    },
    holdForApproval: (personaId, wanted) => holdForApproval(pool, personaId, wanted, now()),
  })
}
