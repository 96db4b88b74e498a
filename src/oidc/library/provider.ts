/** Builds the provider: the authorization, token, introspection and revocation endpoints, and the metadata. */
import { hkdfSync } from 'node:crypto'
import type { Context, Middleware, Next } from 'koa'
import compose from 'koa-compose'
import Provider from 'oidc-provider'
import type { Proofs } from '../../dpop/proofs.ts'
import type { NoteFlowStep } from '../../installs/flow-log.ts'
import type { ForceOutcome } from '../../installs/forced-outcome.ts'
import type { TakingLimits } from '../../installs/rate-limits.ts'
import type { Interactions } from '../../web/install/interactions.ts'
import { clientAssertions } from '../clients/client-assertion.ts'
import { clientAuthentication } from '../clients/client-authentication.ts'
import { clientKeys, type FetchKeys } from '../clients/client-keys.ts'
import { type Clients, clients } from '../clients/clients.ts'
import {
  type Published,
  type PublishedNeeds,
  type PublishedStore,
  publishedClients,
} from '../clients/published.ts'
import { derivedKeys } from '../derived-keys.ts'
import { authorizationCodes } from '../endpoints/authorization-code.ts'
import { authorizeEndpoint, type RenderFault } from '../endpoints/authorize.ts'
import { codeTokens } from '../endpoints/code-tokens.ts'
import { type Denial, denial } from '../endpoints/denial.ts'
import { deviceEndpoint } from '../endpoints/device.ts'
import { type DeviceRequests, deviceRedirectUri, deviceRequests } from '../endpoints/device-requests.ts'
import { flowOf } from '../endpoints/flow-of.ts'
import { introspectEndpoint } from '../endpoints/introspect.ts'
import { nextRefreshTokens } from '../endpoints/next-refresh-token.ts'
import { type IsUnavailable, inPartnerDialect, type Log, refuseMethod } from '../endpoints/partner-dialect.ts'
import { pushEndpoint } from '../endpoints/push.ts'
import { type PushedRequests, pushedRequests } from '../endpoints/pushed-requests.ts'
import {
  managedRegistration,
  type RegisterNeeds,
  type Registrations,
  registerEndpoint,
  registrationPath,
} from '../endpoints/register.ts'
import { revokeEndpoint } from '../endpoints/revoke.ts'
import { tokenEndpoint } from '../endpoints/token.ts'
import { throttle } from '../endpoints/token-rate-limit.ts'
import type { SigningKey } from '../keys.ts'
import type { NoteUse, ProviderStore } from '../ports.ts'
import { type Trials, trialSecrets } from '../trials.ts'
import { adapterFactory, type FlowStore } from './adapter.ts'
import { configuration, routes } from './configuration.ts'
import { grantRunner, type RunGrant } from './grants.ts'
import { interactions } from './interactions.ts'
import { overrideLibrary } from './overrides.ts'
import { type Answers, publicDocuments } from './public-documents.ts'

export type ProviderNeeds = {
  /** The public base address, without a trailing slash. */
  issuer: string
  trustProxy: boolean
  /** Whether the MCP server is served, as one of the resources. */
  mcp: boolean
  /** Which connections that no one registered here are let in. */
  agents: RegisterNeeds['agents']
  nativeSchemes: readonly string[]
  registrations: Registrations
  published: PublishedStore
  fetchDocument: PublishedNeeds['fetchDocument']
  fetchKeys: FetchKeys
  proofs: Proofs
  /** The sign-in, from which the browser comes back to an address of ours. */
  signInUrl(returnTo: string): string
  store: ProviderStore
  shortLived: FlowStore
  limits: TakingLimits
  /** 32 bytes each; the first one signs, all verify. Their order may change while the server runs. */
  secretKeys: readonly Buffer[]
  /** Private keys; the first signs, all are published. */
  signingKeys: readonly SigningKey[]
  renderFault: RenderFault
  /** Whether the browser has a signed-in session; called for `prompt=none` only. */
  signedIn(ctx: Context): Promise<boolean>
  /** The log of the connection's developer. */
  note: NoteFlowStep
  /** Notes that an installation's tokens were used or introspected; synchronous and in memory. */
  noteUse: NoteUse
  /** Flows of the playground. */
  trials: Trials
  forceOutcome: ForceOutcome
  now(): Date
  newId(): string
  isUnavailable: IsUnavailable
  log: Log
}

export type InstallProvider = {
  /** The token, introspection and revocation endpoints; calls `next` for any other path. */
  programs: Middleware
  /** The authorization endpoint and the metadata; calls `next` for any other path. */
  middleware: Middleware
  interactions: Interactions
  /** Builds the error redirect for a stored request that was not approved. */
  denialOf: Denial
  /** The address at which a stored request begins once more, pushed where it must be. */
  flowOf(parameters: Readonly<Record<string, string>>): Promise<string>
  /** The flows of devices, for the screens on which people enter their codes. */
  devices: Pick<DeviceRequests, 'begin' | 'settle'>
}

/** @throws the library's error when settings or keys are inconsistent. */
export async function createProvider(needs: ProviderNeeds): Promise<InstallProvider> {
  const cookieKeys = derivedKeys(needs.secretKeys, cookieKey)
  const registered = clients({ store: needs.store, log: needs.log, provider: () => provider })
  const documents = publishedClients(needs)
  const pushed = pushedRequests(needs.shortLived)
  const devices = deviceRequests({
    ...needs,
    pushed,
    nameOf: async id => (await registered.find(id))?.connection.documentUrl ?? id,
  })
  const authorize = authorizeEndpoint({
    ...needs,
    connectionOf: registered.connectionOf,
    clients: documents,
    async documentOf(clientId) {
      const known = typeof clientId === 'string' ? await registered.find(clientId) : null
      return URL.parse(known?.connection.documentUrl ?? '')
    },
    pushed,
  })
  const provider: Provider = new Provider(
    needs.issuer,
    configuration({
      adapter: adapterFactory({
        issuer: needs.issuer,
        authorizations: needs.store,
        shortLived: needs.shortLived,
      }),
      cookieKeys: cookieKeys(),
      jwks: { keys: [...needs.signingKeys] },
      secure: needs.issuer.startsWith('https://'),
      connectionOf: registered.connectionOf,
      signedIn: needs.signedIn,
      showFault: authorize.showFault,
    }),
  )
  provider.proxy = needs.trustProxy
  overrideLibrary(provider, {
    clients: registered,
    trialUri: needs.trials.redirectUri,
    deviceUri: deviceRedirectUri(needs.issuer),
    codeOf: authorizationCodes(needs.secretKeys),
    cookieKeys,
  })

  const run = compose(provider.middleware) as unknown as Middleware
  const resume = authorize.resume(provider, run)
  const answers = new Map([
    ...(await publicDocuments(needs, run)),
    [`GET ${routes.authorization}`, authorize.begin(provider, run)],
    [routes.authorization, inPartnerDialect(needs, refuseMethod('GET, HEAD'))],
  ])
  const posts = new Map(programs({ ...needs, pushed, devices, documents }, registered, grantRunner(provider)))
  const notToManage = inPartnerDialect(needs, refuseMethod([...managing].join(', ')))
  const notToResume = inPartnerDialect(needs, refuseMethod('GET'))
  const manage = inPartnerDialect(needs, managedRegistration(needs))
  return {
    programs: (ctx, next) =>
      managed.test(ctx.path)
        ? (managing.has(ctx.method) ? manage : notToManage)(ctx, next)
        : (posts.get(`${ctx.method} ${ctx.path}`) ?? posts.get(ctx.path) ?? pass)(ctx, next),
    async middleware(ctx: Context, next: Next) {
      // Node leaves the body out of a response to HEAD; the library's router knows GET alone.
      if (ctx.method === 'HEAD' && ctx.path === routes.authorization) ctx.method = 'GET'
      const answer = answers.get(`${ctx.method} ${ctx.path}`) ?? answers.get(ctx.path)
      if (answer) return answer(ctx, next)
      if (!resumption.test(ctx.path)) return next()
      return ctx.method === 'GET' ? resume(ctx, next) : notToResume(ctx, next)
    },
    interactions: interactions({ ...needs, provider, secure: needs.issuer.startsWith('https://') }),
    devices,
    flowOf: flowOf({ issuer: needs.issuer, clients: registered, pushed }),
    denialOf: denial({ issuer: needs.issuer, clients: registered }),
  }
}

/** The authorization endpoint, followed by the id of an interaction. */
const resumption = new RegExp(`^${routes.authorization}/[\\w-]+$`)

/** A registration of its own (RFC 7592). */
const managed = new RegExp(`^${registrationPath}/[^/]+$`)

const managing = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])

const pass: Middleware = (_ctx, next) => next()

/** A question for the methods; a preflight is answered before (cors.ts). */
const options: Middleware = ctx => {
  ctx.set('Allow', 'POST, OPTIONS')
  ctx.status = 204
}

/** The endpoints that partners' servers post to. */
function programs(
  needs: ProviderNeeds & { pushed: PushedRequests; devices: DeviceRequests; documents: Published },
  registered: Clients,
  runGrant: RunGrant,
): Answers {
  const { store } = needs
  const parts = {
    ...needs,
    runGrant,
    readProof: store.readProof,
    authenticate: clientAuthentication({
      ...needs,
      clients: registered,
      noteSecretUse: store.noteSecretUse,
      verifyAssertion: clientAssertions({ ...needs, keysOf: clientKeys(needs) }),
      isTrialSecret: trialSecrets(needs.shortLived),
    }),
    throttle: throttle(needs.limits, needs.now),
    nextRefreshTokens: nextRefreshTokens(needs.secretKeys),
    codeTokens: codeTokens(needs.secretKeys),
  }
  const endpoints: Answers = [
    ['/v1/oauth/token', tokenEndpoint(parts)],
    ['/v1/oauth/introspect', introspectEndpoint(parts)],
    ['/v1/oauth/revoke', revokeEndpoint(parts)],
    ['/v1/oauth/par', pushEndpoint(parts)],
    ['/v1/oauth/device_authorization', deviceEndpoint(parts)],
    [registrationPath, registerEndpoint(needs)],
  ]
  return endpoints.flatMap(([path, endpoint]) => [
    [`POST ${path}`, inPartnerDialect(needs, endpoint)],
    [`OPTIONS ${path}`, options],
    [path, inPartnerDialect(needs, refuseMethod('POST, OPTIONS'))],
  ])
}

/** A separate key for the cookies of the flow. */
function cookieKey(secretKey: Buffer): string {
  return Buffer.from(hkdfSync('sha256', secretKey, '', 'install cookies', 32)).toString('base64')
}
