/** POST /v1/oauth/introspect (RFC 7662), with the pages that are granted at this moment. */

import { hash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { type FlowFailure, type NoteFlowStep, stepOf } from '../../installs/flow-log.ts'
import { isMeantFor } from '../../installs/resource.ts'
import { tokenPrefix } from '../../installs/token-value.ts'
import type { Authenticate } from '../clients/client-authentication.ts'
import { claimedClient, claimedSecret, readCredentials } from '../clients/client-credentials.ts'
import { type PublishedStore, withConnectionId } from '../clients/published.ts'
import {
  explainForm,
  explainInactive,
  explainRefusal,
  inactive,
} from '../diagnostics/explain-introspection.ts'
import { type LogRateLimits, logRateLimits } from '../diagnostics/log-rate-limit.ts'
import { lifetimes } from '../library/lifetimes.ts'
import type {
  ClientConnection,
  ClientProof,
  IntrospectionStore,
  NoteUse,
  SecretStore,
  TokenInForce,
  TokenStatusStore,
} from '../ports.ts'
import { allowOrigin } from './cors.ts'
import { invalidRequest, OAuthRefusal } from './oauth-refusal.ts'
import { type Fields, readFields } from './request-body.ts'
import { detailsType } from './wished-pages.ts'

export type IntrospectNeeds = {
  published: PublishedStore
  issuer: string
  store: IntrospectionStore & SecretStore & TokenStatusStore
  readProof(clientId: string): Promise<ClientProof | null>
  authenticate: Authenticate
  noteUse: NoteUse
  note: NoteFlowStep
  now(): Date
}

const kinds = { lka_: 'access', lkr_: 'refresh', lki_: 'internal' } as const

export function introspectEndpoint(needs: IntrospectNeeds): Middleware {
  const rateLimits = logRateLimits(needs.now)
  return async ctx => {
    const authorization = ctx.get('authorization') || undefined
    let fields: Fields = {}
    try {
      fields = await withConnectionId(needs.published, await readFields(ctx.req))
      await answer(needs, rateLimits, ctx, authorization, fields)
    } catch (error) {
      if (error instanceof OAuthRefusal) noteRefusal(needs, rateLimits, ctx, authorization, fields, error)
      throw error
    }
  }
}

async function answer(
  needs: IntrospectNeeds,
  rateLimits: LogRateLimits,
  ctx: Context,
  authorization: string | undefined,
  fields: Fields,
): Promise<void> {
  const credentials = readCredentials(authorization, fields)
  const now = needs.now()
  const prefix = tokenPrefix(fields.token ?? '')
  const kind = prefix && prefix in kinds ? kinds[prefix as keyof typeof kinds] : null
  const asked = kind && { kind, hash: hash('sha256', fields.token!, 'buffer') }
  const found = asked
    ? await needs.store.introspect(credentials.clientId, asked, now)
    : { client: await needs.readProof(credentials.clientId), token: null }
  const known = await needs.authenticate(credentials, found.client)
  allowOrigin(ctx, known.connection)
  if (fields.token === undefined) throw invalidRequest('The parameter token is missing.')
  const requestId = ctx.state.requestId as string
  const token = found.token && mayKnow(known.connection, found.token, needs.issuer) ? found.token : null
  if (token && kind !== 'refresh') needs.noteUse(token, now)
  ctx.body = token
    ? { ...present(token, needs.issuer, kind === 'refresh'), request_id: requestId }
    : { active: false, request_id: requestId }
  if (!token) noteInactive(needs, rateLimits, ctx, known.connection, asked)
}

/** A connection sees its own tokens, a resource server those that are meant for it. */
const mayKnow = (asking: ClientConnection, token: TokenInForce, issuer: string) =>
  token.connectionId === asking.id || isMeantFor(asking.resources, token.audience, issuer)

type Asked = Parameters<TokenStatusStore['readTokenStatus']>[1]

/** Looks up why the token is inactive, for the log only and within its rate limit. Does not delay the response. */
function noteInactive(
  needs: IntrospectNeeds,
  rateLimits: LogRateLimits,
  ctx: Context,
  { id: connectionId, resourceServer }: ClientConnection,
  asked: Asked | null,
): void {
  if (!rateLimits.own(connectionId)) return
  const at = needs.now()
  if (!asked) {
    note(needs, ctx, connectionId, explainForm('inactive', inactive))
    return
  }
  const whose = resourceServer ? 'any' : 'own'
  needs.store
    .readTokenStatus(connectionId, asked)
    .then(status => explainInactive(status, { isRefresh: asked.kind === 'refresh', whose, at }))
    .then(failure => note(needs, ctx, connectionId, failure))
    .catch(() => {}) // loses one log line
}

function noteRefusal(
  needs: IntrospectNeeds,
  rateLimits: LogRateLimits,
  ctx: Context,
  authorization: string | undefined,
  fields: Fields,
  refused: OAuthRefusal,
): void {
  const connectionId = claimedClient(authorization, fields)
  if (connectionId === null || !rateLimits.refused(connectionId)) return
  const claimed = { connectionId, secret: claimedSecret(authorization, fields) }
  void explainRefusal(needs.store, refused, claimed, 'the token to ask about').then(failure =>
    note(needs, ctx, connectionId, failure),
  )
}

function note(needs: IntrospectNeeds, ctx: Context, connectionId: string, failure: FlowFailure): void {
  const requestId = ctx.state.requestId as string
  needs.note(stepOf({ kind: 'introspected', at: needs.now(), connectionId, requestId, failure }))
}

const seconds = (at: Date) => Math.floor(at.getTime() / 1000)

/** The granted pages as authorization details (RFC 9396). */
export const detailsOf = ({ workspaceId, pageIds }: TokenInForce) => [
  { type: detailsType, workspace_id: workspaceId, page_ids: pageIds },
]

function present(token: TokenInForce, issuer: string, isRefreshToken: boolean): Record<string, unknown> {
  const { expiresAt, issuedAt } = token
  // Long-lived tokens report no `exp`.
  const ends = expiresAt && seconds(expiresAt) - seconds(issuedAt) < lifetimes.longLivedAccessToken
  return {
    active: true,
    scope: token.capabilities.join(' '),
    client_id: token.connectionId,
    // An internal connection's token has no user; its subject is the bot.
    sub: token.userId ?? token.installationId,
    iss: issuer,
    // Without a named resource, a token is for the partner API.
    ...(isRefreshToken ? {} : { aud: token.audience ?? issuer }),
    iat: seconds(issuedAt),
    ...(ends ? { exp: seconds(expiresAt) } : {}),
    ...(isRefreshToken ? {} : { token_type: token.jkt === null ? 'bearer' : 'DPoP' }),
    ...(token.jkt === null ? {} : { cnf: { jkt: token.jkt } }),
    workspace_id: token.workspaceId,
    bot_id: token.installationId,
    authorization_details: detailsOf(token),
  }
}
