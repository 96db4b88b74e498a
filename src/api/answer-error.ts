import type { Context } from 'koa'
import { type ApiRefusal, refusalOf } from './refusals.ts'

export type ErrorNeeds = {
  issuer: string
  /** true for the error of a store that did not answer, where the same call may succeed in a moment. */
  isUnavailable(error: unknown): boolean
  /** Logs an error that is no refusal. */
  reportFault(error: unknown, requestId: string): void
}

/**
 * Answers any error in the JSON of the dialect. One that is no refusal is logged, and its message stays in the log.
 * @param resource the path of the resource that was asked for, which the challenge leads to (RFC 9728 §5.1).
 */
export function answerError(
  ctx: Context,
  error: unknown,
  needs: ErrorNeeds,
  resource: '' | '/mcp' = '',
): void {
  const refusal = refusalOf(error, needs.isUnavailable)
  if (refusal.status >= 500) needs.reportFault(error, ctx.state.requestId)
  refuse(ctx, refusal, needs.issuer, resource)
}

function refuse(ctx: Context, refusal: ApiRefusal, issuer: string, resource: string): void {
  const { status, code, message, challenge, retryAfterSeconds, allow, additionalData } = refusal
  if (status === 401 || status === 403 || challenge.error) {
    const { scheme = 'Bearer', ...about } = challenge
    const metadata = { resource_metadata: `${issuer}/.well-known/oauth-protected-resource${resource}` }
    const members = about.realm
      ? about
      : scheme !== 'Bearer'
        ? { realm: issuer, ...about }
        : about.error
          ? { realm: issuer, ...about, ...metadata }
          : { ...metadata, ...about }
    const list = Object.entries(members).map(([name, value]) => `${name}="${value}"`)
    ctx.set('www-authenticate', `${scheme} ${list.join(', ')}`)
  }
  if (retryAfterSeconds !== null) ctx.set('retry-after', `${retryAfterSeconds}`)
  if (allow !== null) ctx.set('allow', allow.join(', '))
  ctx.status = status
  ctx.body = {
    object: 'error',
    status,
    code,
    message,
    request_id: ctx.state.requestId,
    ...(additionalData && { additional_data: additionalData }),
  }
}
