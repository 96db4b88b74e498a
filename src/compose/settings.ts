import { poolOf } from '../storage/postgres/pool.ts'
import {
  readHistory,
  readHistoryConnections,
  streamHistory,
} from '../storage/postgres/queries/settings/history.ts'
import { countWaitingFor, countWaitingRequests } from '../storage/postgres/queries/settings/waiting.ts'
import { userStore } from '../storage/postgres/stores/users.ts'
import type { SettingsNeeds } from '../web/settings/settings.ts'
import { ruleScreens } from './approvals.ts'
import { governScreens } from './connections.ts'
import type { Stores } from './stores.ts'

/** What the settings' screens stand on: a reading a screen, and the actions that their forms end in. */
export function settingsScreens(
  stores: Stores,
  denialOf: SettingsNeeds['rule']['myRequests']['denialOf'],
): SettingsNeeds {
  const pool = poolOf(stores.database)
  return {
    workspacesOf: userStore(pool).workspacesOf,
    waitingRequests: countWaitingRequests(pool),
    waitingFor: countWaitingFor(pool),
    govern: governScreens(stores),
    rule: ruleScreens(stores, denialOf),
    history: {
      window: readHistory(pool),
      stream: streamHistory(pool),
      connections: readHistoryConnections(pool),
    },
  }
}
