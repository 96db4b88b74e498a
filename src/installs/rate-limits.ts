/** Rate limits, as every part of the server asks for them; storage counts them in Redis or in memory. */

export type Allowance = { allowed: true } | { allowed: false; retryAfterSeconds: number }

export type Taker = {
  /** Takes `points` (1) from the key's allowance. */
  take(key: string, points?: number): Promise<Allowance>
}

/** Counts the actions of one key within a window. */
export type Limiter = Taker & {
  /** Asks without taking. */
  peek(key: string): Promise<Allowance>
  /** Gives one point back that was taken. */
  giveBack(key: string): Promise<void>
  /** Gives the key its whole allowance back. */
  reset(key: string): Promise<void>
}

/** `blockSeconds`: how long a key is refused once its points are used up; left out: until the window ends. */
export type LimiterRule = { name: string; points: number; seconds: number; blockSeconds?: number }
export type Limits = (rule: LimiterRule) => Limiter
export type TakingLimits = (rule: LimiterRule) => Taker
