import { allowAccess } from './installs/actions/allow-access.ts'
import { uuidv7 } from './installs/ids.ts'
import { approvalSteps } from './rule-screens.ts'
import { approvalRequestStore } from './storage/postgres/approval-requests.ts'
import { saveConsent } from './storage/postgres/consents.ts'
import { appendEvent } from './storage/postgres/events.ts'
import { readPlacement } from './storage/postgres/placements.ts'
import { poolOf } from './storage/postgres/pool.ts'
import { readReachable } from './storage/postgres/reach.ts'
import {
  readConnectionToInstall,
  readInstallChoices,
  readOwners,
} from './storage/postgres/readings/install-choices.ts'
import { readPicker, rowCountLimit, sumCountLimit } from './storage/postgres/readings/install-pages.ts'
import { searchPicker } from './storage/postgres/readings/install-search.ts'
import { holdForApproval } from './storage/postgres/sandboxes.ts'
import { transact } from './storage/postgres/transaction.ts'
import type { Stores } from './stores.ts'
import type { WebNeeds } from './web/web.ts'

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
      connection: id => readConnectionToInstall(pool, id),
      choices: (userId, connectionId) => readInstallChoices(pool, userId, connectionId),
      owners: workspaceId => readOwners(pool, workspaceId),
      picker: question => readPicker(pool, question),
      search: question => searchPicker(pool, question),
    },
    countLimits: { row: rowCountLimit, sum: sumCountLimit },
    allowAccess: allowAccess({
      transact: work =>
        transact(pool, client =>
          work({
            placement: (userId, workspaceId, connectionId) =>
              readPlacement(client, userId, workspaceId, connectionId),
            reachable: (userId, workspaceId, pages) => readReachable(client, userId, workspaceId, pages),
            saveConsent: consent => saveConsent(client, consent),
            takeUpRequests: approvalRequestStore(client).takeUpRequests,
            append: event => appendEvent(client, event),
          }),
        ),
      now: () => new Date(),
      newId: uuidv7,
    }),
    approval: approvalSteps(stores),
    holdForApproval: (personaId, wanted) => holdForApproval(pool, personaId, wanted),
  }
}
