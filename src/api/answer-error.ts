import type { Context } from 'koa'
import { type ApiRefusal, refusalOf } from './refusals.ts'

export type ErrorNeeds = {
  issuer: string
  /** true for the error of a store that did not answer, where the same call may succeed in a moment. */
  isUnavailable(error: unknown): boolean
  /** Logs an error that is no refusal. */
  reportFault(error: unknown, requestId: string): void
}

/** Answers any error in the JSON of the dialect. One that is no refusal is logged, and its message stays in the log. */
export function answerError(ctx: Context, error: unknown, needs: ErrorNeeds): void {
  const refusal = refusalOf(error, needs.isUnavailable)
  if (refusal.status >= 500) needs.reportFault(error, ctx.state.requestId)
  refuse(ctx, refusal, needs.issuer)
}

function refuse(ctx: Context, refusal: ApiRefusal, issuer: string): void {
  const { status, code, message, challenge, retryAfterSeconds, allow, additionalData } = refusal
  if (status === 401 || status === 403 || challenge.error) {
    const { scheme = 'Bearer', ...members } = { realm: issuer, ...challenge } as Record<string, string>
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
