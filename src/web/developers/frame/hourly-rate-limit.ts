import type { Faults } from '../../frame/error-pages.ts'
import type { WebContext } from '../../http/state.ts'

type Allowance = { allowed: true } | { allowed: false; retryAfterSeconds: number }
export type Limits = (rule: { name: string; points: number; seconds: number }) => {
  take(key: string): Promise<Allowance>
}

/** Counts what a person does. true: he did it too often, and is answered already. */
export type HourlyLimit = (ctx: WebContext, userId: string) => Promise<boolean>

/** A person at work never does this so often within an hour; a script that went wrong does. */
export function tooOften(
  limits: Limits,
  faults: Pick<Faults, 'show'>,
  rule: { name: string; points: number },
): HourlyLimit {
  const limit = limits({ ...rule, seconds: 3600 })
  return async (ctx, userId) => {
    const answer = await limit.take(userId)
    if (answer.allowed) return false
    ctx.set('Retry-After', String(answer.retryAfterSeconds))
    faults.show(ctx, {
      status: 429,
      title: 'That was too often',
      sentence: `This can be done ${rule.points} times an hour. Nothing was changed.`,
      next: `Try again in ${Math.ceil(answer.retryAfterSeconds / 60)} minutes.`,
    })
    return true
  }
}
