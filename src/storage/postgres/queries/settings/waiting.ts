import type { Pool } from 'pg'
import { offerIsOpen } from './offers.ts'

/** Approval requests that wait for an owner: the number beside "Requests" in the rail. */
export const countWaitingRequests = (pool: Pool) => async (workspaceId: string) => {
  const { rows } = await pool.query<{ count: number }>({
    name: 'waiting-requests',
    text: `select count(*)::int as count from approval_requests
      where workspace_id = $1 and state = 'pending' and expires_at > now()`,
    values: [workspaceId],
  })
  return rows[0]!.count
}

/** Offers to a member, and approvals that they have not taken up yet: the number beside "My requests". */
export const countWaitingFor = (pool: Pool) => async (workspaceId: string, userId: string) => {
  const { rows } = await pool.query<{ count: number }>({
    name: 'waiting-for-member',
    text: `select (
        select count(*) from approval_requests
        where workspace_id = $1 and user_id = $2 and state = 'approved' and expires_at > now() and parameters is not null
      )::int + (
        select count(*) from hand_overs h
        join installations i on i.workspace_id = h.workspace_id and i.id = h.installation_id
        where h.workspace_id = $1 and h.to_user_id = $2 and h.state = 'offered' and ${offerIsOpen}
      )::int as count`,
    values: [workspaceId, userId],
  })
  return rows[0]!.count
}
