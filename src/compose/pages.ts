import { poolOf } from '../storage/postgres/pool.ts'
import { readPage, searchPageConnections } from '../storage/postgres/queries/pages.ts'
import { readPicker, rowCountLimit, sumCountLimit } from '../storage/postgres/queries/picker/pages.ts'
import type { WebNeeds } from '../web/web.ts'
import { governActions } from './connections.ts'
import type { Stores } from './stores.ts'

/** What the screens of pages stand on. */
export function pageScreens(stores: Stores): WebNeeds['pages'] {
  const pool = poolOf(stores.database)
  const { changePages, disconnect } = governActions(stores)
  return {
    readings: {
      tree: readPicker(pool),
      page: readPage(pool),
      search: searchPageConnections(pool),
    },
    countLimits: { row: rowCountLimit, sum: sumCountLimit },
    changePages,
    disconnect,
  }
}
