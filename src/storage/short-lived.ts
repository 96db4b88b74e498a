/**
 * What may be lost: sessions, interactions, drafts, replay marks. Redis keeps it for many processes, memory for one; both
 * pass the same contract (test/contracts/short-lived.test.ts).
 */
export type ShortLived = {
  read(key: string): Promise<string | null>
  write(key: string, value: string, seconds: number): Promise<void>
  /** Writes only where nothing stands; false when something did. One step, also among processes. */
  writeNew(key: string, value: string, seconds: number): Promise<boolean>
  /** Writes only where something stands; false when nothing did. One step, also among processes. */
  replace(key: string, value: string, seconds: number): Promise<boolean>
  /** Reads, and gives the key `seconds` more from now, in one step; a key that was removed stays removed. */
  renew(key: string, seconds: number): Promise<string | null>
  /** Reads and removes in one step. */
  take(key: string): Promise<string | null>
  remove(...keys: string[]): Promise<void>
  /** @throws when the store does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

export type Allowance = { allowed: true } | { allowed: false; retryAfterSeconds: number }

/** Counts what one key does within a window. */
export type Limiter = {
  /** Takes `points` (1) from the key's allowance. */
  take(key: string, points?: number): Promise<Allowance>
  /** Asks without taking. */
  peek(key: string): Promise<Allowance>
  /** Gives the key its whole allowance back, as after a success. */
  reset(key: string): Promise<void>
}

export type LimiterRule = { name: string; points: number; seconds: number; blockSeconds?: number }
export type Limits = (rule: LimiterRule) => Limiter
