/** Mails from what happened to what is sent: taken from the outbox, addressed, claimed, settled. */
import type { Pool, PoolClient } from 'pg'
import { uuidv7 } from '../../../installs/ids.ts'
import { dueAt, type MailKind } from '../../../installs/mail.ts'
import { transact } from '../transaction.ts'

const batchSize = 200
/** Mails that a process claims in one go, and for how long. */
const claimSize = 20
const claimMinutes = 5

type Recipient = { kind: MailKind; subjectId: string; userId: string; groupId: string }
/** Rows that one message is about. */
export type ClaimedMail = { ids: string[]; attempts: number }

/** Everybody whom an event concerns, but its author, people who switched the kind off, and personas of sandboxes. */
const recipients = `
  select t.kind, t.subject_id as "subjectId", r.user_id as "userId", r.group_id as "groupId"
  from taken t left join events e on e.id = t.subject_id cross join lateral (
    select m.user_id, m.workspace_id as group_id from members m
    where t.kind = 'approval-requested' and m.workspace_id = e.workspace_id and m.role = 'owner'
      and coalesce(e.data ->> 'again', 'false') <> 'true'
    union all
    select (e.data ->> 'member_id')::uuid, e.id where t.kind = 'approval-decided'
    union all
    select (e.data ->> 'to_id')::uuid, e.id where t.kind = 'hand-over-offered'
    union all
    select e.installer_id, e.id
    where t.kind = 'installation-ended' and (e.actor_id is not null or e.data ->> 'reason' = 'by-operator')
    union all
    select c.created_by, t.subject_id from connections c
    where t.kind = 'refresh-token-reused' and c.id = e.connection_id
    union all
    select c.created_by, t.subject_id from webhook_endpoints w join connections c on c.id = w.connection_id
    where t.kind = 'endpoint-switched-off' and w.id = t.subject_id
  ) r join users u on u.id = r.user_id
  where not u.disabled and u.sandbox_id is null and e.actor_id is distinct from r.user_id
    and not exists (select from switched_off_mails s where s.user_id = r.user_id and s.kind = t.kind)
  order by t.recorded_at, t.subject_id`

/**
 * Addresses what happened since, and claims the mails that are due, one process at a time.
 * @returns one entry per message; none while another process is at it.
 */
export function nextMails(pool: Pool, now: Date): Promise<ClaimedMail[]> {
  return transact(pool, async client => {
    const { rows } = await client.query<{ mine: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended('latchkey mails', 0)) as mine`,
    )
    if (!rows[0]!.mine) return []
    await addressMails(client, now)
    return claimMails(client, now)
  })
}

async function addressMails(client: PoolClient, now: Date): Promise<void> {
  const { rows } = await client.query<Recipient>(
    `with taken as (
       delete from mail_outbox where (recorded_at, kind, subject_id) in (
         select recorded_at, kind, subject_id from mail_outbox order by 1, 2, 3 limit $1)
       returning *) ${recipients}`,
    [batchSize],
  )
  for (const { kind, subjectId, userId, groupId } of rows) {
    const { rows: before } = await client.query<{ last: Date | null }>(
      'select max(due_at) as last from mails where user_id = $1 and kind = $2 and group_id = $3 and attempts < 2',
      [userId, kind, groupId],
    )
    await client.query(
      `insert into mails (id, user_id, kind, group_id, subject_id, created_at, due_at) values ($1, $2, $3, $4, $5, $6, $7)`,
      [uuidv7(), userId, kind, groupId, subjectId, now, dueAt(kind, before[0]!.last, now)],
    )
  }
}

async function claimMails(client: PoolClient, now: Date): Promise<ClaimedMail[]> {
  const { rows } = await client.query<ClaimedMail>(
    `with due as (
       select user_id, kind, group_id from mails
       where sent_at is null and due_at <= $1 and (claimed_until is null or claimed_until < $1)
       group by 1, 2, 3 order by min(due_at) limit $2
     ), claimed as (
       update mails m set attempts = attempts + 1, claimed_until = $1::timestamptz + interval '${claimMinutes} minutes'
       from due where m.user_id = due.user_id and m.kind = due.kind and m.group_id = due.group_id
         and m.sent_at is null and m.due_at <= $1 and (m.claimed_until is null or m.claimed_until < $1)
       returning m.*)
     select array_agg(id order by id) as ids, max(attempts)::int as attempts from claimed group by user_id, kind, group_id`,
    [now, claimSize],
  )
  return rows
}

export function mailQueue(pool: Pool) {
  return {
    next: (now: Date) => nextMails(pool, now),

    /** Sent, or of no concern any more. */
    async settle(ids: string[], now: Date): Promise<void> {
      await pool.query('update mails set sent_at = $2, claimed_until = null where id = any ($1)', [ids, now])
    },

    /** @param nextAt null: given up. */
    async failed(ids: string[], nextAt: Date | null): Promise<void> {
      if (nextAt === null) await pool.query('delete from mails where id = any ($1)', [ids])
      else
        await pool.query('update mails set due_at = $2, claimed_until = null where id = any ($1)', [
          ids,
          nextAt,
        ])
    },
  }
}
