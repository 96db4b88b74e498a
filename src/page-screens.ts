import { governActions } from './govern-screens.ts'
import { poolOf } from './storage/postgres/pool.ts'
import { readPicker, rowCountLimit, sumCountLimit } from './storage/postgres/readings/install-pages.ts'
import { readPage, searchPageConnections } from './storage/postgres/readings/page.ts'
import type { Stores } from './stores.ts'
import type { WebNeeds } from './web/web.ts'

/** What the screens of pages stand on. */
export function pageScreens(stores: Stores): WebNeeds['pages'] {
  const pool = poolOf(stores.database)
  const { changePages, disconnect } = governActions(stores)
  return {
    readings: {
      tree: question => readPicker(pool, question),
      page: question => readPage(pool, question),
      search: question => searchPageConnections(pool, question),
    },
    countLimits: { row: rowCountLimit, sum: sumCountLimit },
    changePages,
    disconnect,
  }
}
