import { governScreens } from './govern-screens.ts'
import { ruleScreens } from './rule-screens.ts'
import { poolOf } from './storage/postgres/pool.ts'
import { readHistory, readHistoryConnections, streamHistory } from './storage/postgres/readings/history.ts'
import { countWaitingFor, countWaitingRequests } from './storage/postgres/readings/settings-waiting.ts'
import { userStore } from './storage/postgres/users.ts'
import type { Stores } from './stores.ts'
import type { SettingsNeeds } from './web/settings/settings.ts'

/** What the settings' screens stand on: a reading a screen, and the actions that their forms end in. */
export function settingsScreens(
  stores: Stores,
  denialOf: SettingsNeeds['rule']['myRequests']['denialOf'],
): SettingsNeeds {
  const pool = poolOf(stores.database)
  return {
    workspacesOf: userStore(pool).workspacesOf,
    waitingRequests: workspaceId => countWaitingRequests(pool, workspaceId),
    waitingFor: (workspaceId, userId) => countWaitingFor(pool, workspaceId, userId),
    govern: governScreens(stores),
    rule: ruleScreens(stores, denialOf),
    history: {
      window: question => readHistory(pool, question),
      stream: question => streamHistory(pool, question),
      connections: workspaceId => readHistoryConnections(pool, workspaceId),
    },
  }
}
