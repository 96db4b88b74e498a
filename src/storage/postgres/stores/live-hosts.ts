import type { Pool } from 'pg'
import type { KeyHost } from '../../../installs/key-rotation.ts'
import type { Queryable } from '../pool.ts'
import { transact } from '../transaction.ts'

const columns = `name, keys, writes_with as "writesWith", wrote_with as "wroteWith", switched_at as "switchedAt"`

/** A host that has not been seen for this long has ended. */
const expiry = `interval '1 minute'`

/** Hosts that were seen within the last minute, in the order of their names. */
export async function readLiveHosts(database: Queryable): Promise<KeyHost[]> {
  const { rows } = await database.query<KeyHost>(
    `select ${columns} from live_hosts where seen_at > clock_timestamp() - ${expiry} order by name, id`,
  )
  return rows
}

export type LiveHosts = ReturnType<typeof liveHosts>

export function liveHosts(pool: Pool) {
  return {
    /**
     * Records that this host is alive and which key it writes with. One host at a time, so that a host never chooses a key while
     * another joins without it. The age of the others counts from this host's previous call: after an outage of the database,
     * hosts
     * that could not be seen meanwhile are still alive.
     * @param choose gets the other live hosts, and returns the key; its error rolls the record back.
     */
    async beat(
      host: { id: string; name: string; keys: string[] },
      choose: (others: KeyHost[]) => string,
    ): Promise<string> {
      return transact(pool, async client => {
        await client.query(`select pg_advisory_xact_lock(hashtextextended('latchkey live hosts', 0))`)
        const { rows } = await client.query<KeyHost>(
          `with over as (
             delete from live_hosts where id <> $1 and seen_at < coalesce(
               (select seen_at from live_hosts where id = $1), clock_timestamp()) - ${expiry}
             returning id
           )
           select ${columns} from live_hosts where id <> $1 and id not in (select id from over) order by name, id`,
          [host.id],
        )
        const key = choose(rows)
        const before = formerKey(key, rows)
        await client.query(
          `insert into live_hosts as h (id, name, keys, writes_with, wrote_with, switched_at, seen_at)
           values ($1, $2, $3, $4, $5, coalesce($6, clock_timestamp()), clock_timestamp())
           on conflict (id) do update set seen_at = excluded.seen_at, writes_with = excluded.writes_with,
             wrote_with = case when h.writes_with = excluded.writes_with then h.wrote_with else h.writes_with end,
             switched_at = case when h.writes_with = excluded.writes_with then h.switched_at else clock_timestamp() end`,
          [host.id, host.name, host.keys, key, before?.key ?? null, before?.switchedAt ?? null],
        )
        return key
      })
    },

    async leave(id: string): Promise<void> {
      await pool.query('delete from live_hosts where id = $1', [id])
    },
  }
}

/** The key that hosts wrote with before `key`, for a host that joins; null in `switchedAt`: one still does. */
function formerKey(key: string, others: KeyHost[]): { key: string; switchedAt: Date | null } | null {
  const behind = others.find(({ writesWith }) => writesWith !== key)
  if (behind) return { key: behind.writesWith, switchedAt: null }
  const [last] = others
    .filter(({ wroteWith }) => wroteWith !== null)
    .sort((one, other) => other.switchedAt.getTime() - one.switchedAt.getTime())
  return last ? { key: last.wroteWith!, switchedAt: last.switchedAt } : null
}

/** How many usable internal tokens are encrypted with each key, by its fingerprint. */
export async function countSealedTokens(database: Queryable): Promise<{ key: string; count: number }[]> {
  const { rows } = await database.query<{ key: string; count: number }>(
    `select split_part(token_sealed, '.', 1) as key, count(*)::int as count
     from internal_tokens where revoked_at is null group by 1 order by 1`,
  )
  return rows
}
