/** How many lines of one kind a connection gets in its log. */

const perMinute = 30
const mostKeys = 10_000

/** Whether this connection gets another line. What is asked about for every request of a partner would fill its log. */
export type Sparing = (connectionId: string) => boolean

/**
 * What a connection's own requests came to, and what was refused. A client that has proved nothing may be anybody: what strangers
 * ask in its name must not cost it its own lines.
 */
export type Spared = { own: Sparing; refused: Sparing }

export function sparingBoth(now: () => Date): Spared {
  return { own: sparing(now), refused: sparing(now) }
}

/** Thirty in each minute, in this process. */
function sparing(now: () => Date): Sparing {
  const noted = new Map<string, { lines: number; until: number }>()
  return connectionId => {
    const at = now().getTime()
    const before = noted.get(connectionId)
    if (before && before.until > at) return ++before.lines <= perMinute
    if (noted.size >= mostKeys) noted.clear()
    noted.set(connectionId, { lines: 1, until: at + 60_000 })
    return true
  }
}
