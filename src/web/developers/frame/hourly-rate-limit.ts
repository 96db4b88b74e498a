import type { Limits } from '../../../installs/rate-limits.ts'
import type { Faults } from '../../frame/error-pages.ts'
import type { WebContext } from '../../http/state.ts'

/** Counts an action of a person. True when they have made too many; then the request is answered already. */
export type HourlyRateLimit = (ctx: WebContext, userId: string) => Promise<boolean>

/** The hourly allowance of one person: far above work by hand, so that only a faulty script exceeds it. */
export function hourlyRateLimit(
  limits: Limits,
  faults: Faults,
  rule: { name: string; points: number },
): HourlyRateLimit {
  const limit = limits({ ...rule, seconds: 3600 })
  return async (ctx, userId) => {
    const answer = await limit.take(userId)
    if (answer.allowed) return false
    ctx.set('Retry-After', String(answer.retryAfterSeconds))
    faults.show(ctx, {
      status: 429,
      title: 'That was too often',
      sentence: `This can be done ${rule.points} times an hour. No changes were made.`,
      next: `Try again in ${Math.ceil(answer.retryAfterSeconds / 60)} minutes.`,
    })
    return true
  }
}
