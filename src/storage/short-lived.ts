/**
 * Data that may be lost: sessions, interactions, drafts, replay marks. Redis keeps it for many processes, memory for one; both
 * pass the same contract (test/contracts/short-lived.test.ts).
 */
export type ShortLived = {
  read(key: string): Promise<string | null>
  write(key: string, value: string, seconds: number): Promise<void>
  /** Writes if the key is absent (atomic, as SET NX); false: it exists. */
  writeNew(key: string, value: string, seconds: number): Promise<boolean>
  /** Writes if the key exists (atomic, as SET XX); false: it is absent. */
  replace(key: string, value: string, seconds: number): Promise<boolean>
  /** Reads, and gives the key `seconds` more from now, in one step; a key that was removed stays removed. */
  renew(key: string, seconds: number): Promise<string | null>
  /** Reads and removes in one step. */
  take(key: string): Promise<string | null>
  remove(...keys: string[]): Promise<void>
  /** @throws when the store does not answer, or takes no writes. */
  ping(): Promise<void>
  close(): Promise<void>
}
