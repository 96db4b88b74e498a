/**
 * Error responses of the OAuth endpoints: the members of RFC 6749 §5.2 and, in the same object, those that Notion-style clients
 * read. Always JSON, under any `Accept`.
 */
import type { Context, Middleware } from 'koa'
import { OAuthRefusal, unavailable } from './oauth-refusal.ts'

export type Log = {
  warn(facts: Record<string, unknown>, sentence: string): void
  error(facts: Record<string, unknown>, sentence: string): void
}

/** Whether an error means that a store is unavailable, so that a retry may succeed. */
export type IsUnavailable = (error: unknown) => boolean

/** Answers with an error in both dialects. */
export function refuse(ctx: Context, issuer: string, refusal: OAuthRefusal): void {
  ctx.status = refusal.status
  ctx.set('Cache-Control', 'no-store')
  // RFC 6749 §5.2: a challenge where the client used the header. Elsewhere it makes clients hide the error from their users.
  if (refusal.status === 401 && ctx.get('authorization'))
    ctx.set('WWW-Authenticate', `Basic realm="${issuer}", charset="UTF-8"`)
  if (refusal.retryAfterSeconds !== null) ctx.set('Retry-After', String(refusal.retryAfterSeconds))
  ctx.body = {
    // Clients of RFC 6749 do not know the other word, and would send their user through the flow again.
    error: refusal.code === 'rate_limited' ? 'temporarily_unavailable' : refusal.code,
    error_description: refusal.message,
    object: 'error',
    status: refusal.status,
    code: refusal.code,
    message: refusal.message,
    request_id: ctx.state.requestId,
  }
}

/** Turns an endpoint's error into a response; unexpected errors are logged and answered without detail. */
export function inPartnerDialect(
  needs: { issuer: string; log: Log; isUnavailable: IsUnavailable },
  endpoint: Middleware,
): Middleware {
  return async (ctx, next) => {
    ctx.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
    try {
      await endpoint(ctx, next)
    } catch (error) {
      if (error instanceof OAuthRefusal) return refuse(ctx, needs.issuer, error)
      const { name, message, code } = error as Error & { code?: string }
      needs.log.error(
        { requestId: ctx.state.requestId, path: ctx.path, err: { name, message, code } },
        'an OAuth endpoint failed',
      )
      refuse(ctx, needs.issuer, needs.isUnavailable(error) ? unavailable() : broken())
    }
  }
}

/** Answers any other method than those that the address has (RFC 9110 §15.5.6). */
export function refuseMethod(allow: string): Middleware {
  return ctx => {
    ctx.set('Allow', allow)
    throw new OAuthRefusal(405, 'invalid_request', `This address takes ${allow.split(', ')[0]} requests.`)
  }
}

const broken = () => new OAuthRefusal(500, 'server_error', 'Something broke on our side.')
