/** Limits how many lines of one kind a connection gets in its log. */
const perMinute = 30
const maxKeys = 10_000

/** @returns whether the connection may log another line. */
export type LogRateLimit = (connectionId: string) => boolean

/**
 * Separate allowances for authenticated requests of a connection and for requests that only claim its id, so that others cannot
 * use up the lines of its own requests.
 */
export type LogRateLimits = { own: LogRateLimit; refused: LogRateLimit }

export function logRateLimits(now: () => Date): LogRateLimits {
  return { own: logRateLimit(now), refused: logRateLimit(now) }
}

/**
 * Thirty lines a minute for each connection and process. The memory limiter of rate-limiter-flexible keeps a timer for each key
 * without a bound on their number, and keys are ids that anyone may claim.
 */
function logRateLimit(now: () => Date): LogRateLimit {
  const noted = new Map<string, { lines: number; until: number }>()
  return connectionId => {
    const at = now().getTime()
    const before = noted.get(connectionId)
    if (before && before.until > at) return ++before.lines <= perMinute
    if (noted.size >= maxKeys) noted.clear()
    noted.set(connectionId, { lines: 1, until: at + 60_000 })
    return true
  }
}
