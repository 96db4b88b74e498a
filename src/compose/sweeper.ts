import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from 'pg'
import { type Pace, sweepExpired } from '../storage/postgres/sweep.ts'

/** Between two passes: with 1,200 new rows a second, the next one has three batches to delete. */
const betweenPassesMs = 10_000

/** A quarter of one connection's time at most; the more the database has to do besides, the longer a batch and its pause. */
const pace: Pace = batchMs => pause(3 * batchMs)

/** Deletes expired rows from now on, a pass after the other; safe on many hosts at once. */
export function startSweeper(pool: Pool, onFault: (error: unknown) => void): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  async function sweep(): Promise<void> {
    while (!signal.aborted) {
      await sweepExpired(pool, new Date(), { pace, signal }).catch(onFault)
      await pause(betweenPassesMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }
  const sweeping = sweep()
  return {
    stop() {
      stopping.abort()
      return sweeping
    },
  }
}
