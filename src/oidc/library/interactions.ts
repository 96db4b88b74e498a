/** The flow as the screens see it: what is asked, and how it ends. */
import type { Context } from 'koa'
import type Provider from 'oidc-provider'
import { errors, type InteractionResults } from 'oidc-provider'
import { type Capability, readScope } from '../../installs/capability.ts'
import type { Consent } from '../../installs/consent.ts'
import { type NoteFlowStep, stepOf } from '../../installs/flow-log.ts'
import { readUuid } from '../../installs/ids.ts'
import type { AuthorizationStore } from '../ports.ts'
import { authorizationLifetime } from './lifetimes.ts'

/** A partner's request that waits for a member's decision. */
export type WaitingRequest = {
  uid: string
  connectionId: string
  capabilities: Capability[]
  workspaceHint: string | null
  loginHint: string | null
  /** The partner asks for a fresh sign-in: one since `startedAt`. */
  mustSignIn: boolean
  startedAt: Date
  redirectUri: string
  state: string | null
  /** All that the partner sent and the provider understood: sent again, it is the same request. */
  parameters: Record<string, string>
  expiresAt: Date
}

export type Interactions = {
  /** null: stale, finished, or begun in another browser. */
  read(ctx: Context): Promise<WaitingRequest | null>
  /** Ends in a redirect from which the partner gets its code. @throws SessionNotFound (400) where `read` gives null. */
  finish(ctx: Context, consent: Consent): Promise<void>
  /** Ends in a redirect from which the partner gets `access_denied`. @throws as `finish`. */
  cancel(ctx: Context): Promise<void>
}

export type InteractionNeeds = {
  provider: Provider
  issuer: string
  store: Pick<AuthorizationStore, 'openAuthorization' | 'readClient'>
  note: NoteFlowStep
  now(): Date
  newId(): string
}

export function interactions(needs: InteractionNeeds): Interactions {
  const { provider, store } = needs

  async function read(ctx: Context): Promise<WaitingRequest | null> {
    const found = await provider.interactionDetails(ctx.req, ctx.res).catch(error => {
      if (error instanceof errors.SessionNotFound) return null
      throw error
    })
    // The cookie belongs to one address; a request for another flow must not be answered with this one.
    if (!found || ctx.path.split('/')[2] !== found.uid) return null
    const params = found.params as Record<string, string | undefined>
    const sent = Object.entries(params).filter((one): one is [string, string] => typeof one[1] === 'string')
    return {
      uid: found.uid,
      connectionId: params.client_id!,
      capabilities: readScope(params.scope ?? '').known,
      workspaceHint: readUuid(params.workspace_id),
      loginHint: params.login_hint ?? null,
      mustSignIn: (params.prompt ?? '').split(' ').includes('login'),
      startedAt: new Date(found.iat * 1000),
      redirectUri: params.redirect_uri!,
      state: params.state ?? null,
      parameters: Object.fromEntries(sent),
      expiresAt: new Date(found.exp * 1000),
    }
  }

  /** Keeps the decision and sends the browser back to the provider, which answers the partner. */
  async function end(ctx: Context, result: InteractionResults): Promise<void> {
    const resume = await provider.interactionResult(ctx.req, ctx.res, result, {
      mergeWithLastSubmission: false,
    })
    // The library builds the address from the Host header; ours is the public one.
    ctx.redirect(needs.issuer + new URL(resume).pathname)
    ctx.status = 303
  }

  function noteAllowed(
    ctx: Context,
    { uid, connectionId }: WaitingRequest,
    grantId: string,
    workspaceId: string,
  ) {
    const requestId = ctx.state.requestId as string
    needs.note(
      stepOf({ kind: 'allowed', at: needs.now(), connectionId, requestId, uid, grantId, workspaceId }),
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
      noteAllowed(ctx, request, grantId, consent.workspaceId)
      await end(ctx, { login: { accountId: consent.userId, remember: false }, consent: { grantId } })
    },

    async cancel(ctx) {
      await waiting(ctx)
      await end(ctx, { error: 'access_denied', error_description: 'The member did not allow access.' })
    },
  }
}
