/** How many lines of one kind a connection gets in its log. */

const perMinute = 30
const maxKeys = 10_000

/** Whether this connection gets another line. What is asked about for every request of a partner would fill its log. */
export type LogRateLimit = (connectionId: string) => boolean

/**
 * What a connection's own requests came to, and what was refused. A client that has proved nothing may be anybody: what strangers
 * ask in its name must not cost it its own lines.
 */
export type Spared = { own: LogRateLimit; refused: LogRateLimit }

export function sparingBoth(now: () => Date): Spared {
  return { own: logRateLimit(now), refused: logRateLimit(now) }
}

/** Thirty in each minute, in this process. */
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
