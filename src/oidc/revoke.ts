/**
 * POST /v1/oauth/revoke (RFC 7009). Either token ends all tokens of its authorization: a partner that gives one back means that
 * it is done. What is unknown, or another client's, changes nothing and is answered alike.
 */
import { hash } from 'node:crypto'
import type { Middleware } from 'koa'
import { type NoteFlowStep, stepOf } from '../installs/flow-log.ts'
import { tokenPrefix } from '../installs/token-value.ts'
import type { Authenticate } from './client-authentication.ts'
import { readCredentials } from './client-credentials.ts'
import { allowOrigin } from './cors.ts'
import { invalidRequest } from './oauth-refusal.ts'
import type { ClientProof, RevocationStore } from './ports.ts'
import { readFields } from './request-body.ts'
import type { Throttle } from './throttle.ts'

export type RevokeNeeds = {
  store: RevocationStore
  readProof(clientId: string): Promise<ClientProof | null>
  authenticate: Authenticate
  throttle: Throttle
  note: NoteFlowStep
  now(): Date
  newId(): string
}

export function revokeEndpoint(needs: RevokeNeeds): Middleware {
  return async ctx => {
    const fields = await readFields(ctx.req)
    const credentials = readCredentials(ctx.get('authorization') || undefined, fields)
    needs.throttle(credentials.clientId, ctx.ip)
    const known = await needs.authenticate(credentials, await needs.readProof(credentials.clientId))
    allowOrigin(ctx, known.connection)
    if (fields.token === undefined) throw invalidRequest('The parameter token is missing.')
    const prefix = tokenPrefix(fields.token)
    const requestId = ctx.state.requestId as string
    if (prefix === 'lka_' || prefix === 'lkr_') {
      const at = needs.now()
      const grantId = await needs.store.revoke(
        credentials.clientId,
        { kind: prefix === 'lka_' ? 'access' : 'refresh', hash: hash('sha256', fields.token, 'buffer') },
        { eventId: needs.newId(), at, address: ctx.ip || null, requestId },
      )
      const connectionId = known.connection.id
      if (grantId) needs.note(stepOf({ kind: 'revoked', at, connectionId, requestId, grantId }))
    }
    // A body: an empty 200 makes a widely used SDK throw.
    ctx.body = { request_id: requestId }
  }
}
