/** Implements the install screens' view of the flow on the library's interactions. */
import type { Context } from 'koa'
import type Provider from 'oidc-provider'
import { errors, type InteractionResults } from 'oidc-provider'
import { readScope } from '../../installs/capability.ts'
import type { Consent } from '../../installs/consent.ts'
import { type NoteFlowStep, stepOf } from '../../installs/flow-log.ts'
import { readUuid } from '../../installs/ids.ts'
import type { Interactions, WaitingRequest } from '../../web/install/interactions.ts'
import { deviceRedirectUri } from '../endpoints/device-requests.ts'
import { readWish } from '../endpoints/wished-pages.ts'
import type { AuthorizationStore } from '../ports.ts'
import { answeredKey, type FlowStore } from './adapter.ts'
import { authorizationLifetime, lifetimes } from './lifetimes.ts'

type Answered = { result?: InteractionResults; returnTo: string }

/** Parameters that the library knows by another name than the partner sent. */
const sentNames: Record<string, string> = {
  login_max_age: 'max_age',
  proof_key: 'dpop_jkt',
  wish: 'authorization_details',
}

export function interactions(needs: {
  provider: Provider
  issuer: string
  store: AuthorizationStore
  shortLived: { read: FlowStore['read'] }
  note: NoteFlowStep
  /** The issuer is https. */
  secure: boolean
  now(): Date
  newId(): string
}): Interactions {
  const { provider, store } = needs

  async function read(ctx: Context): Promise<WaitingRequest | null> {
    const found = await provider.interactionDetails(ctx.req, ctx.res).catch(error => {
      if (error instanceof errors.SessionNotFound) return null
      throw error
    })
    // The cookie selects the interaction; it must be the one that the path names.
    if (!found || ctx.path.split('/')[2] !== found.uid) return null
    const params = found.params as Record<string, string | undefined>
    const sent = Object.entries(params).flatMap(([name, value]) =>
      typeof value === 'string' ? [[sentNames[name] ?? name, value]] : [],
    )
    return {
      uid: found.uid,
      connectionId: params.client_id!,
      capabilities: readScope(params.scope ?? '').known,
      workspaceHint: readUuid(params.workspace_id),
      wishedPages: readWish(params.wish)?.pageIds ?? [],
      loginHint: params.login_hint ?? null,
      mustSignIn: (params.prompt ?? '').split(' ').includes('login'),
      redirectUri: params.redirect_uri!,
      state: params.state ?? null,
      isOfDevice: params.redirect_uri === deviceRedirectUri(needs.issuer),
      parameters: Object.fromEntries(sent),
      expiresAt: new Date(found.exp * 1000),
    }
  }

  /** Stores the decision and redirects to the resumption, which answers the partner. */
  async function end(ctx: Context, result: InteractionResults): Promise<void> {
    const resume = await provider.interactionResult(ctx.req, ctx.res, result, {
      mergeWithLastSubmission: false,
    })
    // The library builds the URL from the Host header; replaced by the issuer.
    ctx.redirect(needs.issuer + new URL(resume).pathname)
    ctx.status = 303
  }

  function noteAllowed(
    ctx: Context,
    { uid, connectionId }: WaitingRequest,
    grantId: string,
    { workspaceId, capabilities }: Consent,
  ) {
    const requestId = ctx.state.requestId as string
    needs.note(
      stepOf({
        kind: 'allowed',
        at: needs.now(),
        ...{ connectionId, requestId, uid, grantId, workspaceId },
        scope: capabilities.join(' '),
      }),
    )
  }

  async function waiting(ctx: Context): Promise<WaitingRequest> {
    const request = await read(ctx)
    if (!request) throw new errors.SessionNotFound('the request is over')
    return request
  }

  return {
    read,

    async finish(ctx, consent) {
      const request = await waiting(ctx)
      if (
        consent.connectionId !== request.connectionId ||
        consent.capabilities.some(one => !request.capabilities.includes(one))
      )
        throw new Error('the consent is not for this request')
      const client = await store.readClient(consent.connectionId)
      if (!client) throw new errors.SessionNotFound('the connection is gone')
      const now = needs.now()
      const grantId = needs.newId()
      const expiresAt = new Date(now.getTime() + authorizationLifetime(client.longLivedTokens) * 1000)
      const opened = await store.openAuthorization({
        grantId,
        consentId: consent.id,
        workspaceId: consent.workspaceId,
        connectionId: consent.connectionId,
        userId: consent.userId,
        now,
        expiresAt,
      })
      if (!opened) throw new errors.SessionNotFound('the member is gone')
      noteAllowed(ctx, request, grantId, consent)
      await end(ctx, { login: { accountId: consent.userId, remember: false }, consent: { grantId } })
    },

    async repeat(ctx) {
      const { cookies } = provider.createContext(ctx.req, ctx.res)
      const uid = ctx.path.split('/')[2]!
      if (cookies.get(provider.cookieName('interaction'), { signed: true }) !== uid) return false
      const answered = await needs.shortLived.read(answeredKey(uid))
      const { result, returnTo } = answered === null ? ({} as Answered) : (JSON.parse(answered) as Answered)
      const grantId = result?.consent?.grantId
      const found = grantId ? await store.readAuthorization(grantId) : null
      if (!found || found.redeemed) return false
      const { pathname: path } = new URL(returnTo)
      const { secure } = needs
      cookies.secure = secure
      cookies.set(provider.cookieName('resume'), uid, {
        ...{ path, secure, httpOnly: true, sameSite: 'lax', signed: true },
        maxAge: lifetimes.code * 1000,
      })
      ctx.redirect(needs.issuer + path)
      ctx.status = 303
      return true
    },

    async cancel(ctx) {
      await waiting(ctx)
      await end(ctx, { error: 'access_denied', error_description: 'The member did not allow access.' })
    },
  }
}
