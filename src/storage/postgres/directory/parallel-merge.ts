/**
 * Merges ordered pages on two connections at once: the database spends its time on indexes, and has two cores to spend it
 * on. A level is whole before the next begins, since pages are placed by the paths of their parents.
 */
import { pipeline } from 'node:stream/promises'
import type { Pool, PoolClient } from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { batchColumns, createBatchTable, mergePages } from './merge-pages.ts'

const pagesPerBatch = 10_000
const lanesAtMost = 2

/** A range of ordered_pages: places from after + 1 to upTo. */
type Batch = { after: number; upTo: number }

/**
 * @param reader the connection that holds ordered_pages; its rows pass through us to the lanes, a batch at a time.
 * @param tell is called with the number of pages written so far.
 * @returns how many pages were new or different.
 */
export async function mergeInParallel(
  pool: Pool,
  reader: PoolClient,
  tell: (written: number) => void,
): Promise<number> {
  const levels = await readLevels(reader)
  const lanes: PoolClient[] = []
  const progress = { changed: 0, written: 0 }
  const hand = handOut(reader)
  try {
    const widest = Math.max(0, ...levels.map(batches => batches.length))
    while (lanes.length < Math.min(lanesAtMost, widest)) lanes.push(await openLane(pool))
    for (const batches of levels) {
      await allOrFault(
        lanes.map(lane =>
          workOff(batches, async batch => {
            await hand(batch, lane)
            const changed = await inTransaction(lane, () => mergePages(lane))
            progress.changed += changed
            progress.written += batch.upTo - batch.after
            tell(progress.written)
          }),
        ),
      )
    }
  } finally {
    // With their temporary tables and settings, and any transaction that an error left open.
    for (const lane of lanes) lane.release(true)
  }
  return progress.changed
}

async function openLane(pool: Pool): Promise<PoolClient> {
  const lane = await pool.connect()
  await lane.query(`set work_mem = '64MB'; set gin_pending_list_limit = '32MB'`)
  await createBatchTable(lane)
  return lane
}

/** Copies one batch at a time, as the text that it is: the reader has one connection. */
function handOut(reader: PoolClient): (batch: Batch, lane: PoolClient) => Promise<void> {
  let before: Promise<void> = Promise.resolve()
  return ({ after, upTo }, lane) => {
    const rows = `select ${batchColumns} from ordered_pages where place > ${after} and place <= ${upTo}`
    const handed = before.then(async () => {
      await lane.query('truncate batch_pages')
      await pipeline(
        reader.query(copyTo(`copy (${rows}) to stdout`)),
        lane.query(copyFrom('copy batch_pages from stdin')),
      )
    })
    before = handed.catch(() => {})
    return handed
  }
}

/** Takes batches until the last; after a fault it takes no more, and neither do the other lanes. */
async function workOff(batches: Batch[], work: (batch: Batch) => Promise<void>): Promise<void> {
  for (let batch = batches.shift(); batch; batch = batches.shift()) {
    try {
      await work(batch)
    } catch (error) {
      batches.length = 0
      throw error
    }
  }
}

async function inTransaction<T>(lane: PoolClient, work: () => Promise<T>): Promise<T> {
  await lane.query('begin')
  const result = await work()
  await lane.query('commit')
  return result
}

/** Waits for all, also for those that go on after a fault; then throws the first. */
async function allOrFault(works: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(works)
  const failed = results.find(result => result.status === 'rejected')
  if (failed) throw failed.reason
}

async function readLevels(reader: PoolClient): Promise<Batch[][]> {
  const { rows } = await reader.query<{ first: number; last: number }>(
    `select min(place)::int as first, max(place)::int as last from ordered_pages group by level order by level`,
  )
  return rows.map(({ first, last }) => {
    const batches: Batch[] = []
    for (let after = first - 1; after < last; after += pagesPerBatch)
      batches.push({ after, upTo: Math.min(after + pagesPerBatch, last) })
    return batches
  })
}
