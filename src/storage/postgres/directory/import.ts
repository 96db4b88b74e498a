/** `latchkey import`: reads the directory as a stream, looks at the whole of it, and only then merges it in batches. */
import type { Pool, PoolClient } from 'pg'
import type { InstallEvent } from '../../../installs/events.ts'
import { appendEvent } from '../stores/events.ts'
import { findFaults, keepLastLines } from './check-staged.ts'
import { advanceCursor } from './feed.ts'
import { LineError } from './fields.ts'
import { type DirectoryLine, readLine, type UserLine } from './line.ts'
import { splitLines } from './lines.ts'
import {
  leftWithoutOwner,
  mergeMembers,
  mergeUsers,
  mergeWorkspaces,
  type Ownerless,
  type SuspendedInstallation,
} from './merge-people.ts'
import { movePages } from './move-pages.ts'
import { orderPages } from './order-pages.ts'
import { mergeInParallel, mergeOnOne } from './parallel-merge.ts'
import { faultsAtOnce, ImportRefused, type LineFault } from './refused.ts'
import { resolveUsers } from './resolve-users.ts'
import { type Kind, Staging } from './staging.ts'

export type ImportNeeds = {
  pool: Pool
  hashPassword(password: string): Promise<string>
  passwordMatches(passwordHash: string, password: string): Promise<boolean>
  now(): Date
  newId(): string
  /** Told about twice a second at most. */
  onProgress?(progress: ImportProgress): void
}

export type ImportProgress =
  | { step: 'reading'; lines: number }
  | { step: 'writing'; pages: number; of: number }

/** Lines read, and of each kind the number of new or changed things. */
export type ImportResult = {
  lines: number
  changed: Record<Kind, number>
  /** Workspaces that have members and no owner now, of those that the members of this import are in. */
  ownerless: Ownerless[]
  /** The greatest `seq` of the lines; null: none has one. */
  seq: number | null
}

/** After this many new or changed pages, the planner's statistics are out of date. */
const manyPages = 10_000
const usersPerLookup = 200

/**
 * Brings the directory up to date. Each step is one transaction; an interrupted import is finished by running it again, and a
 * second run has no effect.
 * @throws ImportRefused before the first write, or the driver's error.
 */
export function importDirectory(needs: ImportNeeds, input: AsyncIterable<Uint8Array>): Promise<ImportResult> {
  return onOwnConnection(needs, async client => {
    const read = await stage(needs, client, input)
    const pages = await check(client, read)
    const mergeInSteps = () =>
      mergeInParallel(needs.pool, client, written => tell({ step: 'writing', pages: written, of: pages }))
    const tell = paced(needs.onProgress)
    return write(needs, client, {
      ...read,
      step: work => inTransaction(client, work),
      mergePages: mergeInSteps,
    })
  })
}

/** How one batch of a feed is kept apart from others. */
export type BatchGuard = {
  /** Before the first write, with no other import under way. @returns false when there is nothing to do. */
  begin(client: PoolClient): Promise<boolean>
  /** At the end of the transaction. */
  finish(client: PoolClient, result: ImportResult): Promise<void>
}

/**
 * The same in one transaction, however large.
 * @returns null when the guard had it left out.
 * @throws ImportRefused before the first write, or the driver's error.
 */
export function importBatch(
  needs: ImportNeeds,
  input: AsyncIterable<Uint8Array>,
  guard: BatchGuard,
): Promise<ImportResult | null> {
  return onOwnConnection(needs, async client => {
    const read = await stage(needs, client, input)
    await oneAtATime(client)
    if (!(await guard.begin(client))) return null
    await check(client, read)
    const result = await inTransaction(client, async () => {
      const written = await write(needs, client, {
        ...read,
        step: work => work(),
        mergePages: () => mergeOnOne(client),
      })
      await guard.finish(client, written)
      return written
    })
    return result
  })
}

/** The connection goes afterwards, with its temporary tables and settings. */
async function onOwnConnection<T>(needs: ImportNeeds, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await needs.pool.connect()
  try {
    return await work(client)
  } finally {
    client.release(true)
  }
}

/** One import writes at a time, so that its comparisons stay true until its end; may be called again. */
async function oneAtATime(client: PoolClient): Promise<void> {
  await client.query('select pg_advisory_lock(5282)')
}

type Read = { lines: number; seq: number | null; namesUsers: boolean }

/** @returns how many pages there are. @throws ImportRefused */
async function check(client: PoolClient, read: Read): Promise<number> {
  await oneAtATime(client)
  if (read.namesUsers) await resolveUsers(client)
  await keepLastLines(client)
  const faults = await findFaults(client)
  if (faults.length > 0) throw new ImportRefused(faults)
  const order = await orderPages(client)
  if (order.kind === 'fault') throw new ImportRefused([order])
  return order.pages
}

async function stage(
  needs: ImportNeeds,
  client: PoolClient,
  input: AsyncIterable<Uint8Array>,
): Promise<Read> {
  const staging = await Staging.open(client)
  let seq: number | null = null
  const faults: LineFault[] = []
  let users: { number: number; line: UserLine }[] = []
  const tell = paced(needs.onProgress)
  const stageUsers = async () => {
    const hashes = await passwordHashes(needs, users)
    for (const [at, { number, line }] of users.entries()) await staging.add(number, line, hashes[at])
    users = []
  }
  for await (const lines of splitLines(input)) {
    for (const { number, text } of lines) {
      const line = typeof text === 'string' ? lineOrFault(text) : text
      if (line instanceof LineError) {
        faults.push({ line: number, reason: line.message })
        if (faults.length > faultsAtOnce) throw new ImportRefused(faults)
      }
      // After a bad line the rest is only checked for others: the file is refused as a whole.
      else if (faults.length > 0) continue
      else {
        if (line.seq !== undefined) seq = Math.max(seq ?? 0, line.seq)
        if (line.kind !== 'user') await staging.add(number, line)
        else if (users.push({ number, line }) === usersPerLookup) await stageUsers()
      }
    }
    const last = lines.at(-1)
    if (last) tell({ step: 'reading', lines: last.number })
  }
  if (faults.length > 0) throw new ImportRefused(faults)
  await stageUsers()
  await staging.finish()
  const lines = Object.values(staging.count).reduce((sum, one) => sum + one, 0)
  return { lines, seq, namesUsers: staging.namesUsers }
}

function lineOrFault(text: string): DirectoryLine | LineError {
  try {
    return readLine(text)
  } catch (error) {
    if (error instanceof LineError) return error
    throw error
  }
}

/** The stored hash stays while the password matches, so that a second import has no effect. */
async function passwordHashes(needs: ImportNeeds, users: { line: UserLine }[]): Promise<(string | null)[]> {
  const withPassword = users.filter(({ line }) => line.password !== undefined)
  if (withPassword.length === 0) return users.map(() => null)
  // On another connection: the import's own is busy with the lines before.
  const { rows } = await needs.pool.query<{ id: string; password_hash: string }>(
    'select id, password_hash from users where id = any($1::uuid[]) and password_hash is not null',
    [withPassword.map(({ line }) => line.id)],
  )
  const kept = new Map(rows.map(row => [row.id, row.password_hash]))
  return Promise.all(
    users.map(async ({ line: { id, password } }) => {
      if (password === undefined) return null
      const hash = kept.get(id)
      return hash && (await needs.passwordMatches(hash, password)) ? hash : needs.hashPassword(password)
    }),
  )
}

type Writing = Read & {
  /** Runs one step, in a transaction of its own or in that of the whole. */
  step<T>(work: () => Promise<T>): Promise<T>
  /** @returns how many pages were new or different. */
  mergePages(): Promise<number>
}

async function write(
  needs: ImportNeeds,
  client: PoolClient,
  { lines, seq, step, mergePages }: Writing,
): Promise<ImportResult> {
  const user = await step(() => mergeUsers(client))
  const workspace = await step(() => mergeWorkspaces(client))
  const member = await step(async () => {
    const { changed, suspended } = await mergeMembers(client)
    for (const one of suspended) await appendEvent(client, suspensionOf(one, needs))
    return changed
  })
  let page = await step(async () => {
    await keepStatistics(client)
    return mergePages()
  })
  page += await step(() => movePages(client))
  await tidy(client, page)
  // Last, so that a feed that goes on behind it has skipped no line.
  if (seq !== null) await step(() => advanceCursor(client, seq, needs.now()))
  const changed = { user, workspace, member, page }
  return { lines, changed, ownerless: await leftWithoutOwner(client), seq }
}

/**
 * Statistics taken in the middle of a batch show almost empty tables, because uncommitted rows do not count. The planner would
 * then compare each page with all of them, so autoanalyze is off until all is written.
 */
async function keepStatistics(client: PoolClient): Promise<void> {
  await client.query(
    `set local idle_in_transaction_session_timeout = 0;
     lock table pages, page_paths in share update exclusive mode`,
  )
}

/** Makes the new rows known to the search indexes and to the planner. */
async function tidy(client: PoolClient, pages: number): Promise<void> {
  await client.query(
    `do $$ begin perform gin_clean_pending_list('pages_title_words');
     exception when insufficient_privilege then null; -- then the next vacuum does it
     end $$`,
  )
  if (pages > manyPages) await client.query('analyze pages, page_paths')
}

async function inTransaction<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  const result = await work()
  await client.query('commit')
  return result
}

function suspensionOf(one: SuspendedInstallation, { now, newId }: ImportNeeds): InstallEvent {
  return {
    id: newId(),
    at: now(),
    kind: 'installation.suspended',
    workspaceId: one.workspaceId,
    connectionId: one.connectionId,
    installationId: one.id,
    actorId: null,
    address: null,
    requestId: null,
    data: { reason: 'installer-left' },
  }
}

/** Reports progress at most twice a second. */
function paced(tell: ImportNeeds['onProgress']): (progress: ImportProgress) => void {
  let next = 0
  return progress => {
    if (!tell || performance.now() < next) return
    next = performance.now() + 500
    tell(progress)
  }
}
