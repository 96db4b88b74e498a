import type { Context } from 'koa'
import { type ApiRefusal, refusalOf } from './refusals.ts'

export type FaultNeeds = {
  issuer: string
  /** Did a store not answer, so that the same call may succeed in a moment? */
  isUnavailable(error: unknown): boolean
  /** Writes down what broke. */
  reportFault(error: unknown, requestId: string): void
}

/** Whatever was thrown, as the dialect's JSON; what is no refusal is written down and told to nobody. */
export function answerFault(ctx: Context, error: unknown, needs: FaultNeeds): void {
  const refusal = refusalOf(error, needs.isUnavailable)
  if (refusal.status >= 500) needs.reportFault(error, ctx.state.requestId)
  refuse(ctx, refusal, needs.issuer)
}

function refuse(ctx: Context, refusal: ApiRefusal, issuer: string): void {
  const { status, code, message, challenge, retryAfterSeconds, additionalData } = refusal
  if (status === 401 || status === 403 || challenge.error) {
    const { scheme = 'Bearer', ...members } = { realm: issuer, ...challenge } as Record<string, string>
    const list = Object.entries(members).map(([name, value]) => `${name}="${value}"`)
    ctx.set('www-authenticate', `${scheme} ${list.join(', ')}`)
  }
  if (retryAfterSeconds !== null) ctx.set('retry-after', `${retryAfterSeconds}`)
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
