/**
 * POST /v1/oauth/revoke (RFC 7009). Either token ends all tokens of its authorization. An unknown token, or one of another client,
 * has no effect and gets the same response.
 */

import { hash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { type FlowFailure, type NoteFlowStep, nothingEnded, stepOf } from '../../installs/flow-log.ts'
import { tokenPrefix } from '../../installs/token-value.ts'
import type { Authenticate } from '../clients/client-authentication.ts'
import {
  type Credentials,
  claimedClient,
  claimedSecret,
  readCredentials,
} from '../clients/client-credentials.ts'
import { type PublishedStore, withConnectionId } from '../clients/published.ts'
import { explainForeign, explainForm, explainRefusal } from '../diagnostics/explain-introspection.ts'
import { type LogRateLimits, logRateLimits } from '../diagnostics/log-rate-limit.ts'
import type { ClientProof, RevocationStore, SecretStore } from '../ports.ts'
import { allowOrigin } from './cors.ts'
import { invalidRequest, OAuthRefusal } from './oauth-refusal.ts'
import { type Fields, readFields } from './request-body.ts'
import type { Throttle } from './token-rate-limit.ts'

export type RevokeNeeds = {
  published: PublishedStore
  store: RevocationStore & SecretStore
  readProof(clientId: string): Promise<ClientProof | null>
  authenticate: Authenticate
  throttle: Throttle
  note: NoteFlowStep
  now(): Date
  newId(): string
}

export function revokeEndpoint(needs: RevokeNeeds): Middleware {
  const rateLimits = logRateLimits(needs.now)
  return async ctx => {
    const authorization = ctx.get('authorization') || undefined
    let fields: Fields = {}
    try {
      fields = await withConnectionId(needs.published, await readFields(ctx.req))
      await revoke(needs, rateLimits, ctx, readCredentials(authorization, fields), fields)
    } catch (error) {
      if (error instanceof OAuthRefusal) noteRefusal(needs, rateLimits, ctx, authorization, fields, error)
      throw error
    }
  }
}

/** Does not delay the response. */
function noteRefusal(
  needs: RevokeNeeds,
  rateLimits: LogRateLimits,
  ctx: Context,
  authorization: string | undefined,
  fields: Fields,
  refused: OAuthRefusal,
): void {
  const connectionId = claimedClient(authorization, fields)
  if (connectionId === null || !rateLimits.refused(connectionId)) return
  const claimed = { connectionId, secret: claimedSecret(authorization, fields) }
  void explainRefusal(needs.store, refused, claimed, 'an access or a refresh token').then(failure =>
    note(needs, ctx, connectionId, { failure }),
  )
}

async function revoke(
  needs: RevokeNeeds,
  rateLimits: LogRateLimits,
  ctx: Context,
  credentials: Credentials,
  fields: Fields,
): Promise<void> {
  const known = await needs.authenticate(credentials, await needs.readProof(credentials.clientId))
  needs.throttle(credentials.clientId, ctx.ip)
  allowOrigin(ctx, known.connection)
  if (fields.token === undefined) throw invalidRequest('The parameter token is missing.')
  const ended = await endedBy(needs, ctx, credentials.clientId, fields.token)
  const connectionId = known.connection.id
  if ('grantId' in ended || rateLimits.own(connectionId)) note(needs, ctx, connectionId, ended)
  // A widely used SDK throws on an empty 200.
  ctx.body = { request_id: ctx.state.requestId as string }
}

type Ended = { grantId: string } | { failure: FlowFailure }

async function endedBy(needs: RevokeNeeds, ctx: Context, clientId: string, token: string): Promise<Ended> {
  const prefix = tokenPrefix(token)
  if (prefix !== 'lka_' && prefix !== 'lkr_') return { failure: explainForm('not_a_token', nothing) }
  const grantId = await needs.store.revoke(
    clientId,
    { kind: prefix === 'lka_' ? 'access' : 'refresh', hash: hash('sha256', token, 'buffer') },
    {
      eventId: needs.newId(),
      at: needs.now(),
      address: ctx.ip || null,
      requestId: ctx.state.requestId as string,
    },
  )
  return grantId ? { grantId } : { failure: explainForeign(nothingEnded, nothing) }
}

const nothing = 'No token was ended. '

function note(needs: RevokeNeeds, ctx: Context, connectionId: string, what: Ended): void {
  const requestId = ctx.state.requestId as string
  needs.note(stepOf({ kind: 'revoked', at: needs.now(), connectionId, requestId, ...what }))
}
