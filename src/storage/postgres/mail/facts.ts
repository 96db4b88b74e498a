import type { Pool } from 'pg'
import type { MailFact } from '../../../installs/mail.ts'

/**
 * The facts of mails as they are now. Left out: mails to people who left, were disabled, or switched the kind off, and those about
 * requests and offers that were settled meanwhile.
 */
export async function readMailFacts(pool: Pool, ids: string[], now: Date): Promise<MailFact[]> {
  const { rows } = await pool.query<MailFact>(
    `select m.id, m.kind, u.id as "userId", u.name as "userName", u.email, e.kind as "eventKind",
       w.id as "workspaceId", w.name as "workspaceName", c.id as "connectionId", c.name as "connectionName",
       a.name as "actorName", q.id as "requestId", h.id as "offerId", q.reason, q.answer,
       k.url as "endpointUrl", k.disabled_because = 'gone' as "endpointIsGone"
     from mails m join users u on u.id = m.user_id
       left join events e on e.id = m.subject_id
       left join webhook_endpoints k on k.id = m.subject_id
       join connections c on c.id = coalesce(e.connection_id, k.connection_id)
       left join workspaces w on w.id = e.workspace_id
       left join users a on a.id = e.actor_id
       left join approval_requests q on q.workspace_id = e.workspace_id and q.id = (e.data ->> 'request_id')::uuid
       left join hand_overs h on h.workspace_id = e.workspace_id and h.id = (e.data ->> 'hand_over_id')::uuid
       left join members s on s.user_id = u.id
         and s.workspace_id = case when m.kind in ('refresh-token-reused', 'endpoint-switched-off')
           then c.workspace_id else e.workspace_id end
     where m.id = any ($1) and not u.disabled
       and not exists (select from switched_off_mails o where o.user_id = u.id and o.kind = m.kind)
       and case m.kind
         when 'approval-requested' then q.state = 'pending' and q.expires_at > $2 and s.role = 'owner'
         when 'hand-over-offered' then h.state = 'offered' and s.role is not null
         when 'refresh-token-reused' then s.role is not null or c.workspace_id is null
         when 'endpoint-switched-off' then k.disabled_at is not null and (s.role is not null or c.workspace_id is null)
         else s.role is not null end
     order by m.id`,
    [ids, now],
  )
  return rows
}
