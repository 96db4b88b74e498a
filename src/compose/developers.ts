import { randomBytes } from 'node:crypto'
import type { ClientBase } from 'pg'
import { applyManifest } from '../installs/actions/apply-manifest.ts'
import { createConnection } from '../installs/actions/create-connection.ts'
import { deleteConnection } from '../installs/actions/delete-connection.ts'
import { disableConnection, enableConnection } from '../installs/actions/disable-connection.ts'
import { type MakeSandboxStores, makeSandbox } from '../installs/actions/make-sandbox.ts'
import { type RemoveSandboxStores, removeSandbox } from '../installs/actions/remove-sandbox.ts'
import { renewInternalToken, revokeInternalToken } from '../installs/actions/renew-internal-token.ts'
import { revokeSecret } from '../installs/actions/revoke-secret.ts'
import { rotateSecret } from '../installs/actions/rotate-secret.ts'
import { setLogo } from '../installs/actions/set-logo.ts'
import { updateConnection } from '../installs/actions/update-connection.ts'
import { uuidv7 } from '../installs/ids.ts'
import { seal } from '../installs/sealed.ts'
import { redrawLogo } from '../logos/logos.ts'
import type { BackChannel } from '../playground/back-channel.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { readConnectionFacts } from '../storage/postgres/queries/developers/connection.ts'
import { readTargetWorkspaces } from '../storage/postgres/queries/developers/create.ts'
import { readDevelopersList } from '../storage/postgres/queries/developers/list.ts'
import { readAttempt, readAttempts } from '../storage/postgres/queries/developers/log.ts'
import { readLogo } from '../storage/postgres/queries/developers/logo.ts'
import { readInternalTokens } from '../storage/postgres/queries/developers/token.ts'
import { repositoriesOn } from '../storage/postgres/repositories.ts'
import { appendEvent, appendEvents } from '../storage/postgres/stores/events.ts'
import { internalTokenStore } from '../storage/postgres/stores/internal-tokens.ts'
import {
  countSecrets,
  managedConnectionStore,
  readManaged,
  readPlaceToCreate,
} from '../storage/postgres/stores/managed-connections.ts'
import { forgetApprovals, readSandbox, sandboxStore } from '../storage/postgres/stores/sandboxes.ts'
import { transact } from '../storage/postgres/transaction.ts'
import type { WebNeeds } from '../web/web.ts'
import { governActions } from './connections.ts'
import type { Stores } from './stores.ts'

/** The changes that a developer makes of a connection, for the hub and for the command line. */
export function developerActions(stores: Pick<Stores, 'database' | 'secretKeys'>) {
  const pool = poolOf(stores.database)
  const storesOf = (client: ClientBase) => ({
    ...managedConnectionStore(client, repositoriesOn(stores.database, client)),
    ...internalTokenStore(client),
    append: (event: Parameters<typeof appendEvent>[1]) => appendEvent(client, event),
    appendAll: (events: Parameters<typeof appendEvents>[1]) => appendEvents(client, events),
    placeToCreate: (userId: string, workspaceId: string) => readPlaceToCreate(client, userId, workspaceId),
  })
  const needs = {
    transact: <T>(work: (stores: ReturnType<typeof storesOf>) => Promise<T>) =>
      transact(pool, client => work(storesOf(client))),
    now: () => new Date(),
    newId: () => uuidv7(),
    random: randomBytes,
    seal: (text: string) => seal(stores.secretKeys, 'internal-token', text),
  }
  const update = updateConnection(needs)
  return {
    create: createConnection(needs),
    update,
    rotate: rotateSecret(needs),
    revoke: revokeSecret(needs),
    disable: disableConnection(needs),
    enable: enableConnection(needs),
    remove: deleteConnection(needs),
    renewToken: renewInternalToken(needs),
    revokeToken: revokeInternalToken(needs),
    setLogo: setLogo(needs),
    manifests: applyManifest({
      readConnection: (connectionId, userId) => readManaged(pool, connectionId, userId),
      countSecrets: connectionId => countSecrets(pool, connectionId),
      update,
    }),
  }
}

/** What the developer hub stands on. */
export function developerHub(
  stores: Stores,
  backChannel: BackChannel,
): Omit<WebNeeds['developers'], 'calls' | 'shapes'> {
  const pool = poolOf(stores.database)
  return {
    readings: {
      list: readDevelopersList(pool),
      targetWorkspaces: readTargetWorkspaces(pool),
      facts: readConnectionFacts(pool),
      readConnection: (connectionId, userId) => readManaged(pool, connectionId, userId),
      logo: readLogo(pool),
      internalTokens: readInternalTokens(pool),
      log: {
        attempts: readAttempts(pool),
        attempt: readAttempt(pool),
      },
    },
    actions: { ...developerActions(stores), copyToken: governActions(stores).copyInternalToken },
    redrawLogo,
    playground: playground(stores, backChannel),
  }
}

function playground(stores: Stores, backChannel: BackChannel): WebNeeds['developers']['playground'] {
  const pool = poolOf(stores.database)
  const needs = {
    transact: <T>(work: (stores: MakeSandboxStores & RemoveSandboxStores) => Promise<T>) =>
      transact(pool, client =>
        work({ ...sandboxStore(client), append: event => appendEvent(client, event) }),
      ),
    now: () => new Date(),
    newId: () => uuidv7(),
  }
  return {
    backChannel,
    readSandbox: developerId => readSandbox(pool, developerId),
    makeSandbox: makeSandbox(needs),
    removeSandbox: removeSandbox(needs),
    forgetApprovals: (developerId, connectionId) => forgetApprovals(pool, developerId, connectionId),
  }
}
