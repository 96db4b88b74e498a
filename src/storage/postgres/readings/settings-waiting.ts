import type { Pool } from 'pg'

/** How many requests for approval wait for an owner: the number beside "Requests" in the rail. */
export async function countWaitingRequests(pool: Pool, workspaceId: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>({
    name: 'waiting-requests',
    text: `select count(*)::int as count from approval_requests
      where workspace_id = $1 and state = 'pending' and expires_at > now()`,
    values: [workspaceId],
  })
  return rows[0]!.count
}
