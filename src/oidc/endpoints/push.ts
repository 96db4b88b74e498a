/** POST /v1/oauth/par (RFC 9126): takes an authorization request from the client itself, and refuses there what can be refused. */
import type { Context, Middleware } from 'koa'
import type { Client } from 'oidc-provider'
import type { Proofs } from '../../dpop/proofs.ts'
import { type NoteFlowStep, stepOf } from '../../installs/flow-log.ts'
import type { KnownClient } from '../clients/clients.ts'
import { plain } from '../diagnostics/failure.ts'
import { askedCapabilities, readAuthorizeRequest } from './authorize-request.ts'
import { provenKey } from './bound-tokens.ts'
import { authenticated, type ClientRequestNeeds, inOurWords } from './client-request.ts'
import { invalidRequest, OAuthRefusal } from './oauth-refusal.ts'
import { type PushedRequests, pushedSeconds } from './pushed-requests.ts'
import type { Fields } from './request-body.ts'
import type { Resources } from './resource.ts'

export type PushNeeds = ClientRequestNeeds &
  Resources & { proofs: Proofs; pushed: PushedRequests; note: NoteFlowStep; now(): Date }

export function pushEndpoint(needs: PushNeeds): Middleware {
  return async ctx => {
    const { known, fields } = await authenticated(needs, ctx)
    try {
      ctx.body = await push(needs, known, fields, await provenKey(needs, ctx))
      ctx.status = 201
    } catch (error) {
      const refusal = inOurWords(error)
      if (refusal instanceof OAuthRefusal) noteRefusal(needs, ctx, known.connection.id, refusal)
      throw refusal
    }
  }
}

/** @param jkt of a proof that came along, which binds the code as the parameter dpop_jkt does (RFC 9449 §10.1). */
async function push(
  needs: PushNeeds,
  known: KnownClient,
  fields: Fields,
  jkt: string | null,
): Promise<object> {
  const { client_secret: _secret, client_assertion: _proof, client_assertion_type: _type, ...sent } = fields
  if (sent.request_uri !== undefined || sent.request !== undefined)
    throw invalidRequest('A pushed request has its parameters themselves, no request_uri and no request.')
  if (jkt !== null && sent.dpop_jkt !== undefined && sent.dpop_jkt !== jkt)
    throw new OAuthRefusal(400, 'invalid_dpop_proof', 'dpop_jkt is of another key than the proof.')
  const query = { ...sent, ...(jkt !== null && { dpop_jkt: jkt }), client_id: known.connection.id }
  const request = await readAuthorizeRequest(query, needs)
  if (request?.complaint) throw request.complaint
  check(known, sent)
  return { request_uri: await needs.pushed.keep(query.client_id, query), expires_in: pushedSeconds }
}

/** The faults that the authorization endpoint would find once it knows the client. */
function check({ client, connection }: KnownClient, sent: Fields): void {
  const { redirect_uri: uri, response_type, scope, code_challenge, code_challenge_method: method } = sent
  if (response_type === undefined) throw invalidRequest('The parameter response_type is missing.')
  if (uri === undefined && connection.redirectUris.length > 1)
    throw invalidRequest('The parameter redirect_uri is missing, and several are registered.')
  if (uri !== undefined && !isRegistered(client, uri))
    throw invalidRequest('The redirect_uri is not registered for this client.')
  const needsPkce = connection.clientType === 'public' || connection.requirePkce
  if (code_challenge === undefined && needsPkce)
    throw invalidRequest('The parameter code_challenge is missing (PKCE, RFC 7636).')
  if (code_challenge !== undefined && method !== 'S256')
    throw invalidRequest('The only code_challenge_method is S256.')
  askedCapabilities(scope, connection.capabilities)
}

const isRegistered = (client: Client, uri: string) =>
  (client as unknown as { redirectUriAllowed(uri: string): boolean }).redirectUriAllowed(uri)

function noteRefusal(
  needs: PushNeeds,
  ctx: Context,
  connectionId: string,
  { code, message }: OAuthRefusal,
): void {
  const requestId = ctx.state.requestId as string
  const failure = plain(code, message, 'Correct the request that is pushed to /v1/oauth/par.')
  needs.note(stepOf({ kind: 'authorize', at: needs.now(), connectionId, requestId, failure }))
}
