import type { Pool } from 'pg'
import { sweepFlowLog } from '../storage/postgres/stores/flow-log.ts'
import { sweepExpired } from '../storage/postgres/tokens/sweep.ts'

const everyMs = 10 * 60_000

/** Takes away what is over, every ten minutes, in small steps that skip what others hold; any number of hosts may do it. */
export function startSweeper(pool: Pool, onFault: (error: unknown) => void): { stop(): Promise<void> } {
  let sweeping: Promise<void> = Promise.resolve()
  async function sweep(): Promise<void> {
    const now = new Date()
    await sweepExpired(pool, now)
    await sweepFlowLog(pool, now)
  }
  const timer = setInterval(() => {
    sweeping = sweeping.then(sweep).catch(onFault)
  }, everyMs)
  timer.unref()
  return {
    stop() {
      clearInterval(timer)
      return sweeping
    },
  }
}
