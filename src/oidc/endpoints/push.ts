/** POST /v1/oauth/par (RFC 9126): takes an authorization request from the client itself, and refuses there what can be refused. */
import type { Context, Middleware } from 'koa'
import { type Client, errors } from 'oidc-provider'
import { type NoteFlowStep, stepOf } from '../../installs/flow-log.ts'
import type { Authenticate } from '../clients/client-authentication.ts'
import { claimedClient, readCredentials } from '../clients/client-credentials.ts'
import type { KnownClient } from '../clients/clients.ts'
import { type PublishedStore, withConnectionId } from '../clients/published.ts'
import { plain } from '../diagnostics/failure.ts'
import type { ClientProof, ResourceStore } from '../ports.ts'
import { askedCapabilities, readAuthorizeRequest } from './authorize-request.ts'
import { allowOrigin } from './cors.ts'
import { invalidRequest, OAuthRefusal } from './oauth-refusal.ts'
import { type PushedRequests, pushedSeconds } from './pushed-requests.ts'
import { type Fields, readFields } from './request-body.ts'
import type { Throttle } from './token-rate-limit.ts'

export type PushNeeds = {
  issuer: string
  mcp: boolean
  store: ResourceStore
  published: PublishedStore
  readProof(clientId: string): Promise<ClientProof | null>
  authenticate: Authenticate
  throttle: Throttle
  pushed: PushedRequests
  note: NoteFlowStep
  now(): Date
}

export function pushEndpoint(needs: PushNeeds): Middleware {
  return async ctx => {
    const authorization = ctx.get('authorization') || undefined
    let fields: Fields = {}
    try {
      fields = await withConnectionId(needs.published, await readFields(ctx.req))
      await push(needs, ctx, authorization, fields)
    } catch (error) {
      const refusal = inOurWords(error)
      if (refusal instanceof OAuthRefusal)
        noteRefusal(needs, ctx, claimedClient(authorization, fields), refusal)
      throw refusal
    }
  }
}

async function push(
  needs: PushNeeds,
  ctx: Context,
  authorization: string | undefined,
  fields: Fields,
): Promise<void> {
  const credentials = readCredentials(authorization, fields)
  const { clientId } = credentials
  const known = await needs.authenticate(credentials, await needs.readProof(clientId))
  needs.throttle(clientId, ctx.ip)
  allowOrigin(ctx, known.connection)
  const { client_secret: _secret, client_assertion: _proof, client_assertion_type: _type, ...sent } = fields
  if (sent.request_uri !== undefined || sent.request !== undefined)
    throw invalidRequest('A pushed request has its parameters themselves, no request_uri and no request.')
  const query = { ...sent, client_id: clientId }
  const request = await readAuthorizeRequest(query, needs)
  if (request?.complaint) throw request.complaint
  check(known, sent)
  ctx.status = 201
  ctx.body = { request_uri: await needs.pushed.keep(clientId, query), expires_in: pushedSeconds }
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

/** The library's error classes are thrown by the code that the authorization endpoint shares. */
function inOurWords(error: unknown): unknown {
  if (!(error instanceof errors.OIDCProviderError)) return error
  const { error: code, error_description = '', error_detail } = error
  return new OAuthRefusal(400, code, [error_description, error_detail].filter(Boolean).join(': '))
}

function noteRefusal(
  needs: PushNeeds,
  ctx: Context,
  connectionId: string | null,
  { code, message }: OAuthRefusal,
): void {
  if (connectionId === null) return
  const requestId = ctx.state.requestId as string
  const failure = plain(code, message, 'Correct the request that is pushed to /v1/oauth/par.')
  needs.note(stepOf({ kind: 'authorize', at: needs.now(), connectionId, requestId, failure }))
}
