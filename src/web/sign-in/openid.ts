/** Signing in at the host's OpenID provider: authorization code with PKCE, state, nonce and iss (OpenID Connect Core 1.0). */
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { Configuration } from 'openid-client'
import type { OpenIdLogin } from '../../login-config.ts'
import type { EndedUpstream } from '../http/session.ts'
import type { WebContext } from '../http/state.ts'
import type { BrowserMark } from './browser-mark.ts'
import type { HostAnswer, HostSignIn } from './host-routes.ts'
import type { CreateExternalUser, FindExternalUser, LoginStore } from './ports.ts'

type Parts = {
  /** Ours. */
  issuer: string
  login: OpenIdLogin
  store: LoginStore
  browser: BrowserMark
  findExternalUser: FindExternalUser
  createExternalUser: CreateExternalUser
}

/** Loaded with the first sign-in at a provider. */
const library = () => import('openid-client')

type Begun = { browser: string; returnTo: string; nonce: string; verifier: string; maxAge: number | null }

const lifetimeSeconds = 600
const timeoutSeconds = 10
const back = '/sign-in/callback'

export function openIdSignIn(needs: Parts): HostSignIn {
  const { login, store, browser } = needs
  const provider = discoverOnce(login)
  const keyOf = (state: string) => `openid-login:${state}`

  async function redeem(ctx: WebContext, state: string, begun: Begun): Promise<HostAnswer> {
    const { returnTo, maxAge } = begun
    const [openid, config] = [await library(), await provider()]
    const tokens = await openid.authorizationCodeGrant(
      config,
      new URL(`${needs.issuer}${back}${ctx.search}`),
      {
        pkceCodeVerifier: begun.verifier,
        expectedState: state,
        expectedNonce: begun.nonce,
        ...(maxAge !== null && { maxAge }),
      },
    )
    const claims = tokens.claims()!
    const wanted = [login.subject, ...(login.membersOf ? [login.membersOf, 'email', 'name'] : [])]
    const isComplete = wanted.every(name => claims[name] !== undefined)
    // Providers put few claims into the ID token; the others are at the userinfo endpoint.
    const all = isComplete
      ? claims
      : { ...(await openid.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims }
    const subject = all[login.subject]
    if (typeof subject !== 'string' && typeof subject !== 'number')
      return { kind: 'refused', reason: `the provider gave no claim ${login.subject}`, returnTo }
    const user = (await needs.findExternalUser(String(subject))) ?? (await create(String(subject), all))
    if (!user) {
      const reason = 'the directory has no enabled user of this external id'
      return { kind: 'unknown-user', reason, returnTo }
    }
    const sid = typeof claims.sid === 'string' ? claims.sid : null
    return { kind: 'signed-in', user, returnTo, upstream: { sid, sub: claims.sub } }
  }

  /** Null without LOGIN_CREATE, or where the claims do not suffice. */
  async function create(externalId: string, claims: Record<string, unknown>) {
    if (login.membersOf === null) return null
    const { email, name } = claims
    if (typeof email !== 'string' || claims.email_verified === false) return null
    const workspaces = [claims[login.membersOf]].flat().filter(one => typeof one === 'string')
    const shown = typeof name === 'string' && name !== '' ? name : email
    return needs.createExternalUser({ externalId, email, name: shown, workspaces })
  }

  return {
    name: new URL(login.issuer).host,
    back,

    async begin(ctx, { returnTo, loginHint, again, maxAge }) {
      const openid = await library()
      const config = await provider().catch((error: unknown) => messageOf(error))
      if (typeof config === 'string') return { kind: 'away', reason: config }
      const [state, nonce, verifier] = [
        openid.randomState(),
        openid.randomNonce(),
        openid.randomPKCECodeVerifier(),
      ]
      const begun: Begun = { browser: browser.mark(ctx), returnTo, nonce, verifier, maxAge }
      await store.write(keyOf(state), JSON.stringify(begun), lifetimeSeconds)
      const address = openid.buildAuthorizationUrl(config, {
        ...{ redirect_uri: `${needs.issuer}${back}`, scope: login.scopes, state, nonce },
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(loginHint && { login_hint: loginHint }),
        ...(again && { prompt: 'login' }),
        ...(maxAge !== null && { max_age: `${maxAge}` }),
      })
      return { kind: 'at', address: address.href }
    },

    async finish(ctx) {
      const state = [ctx.query.state].flat()[0] ?? ''
      const kept = /^[\w-]{43}$/.test(state) ? await store.read(keyOf(state)) : null
      if (kept === null) return { kind: 'over', reason: 'the state is unknown, used or expired' }
      const begun = JSON.parse(kept) as Begun
      if (!browser.isMarked(ctx, begun.browser))
        return { kind: 'another-browser', reason: 'the login was begun in another browser' }
      if ((await store.take(keyOf(state))) === null) return { kind: 'over', reason: 'the state was used' }
      try {
        return await redeem(ctx, state, begun)
      } catch (error) {
        const kind = isAway(error) ? 'away' : 'refused'
        return { kind, reason: messageOf(error), returnTo: begun.returnTo }
      }
    },
  }
}

/** The provider's metadata, read when it is first needed, and again after a failure. */
function discoverOnce(login: OpenIdLogin): () => Promise<Configuration> {
  let known: Promise<Configuration> | null = null
  return () => {
    known ??= discover(login).catch(error => {
      known = null
      throw error
    })
    return known
  }
}

async function discover(login: OpenIdLogin): Promise<Configuration> {
  const openid = await library()
  const authentication = login.clientSecret ? openid.ClientSecretBasic(login.clientSecret) : openid.None()
  const execute = login.issuer.startsWith('http:') ? [openid.allowInsecureRequests] : []
  return openid.discovery(new URL(login.issuer), login.clientId, undefined, authentication, {
    execute,
    timeout: timeoutSeconds,
  })
}

/** The provider did not answer, or answered that it is broken: the same may succeed in a moment. */
function isAway(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: { status?: number } }
  if (code === 'OAUTH_TIMEOUT' || (error as Error).name === 'TypeError') return true
  return typeof cause?.status === 'number' && cause.status >= 500
}

/** The library's messages hold no token and no code. */
function messageOf(error: unknown): string {
  const { message, error: code } = error as { message?: string; error?: string }
  return code ? `${message} (${code})` : (message ?? 'unknown error')
}

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

/**
 * Reads a logout token (OpenID Connect Back-Channel Logout 1.0, §2.6).
 * @throws Error that says what is wrong with it.
 */
export function logoutTokens(login: OpenIdLogin): (token: string) => Promise<EndedUpstream> {
  const provider = discoverOnce(login)
  let keys: ReturnType<typeof createRemoteJWKSet> | null = null
  return async token => {
    const { issuer, jwks_uri } = (await provider()).serverMetadata()
    keys ??= createRemoteJWKSet(new URL(jwks_uri!))
    const { payload } = await jwtVerify(token, keys, {
      ...{ issuer, audience: login.clientId, requiredClaims: ['iat', 'jti'] },
      ...{ maxTokenAge: '10 minutes', clockTolerance: 30 },
    })
    const { sid, sub, nonce, events } = payload as Record<string, unknown>
    if (nonce !== undefined) throw new Error('a logout token has no nonce')
    if (typeof (events as Record<string, unknown> | undefined)?.[logoutEvent] !== 'object')
      throw new Error('the token is no logout token')
    if (typeof sid === 'string') return { sid }
    if (typeof sub === 'string') return { sub, at: payload.iat! * 1000 + 999 }
    throw new Error('the token names neither a session nor a subject')
  }
}
