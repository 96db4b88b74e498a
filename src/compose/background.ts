import type { Logger } from 'pino'
import { describeFault } from '../request-log.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { openFlowLog } from '../storage/postgres/stores/flow-log.ts'
import { openLastUsed } from '../storage/postgres/stores/last-used.ts'
import type { Stores } from './stores.ts'
import { startSweeper } from './sweeper.ts'

export type BackgroundWriters = ReturnType<typeof openBackgroundWriters>

/** Writes beside the requests: the developers' log, the time of last use, and the deletion of expired rows. */
export function openBackgroundWriters(stores: Stores, log: Logger) {
  const pool = poolOf(stores.database)
  const report = (error: unknown, requestId?: string) =>
    log.error({ requestId, err: describeFault(error) }, 'something broke')
  const noteRefusedLogin = (requestId: string, reason: string) =>
    log.warn({ requestId, reason }, 'a sign-in at the host was refused')
  const flowLog = openFlowLog({
    pool,
    onLoss: (count, reason) =>
      log.warn({ count, err: describeFault(reason) }, 'steps of flows were not logged'),
  })
  const lastUsed = openLastUsed(pool, report)
  const sweeper = startSweeper(pool, report)
  return {
    flowLog,
    lastUsed,
    report,
    noteRefusedLogin,
    /** Flushes the buffers; the database must still be open. */
    async close(): Promise<void> {
      await sweeper.stop()
      await lastUsed.close()
      await flowLog.close()
    },
  }
}
