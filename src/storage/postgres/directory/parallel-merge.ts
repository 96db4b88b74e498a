/**
 * Merges ordered pages on two connections at once: the database spends its time on indexes, and has two cores to spend it
 * on. A level is whole before the next begins, since pages are placed by the paths of their parents.
 */
import { pipeline } from 'node:stream/promises'
import type { Pool, PoolClient } from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { batchColumns, createBatchTable, mergePages } from './merge-pages.ts'

const pagesPerBatch = 10_000
const maxWorkers = 2

/** A range of ordered_pages: places from after + 1 to upTo. */
type Batch = { after: number; upTo: number }

/**
 * @param reader the connection that holds ordered_pages; its rows pass through us to the workers, a batch at a time.
 * @param tell is called with the number of pages written so far.
 * @returns how many pages were new or different.
 */
export async function mergeInParallel(
  pool: Pool,
  reader: PoolClient,
  tell: (written: number) => void,
): Promise<number> {
  const levels = await readLevels(reader)
  const workers: PoolClient[] = []
  const progress = { changed: 0, written: 0 }
  const hand = handOut(reader)
  try {
    const widest = Math.max(0, ...levels.map(batches => batches.length))
    while (workers.length < Math.min(maxWorkers, widest)) workers.push(await openWorker(pool))
    for (const batches of levels) {
      await allOrFault(
        workers.map(worker =>
          workOff(batches, async batch => {
            await hand(batch, worker)
            const changed = await inTransaction(worker, () => mergePages(worker))
            progress.changed += changed
            progress.written += batch.upTo - batch.after
            tell(progress.written)
          }),
        ),
      )
    }
  } finally {
    // With their temporary tables and settings, and any transaction that an error left open.
    for (const worker of workers) worker.release(true)
  }
  return progress.changed
}

/** The same on the reader's own connection, within its transaction. */
export async function mergeOnOne(client: PoolClient): Promise<number> {
  await createBatchTable(client)
  let changed = 0
  for (const { after, upTo } of (await readLevels(client)).flat()) {
    await client.query('truncate batch_pages')
    await client.query(
      `insert into batch_pages select ${batchColumns.replace('::text', '')} from ordered_pages where place > $1 and place <= $2`,
      [after, upTo],
    )
    changed += await mergePages(client)
  }
  return changed
}

async function openWorker(pool: Pool): Promise<PoolClient> {
  const worker = await pool.connect()
  await worker.query(`set work_mem = '64MB'; set gin_pending_list_limit = '32MB'`)
  await createBatchTable(worker)
  return worker
}

/** Copies one batch at a time, as the text that it is: the reader has one connection. */
function handOut(reader: PoolClient): (batch: Batch, worker: PoolClient) => Promise<void> {
  let before: Promise<void> = Promise.resolve()
  return ({ after, upTo }, worker) => {
    const rows = `select ${batchColumns} from ordered_pages where place > ${after} and place <= ${upTo}`
    const handed = before.then(async () => {
      await worker.query('truncate batch_pages')
      await pipeline(
        reader.query(copyTo(`copy (${rows}) to stdout`)),
        worker.query(copyFrom('copy batch_pages from stdin')),
      )
    })
    before = handed.catch(() => {})
    return handed
  }
}

/** Takes batches until the last; after a fault it takes no more, and neither do the other workers. */
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

async function inTransaction<T>(worker: PoolClient, work: () => Promise<T>): Promise<T> {
  await worker.query('begin')
  const result = await work()
  await worker.query('commit')
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
