/** The provider wing: partners' redirects, tokens, and what the screens need to decide about them. */
import { hkdfSync } from 'node:crypto'
import type { Context, Middleware, Next } from 'koa'
import compose from 'koa-compose'
import Provider, { type JWKS } from 'oidc-provider'
import { adapterFactory, type FlowStore } from './adapter.ts'
import { authorizeEndpoint, type RenderFault } from './authorize.ts'
import { clientAuthentication, type Limits } from './client-authentication.ts'
import { clients } from './clients.ts'
import { configuration, routes } from './configuration.ts'
import { adjust } from './insides.ts'
import { type Interactions, interactions } from './interactions.ts'
import { metadataPaths, serverMetadata } from './metadata.ts'
import { inPartnerDialect, type Log } from './partner-dialect.ts'
import type { AuthorizationStore, TokenStore } from './ports.ts'
import { successors } from './successor.ts'
import { tokenEndpoint } from './token.ts'

export type ProviderNeeds = {
  /** The public base address, without a trailing slash. */
  issuer: string
  trustProxy: boolean
  store: TokenStore & AuthorizationStore
  shortLived: FlowStore
  limits: Limits
  /** 32 bytes each; the first signs, all verify. */
  secretKeys: readonly Buffer[]
  jwks: JWKS
  renderFault: RenderFault
  /** Is somebody signed in at the screens? Asked for `prompt=none` only. */
  signedIn(ctx: Context): Promise<boolean>
  now(): Date
  newId(): string
  log: Log
}

export type InstallProvider = {
  /** Answers the OAuth addresses and the metadata; passes on everything else. */
  middleware: Middleware
  interactions: Interactions
}

export async function createProvider(needs: ProviderNeeds): Promise<InstallProvider> {
  const registered = clients({ store: needs.store, log: needs.log, provider: () => provider })
  const authorize = authorizeEndpoint({ ...needs, connectionOf: registered.connectionOf })
  const provider: Provider = new Provider(
    needs.issuer,
    configuration({
      adapter: adapterFactory({ authorizations: needs.store, shortLived: needs.shortLived }),
      cookieKeys: needs.secretKeys.map(cookieKey),
      jwks: needs.jwks,
      secure: needs.issuer.startsWith('https://'),
      connectionOf: registered.connectionOf,
      signedIn: needs.signedIn,
      showFault: authorize.showFault,
    }),
  )
  provider.proxy = needs.trustProxy
  adjust(provider, registered)
  for (const event of ['grant.error', 'authorization.error', 'server_error'] as const)
    provider.on(event as 'server_error', (ctx, fault) => {
      ctx.state.providerFault = fault
    })

  const run = compose(provider.middleware) as unknown as Middleware
  const authenticate = clientAuthentication({
    clients: registered,
    limits: needs.limits,
    noteSecretUse: needs.store.noteSecretUse,
    now: needs.now,
  })
  const token = tokenEndpoint({
    issuer: needs.issuer,
    run,
    store: needs.store,
    readProof: needs.store.readProof,
    authenticate,
    successors: successors(needs.secretKeys),
    now: needs.now,
    newId: needs.newId,
  })
  const metadata = serverMetadata(needs.issuer)
  const answers = new Map<string, Middleware>([
    [`GET ${routes.authorization}`, authorize.begin(provider, run)],
    [`POST ${routes.token}`, inPartnerDialect(needs, token)],
    [`OPTIONS ${routes.token}`, run],
    ...metadataPaths.map(path => [`GET ${path}`, metadataAnswer(metadata)] as const),
  ])
  const resume = authorize.resume(provider, run)

  async function middleware(ctx: Context, next: Next): Promise<void> {
    const answer = answers.get(`${ctx.method} ${ctx.path}`)
    if (answer) return answer(ctx, next)
    if (ctx.method === 'GET' && ctx.path.startsWith(`${routes.authorization}/`)) return resume(ctx, next)
    return next()
  }

  return {
    middleware: middleware as Middleware,
    interactions: interactions({
      provider,
      issuer: needs.issuer,
      store: needs.store,
      now: needs.now,
      newId: needs.newId,
    }),
  }
}

function metadataAnswer(metadata: object): Middleware {
  return ctx => {
    ctx.set('Access-Control-Allow-Origin', '*')
    ctx.set('Cache-Control', 'public, max-age=300')
    ctx.body = metadata
  }
}

/** A key of its own for the cookies of the flow. */
function cookieKey(secretKey: Buffer): string {
  return Buffer.from(hkdfSync('sha256', secretKey, '', 'install cookies', 32)).toString('base64')
}
