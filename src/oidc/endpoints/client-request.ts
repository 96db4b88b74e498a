/** Shared by the endpoints at which a client itself begins a flow. */
import type { Context } from 'koa'
import { errors } from 'oidc-provider'
import type { Authenticate } from '../clients/client-authentication.ts'
import { readCredentials } from '../clients/client-credentials.ts'
import type { KnownClient } from '../clients/clients.ts'
import { type PublishedStore, withConnectionId } from '../clients/published.ts'
import type { ClientProof } from '../ports.ts'
import { allowOrigin } from './cors.ts'
import { OAuthRefusal } from './oauth-refusal.ts'
import { type Fields, readFields } from './request-body.ts'
import type { Throttle } from './token-rate-limit.ts'

export type ClientRequestNeeds = {
  published: PublishedStore
  readProof(clientId: string): Promise<ClientProof | null>
  authenticate: Authenticate
  throttle: Throttle
}

/** The client of a request, and its fields. @throws OAuthRefusal */
export async function authenticated(
  needs: ClientRequestNeeds,
  ctx: Context,
): Promise<{ known: KnownClient; fields: Fields }> {
  const fields = await withConnectionId(needs.published, await readFields(ctx.req))
  const credentials = readCredentials(ctx.get('authorization') || undefined, fields)
  const known = await needs.authenticate(credentials, await needs.readProof(credentials.clientId))
  needs.throttle(credentials.clientId, ctx.ip)
  allowOrigin(ctx, known.connection)
  return { known, fields }
}

/** The library's error classes are thrown by the code that the authorization endpoint shares. */
export function inOurWords(error: unknown): unknown {
  if (!(error instanceof errors.OIDCProviderError)) return error
  const { error: code, error_description = '', error_detail } = error
  return new OAuthRefusal(400, code, [error_description, error_detail].filter(Boolean).join(': '))
}
