/** Random numbers that a seed decides, so that a run can be repeated. */
export type Random = {
  /** From 0 up to and without 1. */
  next(): number
  below(limit: number): number
  of<T>(list: readonly T[]): T
  chance(share: number): boolean
}

/** The mulberry32 generator: 32 bits of state, which is plenty for choosing requests. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { next, below, of: list => list[below(list.length)]!, chance: share => next() < share }
}
