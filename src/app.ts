/** Knows everyone: builds stores, actions, provider and routers, and hands each wing what it asks for. */

import Koa, { type Context } from 'koa'
import type { Logger } from 'pino'
import { calls, shapes } from './api/reference/shapes.ts'
import { partnerApi } from './compose/api.ts'
import { developerHub } from './compose/developers.ts'
import { installScreens } from './compose/install.ts'
import { pageScreens } from './compose/pages.ts'
import { settingsScreens } from './compose/settings.ts'
import { openStores, type Stores } from './compose/stores.ts'
import { startSweeper } from './compose/sweeper.ts'
import type { Config } from './config.ts'
import { readDemoPartner } from './demo/load.ts'
import { createDemoPartner, type DemoPartnerNeeds } from './demo/partner.ts'
import { uuidv7 } from './installs/ids.ts'
import { trialRedirectUri } from './installs/trial.ts'
import { readQueriesInOneWalk } from './koa-query-patch.ts'
import { loadSigningKeys } from './oidc/keys.ts'
import { createProvider, type InstallProvider } from './oidc/library/provider.ts'
import { passwordMatches } from './passwords.ts'
import { backChannel, ownAddress } from './playground/back-channel.ts'
import { describeFault, openLog, requests } from './request-log.ts'
import { migrate, schemaIsCurrent } from './storage/postgres/migrate.ts'
import { type Bounds, poolOf, requestBounds } from './storage/postgres/pool.ts'
import { readGallery } from './storage/postgres/queries/gallery.ts'
import { type FlowLog, openFlowLog } from './storage/postgres/stores/flow-log.ts'
import { type LastUsed, openLastUsed } from './storage/postgres/stores/last-used.ts'
import { forceOutcome } from './storage/postgres/stores/sandboxes.ts'
import { userStore } from './storage/postgres/stores/users.ts'
import { providerStore } from './storage/postgres/tokens/store.ts'
import { wasTakenBack } from './storage/postgres/transaction.ts'
import { isUnavailable } from './storage/unavailable.ts'
import { createWeb, type Web } from './web/web.ts'

export type InstallServer = { app: Koa; stores: Stores; close(): Promise<void> }

/**
 * The whole server, ready to listen. The schema is brought up to date where the database is embedded.
 * @param bounds how long a request waits for the database before it answers 503.
 */
export async function createInstallServer(
  config: Config,
  bounds: Bounds = requestBounds,
): Promise<InstallServer> {
  const stores = await openStores(config, bounds)
  try {
    if (!config.databaseUrl) await stores.unhurried(database => migrate(database))
    return await assemble(config, stores)
  } catch (error) {
    await stores.close()
    throw error
  }
}

async function assemble(config: Config, stores: Stores): Promise<InstallServer> {
  const log = openLog(config.logLevel)
  const app = new Koa({ proxy: config.trustProxy, maxIpsCount: 1 }) // the last hop is the proxy's own word, the first anyone's
  readQueriesInOneWalk(app)
  app.silent = true // requests() says what failed, without the query
  const report = (error: unknown, requestId?: string) =>
    log.error({ requestId, err: describeFault(error) }, 'something broke')
  const flowLog = openFlowLog({
    pool: poolOf(stores.database),
    onLoss: (count, reason) =>
      log.warn({ count, err: describeFault(reason) }, 'steps of flows were not logged'),
  })
  const lastUsed = openLastUsed(poolOf(stores.database), report)
  const provider = await openProvider(config, stores, log, { flowLog, lastUsed, web: () => web })
  const users = userStore(poolOf(stores.database))
  const web: Web = createWeb({
    issuer: config.issuer,
    secretKeys: stores.secretKeys,
    demo: async () => (await readDemoPartner(config.dataDir)) !== null,
    shortLived: stores.shortLived,
    limits: stores.limits,
    users,
    passwordMatches,
    install: installScreens(stores, provider.interactions, flowLog.note),
    settings: settingsScreens(stores, provider.denialOf),
    pages: pageScreens(stores),
    gallery: { list: readGallery(poolOf(stores.database)) },
    developers: {
      ...developerHub(stores, backChannel(ownAddress(config))),
      calls: calls(config.partnerApi),
      shapes: shapes(),
    },
    health: {
      database: () => poolOf(stores.database).query('select 1'),
      redis: () => stores.shortLived.ping(),
      schema: () => schemaIsCurrent(stores.database),
    },
  })
  app.use(
    requests(log, (ctx, error) =>
      ctx.path.startsWith('/v1/') ? brokenForPrograms(ctx) : web.broken(ctx, wasTakenBack(error)),
    ),
  )
  // Before the headers and sessions of the screens, none of which a program needs.
  app.use(provider.programs)
  for (const part of partnerApi(config, stores, lastUsed, report)) app.use(part)
  const sweeper = startSweeper(poolOf(stores.database), report)
  app.use(web.headers)
  app.use(provider.middleware)
  app.use(await createDemoPartner(demoPartnerNeeds(config, stores)))
  app.use(web.middleware)
  app.use(web.notFound)
  return {
    app,
    stores,
    async close() {
      await sweeper.stop()
      await lastUsed.close()
      await flowLog.close()
      await stores.close()
    },
  }
}

/** The screens are built with the provider's interactions, so the provider asks for them late. */
async function openProvider(
  config: Config,
  stores: Stores,
  log: Logger,
  { flowLog, lastUsed, web }: { flowLog: FlowLog; lastUsed: LastUsed; web: () => Web },
): Promise<InstallProvider> {
  return createProvider({
    issuer: config.issuer,
    trustProxy: config.trustProxy,
    store: providerStore(poolOf(stores.database)),
    shortLived: stores.shortLived,
    limits: stores.limits,
    secretKeys: stores.secretKeys,
    signingKeys: (await loadSigningKeys(config)).keys,
    renderFault: (ctx, fault) => web().renderFault(ctx, fault),
    signedIn: ctx => web().signedIn(ctx),
    note: flowLog.note,
    noteUse: lastUsed.note,
    trials: {
      redirectUri: trialRedirectUri(config.issuer),
      isUnderWay: (ctx, state, clientId) => web().isTrial(ctx, state, clientId),
    },
    forceOutcome: (outcome, about) => forceOutcome(poolOf(stores.database), outcome, about),
    isUnavailable,
    now: () => new Date(),
    newId: uuidv7,
    log,
  })
}

/** The demo partner reaches the server at the address that it listens on, whatever people call it. */
function demoPartnerNeeds(config: Config, stores: Stores): DemoPartnerNeeds {
  return {
    addresses: { issuer: config.issuer, base: `http://127.0.0.1:${config.port}` },
    client: () => readDemoPartner(config.dataDir),
    visits: stores.shortLived,
  }
}

function brokenForPrograms(ctx: Context): void {
  ctx.body = {
    object: 'error',
    status: ctx.status,
    ...(ctx.status === 503
      ? { code: 'service_unavailable', message: 'The server cannot answer just now. Please try again.' }
      : { code: 'internal_server_error', message: 'Something broke on the server.' }),
    request_id: ctx.state.requestId,
  }
}
