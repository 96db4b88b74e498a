import type Router from '@koa/router'
import type { ClientBase } from 'pg'
import { addCapabilities } from '../installs/actions/add-capabilities.ts'
import { changePages } from '../installs/actions/change-pages.ts'
import { copyInternalToken } from '../installs/actions/copy-internal-token.ts'
import { disconnect } from '../installs/actions/disconnect.ts'
import { disconnectEveryone } from '../installs/actions/disconnect-everyone.ts'
import { renewAccess } from '../installs/actions/renew-access.ts'
import { resume } from '../installs/actions/resume.ts'
import { resumeOwn } from '../installs/actions/resume-own.ts'
import { revokeMember } from '../installs/actions/revoke-member.ts'
import { suspend } from '../installs/actions/suspend.ts'
import { openSealed } from '../installs/sealed.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { readPicker, rowCountLimit, sumCountLimit } from '../storage/postgres/queries/picker/pages.ts'
import { searchPicker } from '../storage/postgres/queries/picker/search.ts'
import { readConnection } from '../storage/postgres/queries/settings/connection.ts'
import { readConnections } from '../storage/postgres/queries/settings/connections.ts'
import { readEndedByOthers } from '../storage/postgres/queries/settings/ended-by-others.ts'
import { readInstallation } from '../storage/postgres/queries/settings/installation.ts'
import { readLevels } from '../storage/postgres/queries/settings/levels.ts'
import { readMyConnections } from '../storage/postgres/queries/settings/my-connections.ts'
import { readNarrowing, readUnseenGrants } from '../storage/postgres/queries/settings/narrowing.ts'
import { readMyOffers } from '../storage/postgres/queries/settings/offers.ts'
import { readReachable } from '../storage/postgres/reach.ts'
import { installationStore } from '../storage/postgres/stores/installations.ts'
import { readPlacement } from '../storage/postgres/stores/placements.ts'
import type { Frame } from '../web/frame/frame.ts'
import { shownOnce } from '../web/http/shown-once.ts'
import type { WebState } from '../web/http/state.ts'
import { drafts } from '../web/picker/draft.ts'
import { narrow } from '../web/settings/connections/narrow-routes.ts'
import { connections } from '../web/settings/connections/routes.ts'
import { managePages } from '../web/settings/my-connections/manage-pages.ts'
import { myConnections } from '../web/settings/my-connections/routes.ts'
import { actionParts, now } from './action-parts.ts'
import type { Stores } from './stores.ts'

const storesOf = (client: ClientBase) => ({
  ...installationStore(client),
  placement: (userId: string, workspaceId: string, connectionId: string) =>
    readPlacement(client, userId, workspaceId, connectionId),
  reachable: (userId: string, workspaceId: string, pages: readonly string[]) =>
    readReachable(client, userId, workspaceId, pages),
})

/** The actions on installations, shared with pages, developer hub and command line. */
export function connectionActions(stores: Stores) {
  const parts = {
    ...actionParts(stores.database, storesOf),
    unseal: (sealed: string) => openSealed(stores.secretKeys, 'internal-token', sealed),
  }
  return {
    disconnect: disconnect(parts),
    disconnectEveryone: disconnectEveryone(parts),
    revokeMember: revokeMember(parts),
    suspend: suspend(parts),
    resume: resume(parts),
    resumeOwn: resumeOwn(parts),
    renewAccess: renewAccess(parts),
    addCapabilities: addCapabilities(parts),
    changePages: changePages(parts),
    copyInternalToken: copyInternalToken(parts),
  }
}

/** My connections, and the owners' Connections, each with the choice of an installation's pages. */
export function connectionScreens(stores: Stores, frame: Frame): Router<WebState>[] {
  const pool = poolOf(stores.database)
  const actions = connectionActions(stores)
  const choosing = {
    ...frame,
    countLimits: { row: rowCountLimit, sum: sumCountLimit },
    drafts: drafts(stores.shortLived, now),
    changePages: actions.changePages,
  }
  const one = readInstallation(pool)
  const mine = {
    list: readMyConnections(pool),
    offers: readMyOffers(pool),
    ended: readEndedByOthers(pool),
    levels: readLevels(pool),
    one,
  }
  const everyones = { list: readConnections(pool), one: readConnection(pool), installation: one }
  return [
    managePages({
      ...choosing,
      readings: mine,
      picker: { picker: readPicker(pool), search: searchPicker(pool) },
      placement: (userId, workspaceId, connectionId) =>
        readPlacement(pool, userId, workspaceId, connectionId),
    }),
    myConnections({
      ...frame,
      readings: mine,
      disconnect: actions.disconnect,
      resumeOwn: actions.resumeOwn,
      renewAccess: actions.renewAccess,
      addCapabilities: actions.addCapabilities,
    }),
    narrow({
      ...choosing,
      readings: everyones,
      narrowing: readNarrowing(pool),
      unseenGrants: readUnseenGrants(pool),
    }),
    connections({
      ...frame,
      readings: everyones,
      actions,
      copyInternalToken: actions.copyInternalToken,
      shownOnce: shownOnce({ store: stores.shortLived, secretKeys: stores.secretKeys }),
    }),
  ]
}
