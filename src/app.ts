import Koa, { type Context } from 'koa'
import { clientAddress } from './client-address.ts'
import { partnerApi } from './compose/api.ts'
import { openBackgroundWriters } from './compose/background.ts'
import { demoPartner } from './compose/demo.ts'
import { openWebParts } from './compose/frame.ts'
import { joinKeyRotation, type KeyRotation } from './compose/key-rotation.ts'
import { sendMail } from './compose/mail.ts'
import { openProvider } from './compose/oidc.ts'
import { onFirstRequest } from './compose/on-first-request.ts'
import { openStores, type Stores } from './compose/stores.ts'
import { openWeb } from './compose/web.ts'
import { deliverWebhooks } from './compose/webhooks.ts'
import type { Config } from './config.ts'
import { cors } from './cors.ts'
import { readQueriesInOneWalk } from './koa-query-patch.ts'
import { type Metrics, openMetrics } from './metrics/metrics.ts'
import { openLog, requests } from './request-log.ts'
import { migrate, schemaIsCurrent } from './storage/postgres/migrate.ts'
import { type Bounds, poolOf, requestBounds } from './storage/postgres/pool.ts'
import { saveOperatorRules } from './storage/postgres/stores/self-registrations.ts'
import { wasTakenBack } from './storage/postgres/transaction.ts'

/** `metrics`: null without METRICS_PORT. */
export type InstallServer = { app: Koa; stores: Stores; metrics: Metrics | null; close(): Promise<void> }

/**
 * The whole server, ready to listen. Migrates the schema where the database is embedded.
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

/** The order of middleware. */
async function assemble(config: Config, stores: Stores): Promise<InstallServer> {
  const log = openLog(config.logLevel)
  const background = openBackgroundWriters(stores, log)
  const keyRotation = await followSecretKeys(stores, background.report)
  const isCurrent = await schemaIsCurrent(stores.database)
  if (isCurrent) await saveOperatorRules(poolOf(stores.database), config.agents)
  const parts = openWebParts(config.issuer, stores)
  const provider = await openProvider(config, stores, parts, background, log)
  const api = partnerApi(config, stores, background)
  const deliverer = isCurrent ? deliverWebhooks(config, stores, background.report) : null
  const mailer = isCurrent ? sendMail(config, stores, background.report) : null
  const web = openWeb(config, stores, parts, provider, background)

  const app = new Koa({ proxy: config.trustProxy !== null })
  readQueriesInOneWalk(app)
  app.silent = true // requests() logs failed requests, without the query
  const metrics =
    config.metricsPort === null ? null : openMetrics({ pool: poolOf(stores.database), redis: stores.redis })
  if (metrics) app.use(metrics.count)
  app.use(clientAddress(config.trustProxy))
  app.use(
    requests(log, (ctx, error) =>
      ctx.path.startsWith('/v1/') || ctx.path === '/mcp'
        ? brokenForPrograms(ctx)
        : web.broken(ctx, wasTakenBack(error)),
    ),
  )
  // Programs need neither the headers nor the sessions of the screens.
  app.use(cors)
  app.use(provider.programs)
  for (const part of api.middleware) app.use(part)
  app.use(onFirstRequest('/scim/v2', async () => (await import('./compose/scim.ts')).scim(config, stores)))
  app.use(web.headers)
  app.use(provider.middleware)
  app.use(await demoPartner(config, stores))
  app.use(web.middleware)
  app.use(web.notFound)
  return {
    app,
    stores,
    metrics,
    async close() {
      await api.close()
      await deliverer?.stop()
      await mailer?.stop()
      await background.close()
      await keyRotation?.close()
      await stores.close()
    },
  }
}

/** null: the schema is older than this version, for which `start` refuses to go on. */
async function followSecretKeys(
  { database, secretKeys }: Stores,
  report: (error: unknown) => void,
): Promise<KeyRotation | null> {
  return (await schemaIsCurrent(database)) ? joinKeyRotation(poolOf(database), secretKeys, report) : null
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
