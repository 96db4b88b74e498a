import type Router from '@koa/router'
import { poolOf } from '../storage/postgres/pool.ts'
import { readGallery } from '../storage/postgres/queries/gallery.ts'
import { readPage, searchPageConnections } from '../storage/postgres/queries/pages.ts'
import { readPicker, rowCountLimit, sumCountLimit } from '../storage/postgres/queries/picker/pages.ts'
import {
  readHistory,
  readHistoryConnections,
  streamHistory,
} from '../storage/postgres/queries/settings/history.ts'
import { userStore } from '../storage/postgres/stores/users.ts'
import type { Frame } from '../web/frame/frame.ts'
import { gallery } from '../web/gallery/routes.ts'
import type { WebState } from '../web/http/state.ts'
import { pages } from '../web/pages/routes.ts'
import { history } from '../web/settings/history/routes.ts'
import { connectionActions } from './connections.ts'
import type { Stores } from './stores.ts'

/** A workspace's history, gallery and pages. */
export function workspaceScreens(stores: Stores, frame: Frame): Router<WebState>[] {
  const pool = poolOf(stores.database)
  const { changePages, disconnect } = connectionActions(stores)
  return [
    history({
      ...frame,
      readings: {
        window: readHistory(pool),
        stream: streamHistory(pool),
        connections: readHistoryConnections(pool),
      },
    }),
    gallery({
      ...frame,
      readings: { list: readGallery(pool) },
      workspacesOf: userStore(pool).workspacesOf,
    }),
    pages({
      ...frame,
      readings: {
        tree: readPicker(pool),
        page: readPage(pool),
        search: searchPageConnections(pool),
      },
      countLimits: { row: rowCountLimit, sum: sumCountLimit },
      changePages,
      disconnect,
    }),
  ]
}
