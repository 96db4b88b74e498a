/** Knows everyone: builds stores, actions, provider and routers, and hands each wing what it asks for. */

import path from 'node:path'
import Koa, { type Context } from 'koa'
import type { DataSource } from 'typeorm'
import type { Config } from './config.ts'
import { passwordMatches } from './passwords.ts'
import { openLog, requests } from './requests.ts'
import { root } from './root.ts'
import { loadSecretKeys } from './secrets.ts'
import { openLimits } from './storage/limits.ts'
import { memoryShortLived } from './storage/memory/short-lived.ts'
import { openDatabase } from './storage/postgres/data-source.ts'
import { embeddedPostgres } from './storage/postgres/embedded.ts'
import { migrate, schemaIsCurrent } from './storage/postgres/migrate.ts'
import { poolOf } from './storage/postgres/pool.ts'
import { userStore } from './storage/postgres/users.ts'
import { openRedis } from './storage/redis/client.ts'
import { redisShortLived } from './storage/redis/short-lived.ts'
import type { Limits, ShortLived } from './storage/short-lived.ts'
import { createWeb } from './web/web.ts'

export type InstallServer = { app: Koa; stores: Stores; close(): Promise<void> }

export type Stores = {
  database: DataSource
  /** The database is embedded and was created by this start. */
  databaseIsNew: boolean
  shortLived: ShortLived
  limits: Limits
  secretKeys: Buffer[]
  close(): Promise<void>
}

/** Opens what the configuration names, the embedded defaults where it names nothing. */
export async function openStores(config: Config): Promise<Stores> {
  const embedded = config.databaseUrl ? null : await embeddedPostgres(path.join(config.dataDir))
  const database = await openDatabase({
    url: config.databaseUrl ?? embedded!.url,
    migrations: path.join(root, 'migrations'),
  }).catch(async fault => {
    await embedded?.stop()
    throw fault
  })
  const redis = config.redisUrl ? openRedis(config.redisUrl) : null
  const shortLived = redis ? redisShortLived(redis) : memoryShortLived()
  return {
    database,
    databaseIsNew: embedded?.created ?? false,
    shortLived,
    limits: openLimits(redis),
    secretKeys: await loadSecretKeys(config),
    async close() {
      await shortLived.close()
      await database.destroy()
      await embedded?.stop()
    },
  }
}

/** The whole server, ready to listen. The schema is brought up to date where the database is embedded. */
export async function createInstallServer(config: Config): Promise<InstallServer> {
  const stores = await openStores(config)
  if (!config.databaseUrl) await migrate(stores.database)
  const log = openLog(config.logLevel)
  const app = new Koa({ proxy: config.trustProxy, maxIpsCount: 1 }) // the last hop is the proxy's own word, the first anyone's
  app.silent = true // requests() says what failed, without the query
  const users = userStore(poolOf(stores.database))
  const web = createWeb({
    issuer: config.issuer,
    secretKeys: stores.secretKeys,
    demo: config.demo ?? stores.databaseIsNew,
    shortLived: stores.shortLived,
    limits: stores.limits,
    users,
    passwordMatches,
    describeFlow: null,
    health: {
      database: () => stores.database.query('select 1'),
      redis: () => stores.shortLived.ping(),
      schema: () => schemaIsCurrent(stores.database),
    },
  })
  app.use(requests(log, ctx => (ctx.path.startsWith('/v1/') ? brokenForPrograms(ctx) : web.broken(ctx))))
  app.use(web.headers)
  app.use(web.middleware)
  app.use(web.notFound)
  return { app, stores, close: () => stores.close() }
}

function brokenForPrograms(ctx: Context): void {
  ctx.body = {
    object: 'error',
    status: ctx.status,
    code: 'internal_server_error',
    request_id: ctx.state.requestId,
  }
}
