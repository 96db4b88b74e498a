import type { Pool } from 'pg'
import { transact } from '../transaction.ts'

export type LastUsed = {
  /** Notes that a bearer was let in just now. Costs a look into a map. */
  note(used: { installationId: string; internalTokenId: string | null }, now: Date): void
  /** Writes the noted times. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** An installation's date is written at most this often: it is shown in minutes, not seconds. */
const stepMs = 60_000
const flushEveryMs = 5_000

type Noted = { at: Date; internalTokenId: string | null }

/**
 * The last use of installations and internal tokens: kept in memory for seconds and written in batches that do not wait for the
 * disk. A crash loses dates, never a right.
 */
export function openLastUsed(pool: Pool, onFault: (error: unknown) => void): LastUsed {
  /** Keyed by internal token or installation: one installation may be used through two internal tokens. */
  let noted = new Map<string, Noted & { installationId: string }>()
  let recent = new Map<string, number>()
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    const batch = [...noted.values()]
    noted = new Map()
    const since = Date.now() - stepMs
    recent = new Map([...recent].filter(([, at]) => at > since))
    if (batch.length === 0) return
    await transact(pool, async client => {
      await client.query('set local synchronous_commit = off')
      await client.query({
        ...writeLastUsed,
        values: [
          batch.map(one => one.installationId),
          batch.map(one => one.internalTokenId),
          batch.map(one => one.at),
        ],
      })
    })
  }

  function flush(): Promise<void> {
    writing = writing.then(write).catch(onFault)
    return writing
  }
  const timer = setInterval(flush, flushEveryMs)
  timer.unref()

  return {
    note({ installationId, internalTokenId }, now) {
      const key = internalTokenId ?? installationId
      const before = recent.get(key)
      if (before !== undefined && now.getTime() - before < stepMs) return
      recent.set(key, now.getTime())
      noted.set(key, { installationId, internalTokenId, at: now })
    },
    flush,
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}

/** Locked rows are skipped: no request waits for a date, and two processes never wait for each other. */
const writeLastUsed = {
  name: 'write-last-used',
  text: `with used as (
      select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as u (installation_id, token_id, at)),
    free as (
      select i.workspace_id, i.id from installations i
      where i.id in (select installation_id from used) for no key update skip locked),
    installation as (
      update installations i set last_used_at = u.at
      from free, (select installation_id, max(at) as at from used group by installation_id) u
      where i.workspace_id = free.workspace_id and i.id = free.id and u.installation_id = i.id
        and (i.last_used_at is null or i.last_used_at < u.at))
    update internal_tokens t set last_used_at = u.at
    from used u
    where t.id = u.token_id and t.installation_id in (select id from free)
      and (t.last_used_at is null or t.last_used_at < u.at)`,
}
