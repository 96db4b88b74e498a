import { randomBytes } from 'node:crypto'
import type Router from '@koa/router'
import type { ClientBase } from 'pg'
import type { EntityManager } from 'typeorm'
import { calls, shapes } from '../api/reference/shapes.ts'
import type { Config } from '../config.ts'
import { applyManifest } from '../installs/actions/apply-manifest.ts'
import { createConnection } from '../installs/actions/create-connection.ts'
import { deleteConnection } from '../installs/actions/delete-connection.ts'
import { disableConnection, enableConnection } from '../installs/actions/disable-connection.ts'
import { makeSandbox } from '../installs/actions/make-sandbox.ts'
import { removeSandbox } from '../installs/actions/remove-sandbox.ts'
import { renewInternalToken, revokeInternalToken } from '../installs/actions/renew-internal-token.ts'
import { revokeSecret } from '../installs/actions/revoke-secret.ts'
import { rotateSecret } from '../installs/actions/rotate-secret.ts'
import { setLogo } from '../installs/actions/set-logo.ts'
import { updateConnection } from '../installs/actions/update-connection.ts'
import { seal } from '../installs/sealed.ts'
import { redrawLogo } from '../logos/logos.ts'
import { isNamed } from '../outbound/guarded-fetch.ts'
import { backChannel, ownAddress } from '../playground/back-channel.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { readConnectionFacts } from '../storage/postgres/queries/developers/connection.ts'
import { readTargetWorkspaces } from '../storage/postgres/queries/developers/create.ts'
import { readDevelopersList } from '../storage/postgres/queries/developers/list.ts'
import { readAttempt, readAttempts } from '../storage/postgres/queries/developers/log.ts'
import { readLogo } from '../storage/postgres/queries/developers/logo.ts'
import { readInternalTokens } from '../storage/postgres/queries/developers/token.ts'
import { internalTokenStore } from '../storage/postgres/stores/internal-tokens.ts'
import {
  countSecrets,
  managedConnectionStore,
  readManaged,
  readPlaceToCreate,
} from '../storage/postgres/stores/managed-connections.ts'
import { forgetApprovals, readSandbox, sandboxStore } from '../storage/postgres/stores/sandboxes.ts'
import { developersConnection } from '../web/developers/connection/routes.ts'
import { developersCreate } from '../web/developers/create/routes.ts'
import { developersDanger } from '../web/developers/danger/routes.ts'
import { developerGate } from '../web/developers/frame/gate.ts'
import { hourlyRateLimit } from '../web/developers/frame/hourly-rate-limit.ts'
import { developersIntegrate } from '../web/developers/integrate/routes.ts'
import { developersList } from '../web/developers/list/routes.ts'
import { developersLog } from '../web/developers/log/routes.ts'
import { developersLogo } from '../web/developers/logo/routes.ts'
import { serveLogos } from '../web/developers/logo/serve.ts'
import { reviews } from '../web/developers/manifest/review.ts'
import { developersManifest } from '../web/developers/manifest/routes.ts'
import { developersPlayground } from '../web/developers/playground/routes.ts'
import { developersReference } from '../web/developers/reference/routes.ts'
import { developers } from '../web/developers/routes.ts'
import { developersSecrets } from '../web/developers/secrets/routes.ts'
import { developersSettings } from '../web/developers/settings/routes.ts'
import { developersToken } from '../web/developers/token/routes.ts'
import { developersWebhooks } from '../web/developers/webhooks/routes.ts'
import { onePress } from '../web/http/double-submit.ts'
import { shownOnce } from '../web/http/shown-once.ts'
import type { WebState } from '../web/http/state.ts'
import { actionParts } from './action-parts.ts'
import { connectionActions } from './connections.ts'
import type { WebParts } from './frame.ts'
import type { Stores } from './stores.ts'
import { webhooks } from './webhooks.ts'

const storesOf = (client: ClientBase, repositories: EntityManager) => ({
  ...managedConnectionStore(client, repositories),
  ...internalTokenStore(client),
  placeToCreate: (userId: string, workspaceId: string) => readPlaceToCreate(client, userId, workspaceId),
})

/** The changes that a developer makes of a connection, for the hub and for the command line. */
export function developerActions(stores: Stores) {
  const pool = poolOf(stores.database)
  const parts = {
    ...actionParts(stores.database, storesOf),
    nativeSchemes: stores.nativeSchemes,
    random: randomBytes,
    seal: (text: string) => seal(stores.secretKeys, 'internal-token', text),
  }
  const update = updateConnection(parts)
  return {
    create: createConnection(parts),
    update,
    rotate: rotateSecret(parts),
    revoke: revokeSecret(parts),
    disable: disableConnection(parts),
    enable: enableConnection(parts),
    remove: deleteConnection(parts),
    renewToken: renewInternalToken(parts),
    revokeToken: revokeInternalToken(parts),
    setLogo: setLogo(parts),
    manifests: applyManifest({
      readConnection: (connectionId, userId) => readManaged(pool, connectionId, userId),
      nativeSchemes: stores.nativeSchemes,
      countSecrets: connectionId => countSecrets(pool, connectionId),
      update,
    }),
  }
}

/** Everything below /developers, and the logos. */
export function developerScreens(config: Config, stores: Stores, web: WebParts): Router<WebState> {
  const pool = poolOf(stores.database)
  const { issuer } = config
  const { faults, render } = web.frame
  const readConnection = (connectionId: string, userId: string) => readManaged(pool, connectionId, userId)
  const frame = { ...web.frame, gate: developerGate({ faults, readConnection }) }
  const once = shownOnce({ store: stores.shortLived, secretKeys: stores.secretKeys })
  const hourly = (name: string, points: number) => hourlyRateLimit(stores.limits, faults, { name, points })
  const actions = developerActions(stores)
  const { copyInternalToken } = connectionActions(stores)
  const facts = readConnectionFacts(pool)
  const targetWorkspaces = readTargetWorkspaces(pool)
  const internalTokens = readInternalTokens(pool)
  const sandbox = (developerId: string) => readSandbox(pool, developerId)
  const review = reviews(render)
  return developers(
    [
      developersList({
        ...frame,
        list: readDevelopersList(pool),
        targetWorkspaces,
        readSandbox: sandbox,
      }),
      developersCreate({
        ...frame,
        once,
        targetWorkspaces,
        create: actions.create,
        onePress: onePress(stores.shortLived),
        rateLimit: hourly('connections-created', 60),
      }),
      developersConnection({ ...frame, once, facts, issuer }),
      developersSecrets({ ...frame, once, facts, rotate: actions.rotate, revoke: actions.revoke }),
      developersSettings({ ...frame, plan: actions.manifests.plan, update: actions.update, review }),
      developersManifest({ ...frame, issuer, manifests: actions.manifests, review }),
      developersLogo({
        ...frame,
        redraw: redrawLogo,
        set: actions.setLogo,
        rateLimit: hourly('logos-uploaded', 60),
      }),
      developersIntegrate({ ...frame, issuer, internalTokens }),
      developersReference({ render, calls: calls(config.partnerApi), shapes: shapes() }),
      developersToken({ ...frame, ...actions, once, internalTokens, copyToken: copyInternalToken }),
      developersLog({
        ...frame,
        log: { attempts: readAttempts(pool), attempt: readAttempt(pool) },
      }),
      developersPlayground({
        ...frame,
        issuer,
        readConnection,
        trials: web.trials,
        sessions: web.sessions,
        store: stores.shortLived,
        rateLimit: hourly('playground', 600),
        playground: {
          ...sandboxActions(stores),
          backChannel: backChannel(ownAddress(config)),
          readSandbox: sandbox,
          forgetApprovals: (developerId, connectionId) => forgetApprovals(pool, developerId, connectionId),
        },
      }),
      developersWebhooks({
        ...frame,
        once,
        webhooks: webhooks(stores),
        isPlainAllowed: isNamed(config.outboundHosts),
        rateLimit: hourly('webhooks', 60),
      }),
      developersDanger({ ...frame, ...actions, facts }),
    ],
    // Logos appear in the flow and in settings too, for everybody who may see the connection.
    serveLogos({ faults, logo: readLogo(pool) }),
  )
}

function sandboxActions(stores: Stores) {
  const parts = actionParts(stores.database, sandboxStore)
  return { makeSandbox: makeSandbox(parts), removeSandbox: removeSandbox(parts) }
}
