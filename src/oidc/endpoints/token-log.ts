/** Attempts at the token endpoint in the log of the connection's developer. */
import type { Context } from 'koa'
import { type FlowFailure, type NoteFlowStep, stepOf } from '../../installs/flow-log.ts'
import { claimedClient, readCredentials } from '../clients/client-credentials.ts'
import { explainUnproven } from '../diagnostics/explain-client.ts'
import { type Attempted, explainToken, ownOf } from '../diagnostics/explain-token.ts'
import { keptOf } from '../library/exchange.ts'
import type { SecretStore } from '../ports.ts'
import { type OAuthRefusal, unproven } from './oauth-refusal.ts'

type TokenLogNeeds = { store: SecretStore; note: NoteFlowStep; now(): Date }

/** Logs the attempt for the connection's developer. */
export function note(
  needs: TokenLogNeeds,
  ctx: Context,
  clientId: string | null,
  { fields, source }: Attempted,
  failure: FlowFailure | null,
): void {
  if (clientId === null) return
  const kept = ownOf(keptOf(source), clientId)
  needs.note(
    stepOf({
      kind: fields.grant_type === 'refresh_token' ? 'refreshed' : 'code-redeemed',
      at: needs.now(),
      connectionId: clientId,
      requestId: ctx.state.requestId,
      grantId: kept?.grantId ?? null,
      workspaceId: kept?.owner.workspaceId ?? null,
      failure,
    }),
  )
}

/** Logs a refusal with its reason. Lookups for the reason do not delay the response. */
export function noteRefusal(
  needs: TokenLogNeeds,
  ctx: Context,
  authorization: string | undefined,
  attempted: Attempted,
  refused: OAuthRefusal,
): void {
  const clientId = claimedClient(authorization, attempted.fields)
  if (clientId === null) return
  const noted = (failure: FlowFailure) => note(needs, ctx, clientId, attempted, failure)
  if (refused.message !== unproven.wrong) {
    noted(explainToken(refused, attempted, clientId))
    return
  }
  const secret = readCredentials(authorization, attempted.fields).secret ?? ''
  void explainUnproven(needs.store, refused, clientId, secret).then(noted)
}
