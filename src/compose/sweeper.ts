import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from 'pg'
import { considerate, sweepExpired } from '../storage/postgres/sweep.ts'

/** Between two passes: with 1,200 new rows a second, the next one has six batches to delete. */
const betweenPassesMs = 10_000

/** Deletes expired rows from now on, a pass after the other; safe on many hosts at once. */
export function startSweeper(pool: Pool, onFault: (error: unknown) => void): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const pace = considerate()
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
