import type { Pool } from 'pg'
import { v5 } from 'uuid'
import type { FlowStep } from '../../../installs/flow-log.ts'
import { uuidv7 } from '../../../installs/ids.ts'
import { transact, wasTakenBack } from '../transaction.ts'
import { type NotedStep, writeSteps } from './flow-log-write.ts'

export type FlowLog = {
  note(step: FlowStep): void
  /** Writes the steps noted so far. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** The most steps in memory; further ones are lost. */
const heldLimit = 5_000
const batchSize = 500

/**
 * Collects steps and writes them in batches, without waiting for the disk. While the database does not answer they stay in memory,
 * up to 5,000; a step that it refuses is lost alone. Both losses are counted. A crash loses the last half second.
 *
 * A connection may hold as many steps as there are free places: a flood on one leaves half of them to the others, on two a
 * third.
 */
export function openFlowLog({
  pool,
  onLoss,
  flushEveryMs = 500,
}: {
  pool: Pool
  /** Reports how many steps were lost, and why. */
  onLoss(count: number, reason: unknown): void
  flushEveryMs?: number
}): FlowLog {
  let waiting: NotedStep[] = []
  /** Steps in memory, waiting or being written: of each connection, and of all. */
  const heldOf = new Map<string, number>()
  let held = 0
  let dropped = 0
  let writing: Promise<void> = Promise.resolve()

  /** Writes the steps that wait now; later ones wait for the next turn, which keeps batches large under load. */
  async function write(): Promise<void> {
    if (dropped > 0) onLoss(dropped, 'too many at once')
    dropped = 0
    const drained = waiting
    waiting = []
    let answers = true
    for (let from = 0; from < drained.length; from += batchSize) {
      const batch = drained.slice(from, from + batchSize)
      answers &&= await writeBatch(batch)
      if (!answers) waiting.push(...batch)
    }
  }

  /** @returns false when the database does not answer; the batch is kept. One that it refuses is divided until it is one step. */
  async function writeBatch(batch: readonly NotedStep[]): Promise<boolean> {
    try {
      await transact(pool, client => writeSteps(client, batch))
    } catch (error) {
      if (mayRetry(error)) return false
      const half = Math.ceil(batch.length / 2)
      if (batch.length > 1) return (await writeBatch(batch.slice(0, half))) && writeBatch(batch.slice(half))
      onLoss(1, error)
    }
    for (const { connectionId } of batch) hold(connectionId, -1)
    return true
  }

  function hold(connectionId: string, more: 1 | -1): void {
    const count = (heldOf.get(connectionId) ?? 0) + more
    if (count > 0) heldOf.set(connectionId, count)
    else heldOf.delete(connectionId)
    held += more
  }

  function flush(): Promise<void> {
    writing = writing.then(write)
    return writing
  }
  const timer = setInterval(flush, flushEveryMs)
  timer.unref()

  return {
    note(step) {
      if ((heldOf.get(step.connectionId) ?? 0) >= heldLimit - held) {
        dropped += 1
        return
      }
      hold(step.connectionId, 1)
      if (waiting.push({ ...step, id: idOf(step) }) === heldLimit / 4) void flush() // early, in a flood
    },
    flush,
    async close() {
      clearInterval(timer)
      await flush()
      if (waiting.length > 0) onLoss(waiting.length, 'the database did not answer')
    },
  }
}

/** A flow issues one code, and a browser may be sent on with it several times: each such step has the same id, and one is written. */
function idOf({ kind, connectionId, uid, failure }: FlowStep): string {
  const isIssue = kind === 'code-issued' && uid !== null && failure === null
  return isIssue ? v5(`${connectionId} ${uid}`, v5.URL) : uuidv7()
}

/** Locks, cancelled statements, serialization failures: refused for the moment only. */
const passing = ['55P03', '57014', '40001', '40P01']

function mayRetry(error: unknown): boolean {
  return !wasTakenBack(error) || passing.includes(String((error as { code?: unknown }).code))
}
