import type Router from '@koa/router'
import type { ClientBase } from 'pg'
import type { EntityManager } from 'typeorm'
import { acceptHandOver } from '../installs/actions/accept-hand-over.ts'
import { declineHandOver } from '../installs/actions/decline-hand-over.ts'
import { handOver } from '../installs/actions/hand-over.ts'
import { letGo } from '../installs/actions/let-go.ts'
import { withdrawHandOver } from '../installs/actions/withdraw-hand-over.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { readLeftBehind, readReceivers } from '../storage/postgres/queries/settings/hand-overs.ts'
import { readMyOffer } from '../storage/postgres/queries/settings/offers.ts'
import { handOverStore } from '../storage/postgres/stores/hand-overs.ts'
import { installationStore } from '../storage/postgres/stores/installations.ts'
import { readPlacement } from '../storage/postgres/stores/placements.ts'
import type { Frame } from '../web/frame/frame.ts'
import type { WebState } from '../web/http/state.ts'
import { handOvers } from '../web/settings/hand-overs/routes.ts'
import { offers } from '../web/settings/offers/routes.ts'
import { actionParts } from './action-parts.ts'
import type { Stores } from './stores.ts'

const storesOf = (client: ClientBase, repositories: EntityManager) => ({
  ...installationStore(client),
  ...handOverStore(client, repositories),
  placement: (userId: string, workspaceId: string, connectionId: string) =>
    readPlacement(client, userId, workspaceId, connectionId),
})

/** Installations whose installer left: the owners' list, and the member's answer to an offer. */
export function handOverScreens(stores: Stores, frame: Frame): Router<WebState>[] {
  const pool = poolOf(stores.database)
  const parts = actionParts(stores.database, storesOf)
  return [
    handOvers({
      ...frame,
      readings: {
        list: readLeftBehind(pool),
        receivers: readReceivers(pool),
      },
      handOver: handOver(parts),
      withdrawHandOver: withdrawHandOver(parts),
      letGo: letGo(parts),
    }),
    offers({
      ...frame,
      readings: { one: readMyOffer(pool) },
      acceptHandOver: acceptHandOver(parts),
      declineHandOver: declineHandOver(parts),
    }),
  ]
}
