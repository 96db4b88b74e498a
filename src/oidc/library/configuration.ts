/** The library's settings, each with its reason. Settings that are not listed keep their default. */
import type { Context } from 'koa'
import {
  type AdapterFactory,
  type Client,
  type Configuration,
  errors,
  type JWKS,
  type KoaContextWithOIDC,
  type ResponseType,
} from 'oidc-provider'
import { capabilities } from '../../installs/capability.ts'
import { testParameter } from '../../installs/forced-outcome.ts'
import { askedCapabilities } from '../endpoints/authorize-request.ts'
import type { ClientConnection } from '../ports.ts'
import { exchangeOf } from './exchange.ts'
import { installPolicy } from './install-prompt.ts'
import { lifetimes } from './lifetimes.ts'

export const routes = {
  authorization: '/v1/oauth/authorize',
  token: '/v1/oauth/token',
  jwks: '/v1/oauth/jwks',
}

export function configuration(needs: {
  adapter: AdapterFactory
  cookieKeys: string[]
  jwks: JWKS
  /** The issuer is https: cookies are `Secure` and carry the `__Secure-` prefix. */
  secure: boolean
  connectionOf(client: Client): ClientConnection
  signedIn(ctx: Context): Promise<boolean>
  showFault(ctx: KoaContextWithOIDC, out: { error: string; error_description?: string }): void | Promise<void>
}): Configuration {
  const isLongLived = (client: Client | undefined) =>
    client !== undefined && needs.connectionOf(client).longLivedTokens
  const cookiePrefix = needs.secure ? '__Secure-latchkey_' : 'latchkey_'
  const off = { enabled: false }
  return {
    adapter: needs.adapter,
    routes,
    jwks: needs.jwks,

    // Scopes are the capabilities. The library adds `openid` by itself; no connection is registered with it.
    scopes: [...capabilities],
    claims: { openid: ['sub'] },
    // The default adds response types that make it advertise, and accept, the implicit grant.
    responseTypes: ['code'] as ResponseType[],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    features: {
      devInteractions: off,
      dPoP: off,
      introspection: off, // ours is one query and returns the granted pages
      pushedAuthorizationRequests: off,
      resourceIndicators: off,
      revocation: off, // ours answers in JSON and records an event
      rpInitiatedLogout: off,
      userinfo: off,
    },

    // Required for public clients (RFC 7636). Confidential ones may omit it, since widely used partner clients drop the verifier,
    // unless they are registered to require it.
    pkce: {
      required: (_ctx, client) =>
        client.clientAuthMethod === 'none' || needs.connectionOf(client).requirePkce,
    },
    allowOmittingSingleRegisteredRedirectUri: true,
    enableHttpPostMethods: false,
    extraParams: {
      /** Runs after client and redirect URI are validated: an error thrown here is sent to the partner. */
      workspace_id(ctx: KoaContextWithOIDC) {
        const { complaint } = ctx.state as { complaint?: Error | null }
        if (complaint) throw complaint
        const { capabilities: registered, requirePar } = needs.connectionOf(ctx.oidc.client!)
        if (requirePar && !ctx.state.pushedBy && !ctx.state.isTrial)
          throw new errors.InvalidRequest('the connection must push its authorization requests (RFC 9126)')
        ctx.oidc.params!.scope = askedCapabilities(
          ctx.oidc.params!.scope as string | undefined,
          registered,
        ).join(' ')
      },
      /** The max_age of the request, for the sign-in at the host's provider. */
      login_max_age: null,
      /** Read by the screens in a sandbox and stored with the code; see installs/forced-outcome.ts. */
      [testParameter]: null,
      /** Stored with the code (RFC 8707). The library's own feature would consume a refresh token before it refuses one. */
      resource: null,
      /** The authorization_details of the request, for the picker. */
      wish: null,
      /** The dpop_jkt of the request, stored with the code (RFC 9449 §10). */
      proof_key: null,
    },

    interactions: {
      url: (_ctx, interaction) => `/install/${interaction.uid}`,
      policy: installPolicy(needs.signedIn),
    },
    // Only the grant of this flow: an earlier one would merge two workspaces.
    loadExistingGrant: async ctx => {
      const grantId = ctx.oidc.result?.consent?.grantId
      return grantId ? ctx.oidc.provider.Grant.find(grantId) : undefined
    },
    findAccount: (ctx, sub) => {
      const exchange = exchangeOf(ctx)
      if (exchange && exchange.denialReason !== null) return undefined
      return { accountId: sub, claims: async () => ({ sub }) }
    },

    // Tokens outlive the browser's session, and a second install must not end the first one's.
    expiresWithSession: async () => false,
    issueRefreshToken: async (_ctx, client) => !isLongLived(client),
    rotateRefreshToken: () => true,
    ttl: {
      AccessToken: (_ctx, _token, client) =>
        isLongLived(client) ? lifetimes.longLivedAccessToken : lifetimes.accessToken,
      AuthorizationCode: lifetimes.code,
      // The default of 14 days would end every refresh with the grant.
      Grant: lifetimes.longLivedAccessToken,
      Interaction: lifetimes.interaction,
      RefreshToken: (_ctx, token) =>
        Math.max(1, Math.min(lifetimes.refreshIdle, lifetimes.refreshAbsolute - token.totalLifetime())),
      Session: 1, // none is kept
      IdToken: 1, // none is issued
    },

    cookies: {
      keys: needs.cookieKeys,
      names: {
        interaction: `${cookiePrefix}install`,
        resume: `${cookiePrefix}resume`,
        session: `${cookiePrefix}none`,
      },
      short: { httpOnly: true, sameSite: 'lax', signed: true, secure: needs.secure },
      long: { httpOnly: true, sameSite: 'lax', signed: true, secure: needs.secure },
    },
    clientBasedCORS: () => false, // see cors.ts
    renderError: async (ctx, out) => needs.showFault(ctx, out),
  }
}
