import type { ClientBase } from 'pg'
import { changePages } from '../installs/actions/change-pages.ts'
import { copyInternalToken } from '../installs/actions/copy-internal-token.ts'
import { disconnect } from '../installs/actions/disconnect.ts'
import { disconnectEveryone } from '../installs/actions/disconnect-everyone.ts'
import { resume } from '../installs/actions/resume.ts'
import { resumeOwn } from '../installs/actions/resume-own.ts'
import { revokeMember } from '../installs/actions/revoke-member.ts'
import { suspend } from '../installs/actions/suspend.ts'
import type { InstallEvent } from '../installs/events.ts'
import { uuidv7 } from '../installs/ids.ts'
import { openSealed } from '../installs/sealed.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { readPicker, rowCountLimit, sumCountLimit } from '../storage/postgres/queries/picker/pages.ts'
import { searchPicker } from '../storage/postgres/queries/picker/search.ts'
import { readConnection } from '../storage/postgres/queries/settings/connection.ts'
import { readConnections } from '../storage/postgres/queries/settings/connections.ts'
import { readEndedByOthers } from '../storage/postgres/queries/settings/ended.ts'
import { readInstallation } from '../storage/postgres/queries/settings/installation.ts'
import { readMyConnections } from '../storage/postgres/queries/settings/my-connections.ts'
import { readNarrowing, readUnseenGrants } from '../storage/postgres/queries/settings/narrowing.ts'
import { readMyOffers } from '../storage/postgres/queries/settings/offers.ts'
import { readReachable } from '../storage/postgres/reach.ts'
import { appendEvent, appendEvents } from '../storage/postgres/stores/events.ts'
import { installationStore } from '../storage/postgres/stores/installations.ts'
import { readPlacement } from '../storage/postgres/stores/placements.ts'
import { transact } from '../storage/postgres/transaction.ts'
import { shownOnce } from '../web/http/shown-once.ts'
import { drafts } from '../web/picker/draft.ts'
import type { GovernNeeds } from '../web/settings/govern.ts'
import type { Stores } from './stores.ts'

const now = () => new Date()

/** What the actions of governing need of one transaction. */
function governStores(client: ClientBase) {
  return {
    ...installationStore(client),
    placement: (userId: string, workspaceId: string, connectionId: string) =>
      readPlacement(client, userId, workspaceId, connectionId),
    reachable: (userId: string, workspaceId: string, pages: readonly string[]) =>
      readReachable(client, userId, workspaceId, pages),
    append: (event: InstallEvent) => appendEvent(client, event),
    appendAll: (events: InstallEvent[]) => appendEvents(client, events),
  }
}

/** The actions of governing over these stores; the command line uses them too. */
export function governActions(stores: Pick<Stores, 'database' | 'secretKeys'>) {
  const needs = {
    transact: <T>(work: (stores: ReturnType<typeof governStores>) => Promise<T>) =>
      transact(poolOf(stores.database), client => work(governStores(client))),
    now,
    newId: uuidv7,
    unseal: (sealed: string) => openSealed(stores.secretKeys, 'internal-token', sealed),
  }
  return {
    disconnect: disconnect(needs),
    disconnectEveryone: disconnectEveryone(needs),
    revokeMember: revokeMember(needs),
    suspend: suspend(needs),
    resume: resume(needs),
    resumeOwn: resumeOwn(needs),
    changePages: changePages(needs),
    copyInternalToken: copyInternalToken(needs),
  }
}

/** What the screens of governing stand on. */
export function governScreens(stores: Stores): GovernNeeds {
  const pool = poolOf(stores.database)
  const actions = governActions(stores)
  const one = readInstallation(pool)
  return {
    choosing: {
      countLimits: { row: rowCountLimit, sum: sumCountLimit },
      drafts: drafts(stores.shortLived, now),
      changePages: actions.changePages,
    },
    mine: {
      readings: {
        list: readMyConnections(pool),
        offers: readMyOffers(pool),
        ended: readEndedByOthers(pool),
        one,
      },
      disconnect: actions.disconnect,
      resumeOwn: actions.resumeOwn,
    },
    managing: {
      picker: {
        picker: readPicker(pool),
        search: searchPicker(pool),
      },
      placement: (userId, workspaceId, connectionId) =>
        readPlacement(pool, userId, workspaceId, connectionId),
    },
    owners: {
      readings: {
        list: readConnections(pool),
        one: readConnection(pool),
        installation: one,
      },
      actions,
      copyInternalToken: actions.copyInternalToken,
      shownOnce: shownOnce({ store: stores.shortLived, secretKeys: stores.secretKeys }),
    },
    narrowing: {
      narrowing: readNarrowing(pool),
      unseenGrants: readUnseenGrants(pool),
    },
  }
}
