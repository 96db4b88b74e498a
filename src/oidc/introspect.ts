/** POST /v1/oauth/introspect (RFC 7662): what a token may do at this moment. */
import { hash } from 'node:crypto'
import type { Middleware } from 'koa'
import { tokenPrefix } from '../installs/token-value.ts'
import type { Authenticate } from './client-authentication.ts'
import { readCredentials } from './client-credentials.ts'
import { allowOrigin } from './cors.ts'
import { lifetimes } from './lifetimes.ts'
import { invalidRequest } from './oauth-refusal.ts'
import type { ClientProof, IntrospectionStore, NoteUse, TokenInForce } from './ports.ts'
import { readFields } from './request-body.ts'

export type IntrospectNeeds = {
  issuer: string
  store: IntrospectionStore
  readProof(clientId: string): Promise<ClientProof | null>
  authenticate: Authenticate
  noteUse: NoteUse
  now(): Date
}

const kinds = { lka_: 'access', lkr_: 'refresh', lki_: 'internal' } as const

export function introspectEndpoint(needs: IntrospectNeeds): Middleware {
  return async ctx => {
    const fields = await readFields(ctx.req)
    const credentials = readCredentials(ctx.get('authorization') || undefined, fields)
    const now = needs.now()
    const prefix = tokenPrefix(fields.token ?? '')
    const kind = prefix && prefix in kinds ? kinds[prefix as keyof typeof kinds] : null
    const found = kind
      ? await needs.store.introspect(
          credentials.clientId,
          { kind, hash: hash('sha256', fields.token!, 'buffer') },
          now,
        )
      : { client: await needs.readProof(credentials.clientId), token: null }
    const known = await needs.authenticate(credentials, found.client)
    allowOrigin(ctx, known.connection)
    if (fields.token === undefined) throw invalidRequest('The parameter token is missing.')
    const requestId = ctx.state.requestId as string
    if (found.token && kind !== 'refresh') needs.noteUse(found.token, now)
    ctx.body = found.token
      ? { ...present(found.token, needs.issuer, kind === 'refresh'), request_id: requestId }
      : { active: false, request_id: requestId }
  }
}

const seconds = (at: Date) => Math.floor(at.getTime() / 1000)

function present(token: TokenInForce, issuer: string, isRefreshToken: boolean): Record<string, unknown> {
  const { expiresAt, issuedAt } = token
  // A token that lives until it is revoked has no end worth telling.
  const ends = expiresAt && seconds(expiresAt) - seconds(issuedAt) < lifetimes.longLivedAccessToken
  return {
    active: true,
    scope: token.capabilities.join(' '),
    client_id: token.connectionId,
    // A standing token speaks for no member; its subject is the bot.
    sub: token.userId ?? token.installationId,
    iss: issuer,
    iat: seconds(issuedAt),
    ...(ends ? { exp: seconds(expiresAt) } : {}),
    ...(isRefreshToken ? {} : { token_type: 'bearer' }),
    workspace_id: token.workspaceId,
    bot_id: token.installationId,
    authorization_details: [
      { type: 'workspace_pages', workspace_id: token.workspaceId, page_ids: token.pageIds },
    ],
  }
}
