import { allowAccess } from '../installs/actions/allow-access.ts'
import { uuidv7 } from '../installs/ids.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import {
  readConnectionToInstall,
  readInstallChoices,
  readOwners,
} from '../storage/postgres/queries/install/choices.ts'
import { readPicker, rowCountLimit, sumCountLimit } from '../storage/postgres/queries/picker/pages.ts'
import { searchPicker } from '../storage/postgres/queries/picker/search.ts'
import { readReachable } from '../storage/postgres/reach.ts'
import { repositoriesOn } from '../storage/postgres/repositories.ts'
import { approvalRequestStore } from '../storage/postgres/stores/approval-requests.ts'
import { saveConsent } from '../storage/postgres/stores/consents.ts'
import { appendEvent } from '../storage/postgres/stores/events.ts'
import { readPlacement } from '../storage/postgres/stores/placements.ts'
import { holdForApproval } from '../storage/postgres/stores/sandboxes.ts'
import { transact } from '../storage/postgres/transaction.ts'
import type { WebNeeds } from '../web/web.ts'
import { approvalSteps } from './approvals.ts'
import type { Stores } from './stores.ts'

/** What the screens of the flow stand on: the provider's side of it, their readings, and the one action that they end in. */
export function installScreens(
  stores: Stores,
  interactions: WebNeeds['install']['interactions'],
  note: WebNeeds['install']['note'],
): WebNeeds['install'] {
  const pool = poolOf(stores.database)
  return {
    interactions,
    note,
    readings: {
      connection: readConnectionToInstall(pool),
      choices: readInstallChoices(pool),
      owners: readOwners(pool),
      picker: readPicker(pool),
      search: searchPicker(pool),
    },
    countLimits: { row: rowCountLimit, sum: sumCountLimit },
    allowAccess: allowAccess({
      transact: work =>
        transact(pool, client => {
          const manager = repositoriesOn(stores.database, client)
          return work({
            placement: (userId, workspaceId, connectionId) =>
              readPlacement(client, userId, workspaceId, connectionId),
            reachable: (userId, workspaceId, pages) => readReachable(client, userId, workspaceId, pages),
            saveConsent: consent => saveConsent(manager, consent),
            takeUpRequests: approvalRequestStore(client, manager).takeUpRequests,
            append: event => appendEvent(client, event),
          })
        }),
      now: () => new Date(),
      newId: uuidv7,
    }),
    approval: approvalSteps(stores),
    holdForApproval: (personaId, wanted) => holdForApproval(pool, personaId, wanted, new Date()),
  }
}
