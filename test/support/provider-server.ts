import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import Koa, { type Context } from 'koa'
import pg from 'pg'
import { pino } from 'pino'
import { joinKeyRotation } from '../../src/compose/key-rotation.ts'
import { cors } from '../../src/cors.ts'
import { dpopProofs } from '../../src/dpop/proofs.ts'
import type { Consent } from '../../src/installs/consent.ts'
import { uuidv7 } from '../../src/installs/ids.ts'
import { watchRequestTiming } from '../../src/oidc/endpoints/request-timing.ts'
import { loadSigningKeys } from '../../src/oidc/keys.ts'
import { createProvider, type ProviderNeeds } from '../../src/oidc/library/provider.ts'
import { providerStore } from '../../src/storage/postgres/tokens/store.ts'
import { openLimits } from '../../src/storage/rate-limits.ts'
import { openRedis } from '../../src/storage/redis/client.ts'
import { redisShortLived } from '../../src/storage/redis/short-lived.ts'
import { isUnavailable } from '../../src/storage/unavailable.ts'

export type ProviderSettings = {
  port: number
  databaseUrl: string
  redisUrl: string
  dataDir: string
  issuer?: string
  secretKeys?: Buffer[]
  /** Follows the rotation of the secret keys with the other hosts, looking as often as this. */
  followKeysEveryMs?: number
  logLevel?: string
  /** Replaces parts of the provider's needs, as a fault or a clock does. */
  adjust?(needs: ProviderNeeds): ProviderNeeds
}
export type ProviderServer = { base: string; pool: pg.Pool; logged: string[]; close(): Promise<void> }

export const testSecretKeys = [Buffer.alloc(32, 7)]

/** The provider on real stores, with the barest screens, which allow the posted access. */
export async function startProvider(settings: ProviderSettings): Promise<ProviderServer> {
  const base = `http://127.0.0.1:${settings.port}`
  const pool = new pg.Pool({ connectionString: settings.databaseUrl, max: 20 })
  pool.on('error', () => {}) // a database that is dropped ends idle connections
  const redis = openRedis(settings.redisUrl)
  const shortLived = redisShortLived(redis)
  const logged: string[] = []
  const log = pino({ level: settings.logLevel ?? 'trace' }, { write: line => logged.push(line) })
  const secretKeys = [...(settings.secretKeys ?? testSecretKeys)]
  const rotation = settings.followKeysEveryMs
    ? await joinKeyRotation(pool, secretKeys, error => log.error(error), settings.followKeysEveryMs)
    : null
  const needs: ProviderNeeds = {
    issuer: settings.issuer ?? base,
    trustProxy: true,
    mcp: true,
    agents: 'open',
    nativeSchemes: [],
    registrations: noRegistrations,
    published: { idOf: async () => null, keep: none, noteFailure: none },
    fetchDocument: none,
    fetchKeys: none,
    signInUrl: () => '/sign-in',
    store: providerStore(pool),
    shortLived,
    limits: openLimits(redis),
    proofs: dpopProofs({ secretKeys, shortLived, now: () => new Date() }),
    secretKeys,
    signingKeys: (await loadSigningKeys({ signingKeys: null, dataDir: settings.dataDir })).keys,
    renderFault(ctx, fault) {
      ctx.type = 'html'
      ctx.body = `<h1>${fault.title}</h1><p>${fault.sentence}</p><p>${fault.requestId}</p>`
    },
    signedIn: async ctx => ctx.cookies.get('signed-in', { signed: false }) === 'yes',
    note: () => {},
    noteUse() {},
    trials: { redirectUri: 'https://latchkey.invalid/trial', isUnderWay: async () => false },
    forceOutcome: async () => false,
    isUnavailable,
    now: () => new Date(),
    newId: uuidv7,
    log,
  }
  const provider = await createProvider(settings.adjust?.(needs) ?? needs)

  const app = new Koa({ proxy: true })
  app.silent = true
  app.use(async (ctx, next) => {
    ctx.state.requestId = randomUUID()
    ctx.set('x-request-id', ctx.state.requestId)
    await next()
  })
  app.use(cors)
  app.use(provider.programs)
  app.use(provider.middleware)
  app.use(async ctx => {
    const step = /^\/install\/[^/]+(\/allow|\/cancel)?$/.exec(ctx.path)?.[1]
    if (!ctx.path.startsWith('/install/')) return
    const waiting = await provider.interactions.read(ctx)
    if (!waiting) ctx.throw(400, 'stale')
    if (step === '/cancel') await provider.interactions.cancel(ctx)
    else if (step === '/allow') await provider.interactions.finish(ctx, await saveConsent(pool, ctx))
    else ctx.body = waiting
  })
  const http = createServer(app.callback())
  watchRequestTiming(http)
  await new Promise<void>(resolve => http.listen(settings.port, '127.0.0.1', resolve))
  return {
    base,
    pool,
    logged,
    async close() {
      await stop(http)
      await rotation?.close()
      await shortLived.close()
      await pool.end()
    },
  }
}

const none = async () => {
  throw new Error('no test registers a client here')
}
const noRegistrations: ProviderNeeds['registrations'] = {
  register: none,
  find: async () => null,
  update: none,
  remove: none,
}

async function saveConsent(pool: pg.Pool, ctx: Context): Promise<Consent> {
  const asked = JSON.parse(String(ctx.query.consent)) as Omit<
    Consent,
    'id' | 'createdAt' | 'expiresAt' | 'address'
  >
  const now = new Date()
  const consent: Consent = {
    ...asked,
    id: uuidv7(),
    address: '203.0.113.7',
    createdAt: now,
    expiresAt: new Date(now.getTime() + 600_000),
  }
  await pool.query(
    `insert into consents
       (id, workspace_id, connection_id, user_id, capabilities, page_ids, address, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      consent.id,
      consent.workspaceId,
      consent.connectionId,
      consent.userId,
      consent.capabilities,
      consent.pages,
      consent.address,
      consent.createdAt,
      consent.expiresAt,
    ],
  )
  return consent
}

async function stop(http: Server): Promise<void> {
  const done = new Promise<void>(resolve => http.close(() => resolve()))
  http.closeAllConnections()
  await done
}
