import type { ClientBase, Pool } from 'pg'
import type { EntityManager } from 'typeorm'
import type { PendingRequest } from '../../../installs/actions/request-approval.ts'
import type { ApprovalRequest, PartnerRequest, RequestDecision } from '../../../installs/approval.ts'
import { approvalRequests, selectList } from '../tables.ts'

const columns = selectList(approvalRequests, 'letsIn')

/** Members' requests for approval. Each method runs in its action's transaction. */
export function approvalRequestStore(client: ClientBase, manager: EntityManager) {
  return {
    async savePending(row: PendingRequest): Promise<{ id: string; isNew: boolean }> {
      // One that has lapsed unanswered is asked anew from the beginning, one that waits keeps its place among the waiting.
      const { rows } = await client.query<{ id: string; isNew: boolean }>(
        `insert into approval_requests as r
           (workspace_id, id, connection_id, user_id, capabilities, reason, parameters, state, asked_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9)
         on conflict (workspace_id, connection_id, user_id) where state = 'pending' do update
           set capabilities = excluded.capabilities, reason = excluded.reason, parameters = excluded.parameters,
             asked_at = case when r.expires_at > excluded.asked_at then r.asked_at else excluded.asked_at end,
             expires_at = excluded.expires_at
         returning id, id = $2 as "isNew"`,
        [
          row.workspaceId,
          row.id,
          row.connectionId,
          row.userId,
          row.capabilities,
          row.reason,
          JSON.stringify(row.parameters),
          row.askedAt,
          row.expiresAt,
        ],
      )
      return rows[0]!
    },

    async holdRequest(workspaceId: string, id: string): Promise<ApprovalRequest | null> {
      const { rows } = await client.query<ApprovalRequest>(
        `select ${columns} from approval_requests where workspace_id = $1 and id = $2 for update`,
        [workspaceId, id],
      )
      return rows[0] ?? null
    },

    async decideRequest(
      workspaceId: string,
      id: string,
      state: 'approved' | 'declined',
      decision: RequestDecision,
    ): Promise<void> {
      const { by, at, expiresAt, letsIn, answer } = decision
      await manager
        .getRepository(approvalRequests)
        .update({ workspaceId, id }, { state, decidedBy: by, decidedAt: at, expiresAt, letsIn, answer })
    },

    async approvePending(
      workspaceId: string,
      connectionId: string,
      decision: RequestDecision,
    ): Promise<{ id: string; userId: string }[]> {
      const { rows } = await client.query<{ id: string; userId: string }>(
        `update approval_requests
         set state = 'approved', decided_by = $3, decided_at = $4, expires_at = $5, lets_in = $6, answer = $7
         where workspace_id = $1 and connection_id = $2 and state = 'pending' and expires_at > $4
         returning id, user_id as "userId"`,
        [
          workspaceId,
          connectionId,
          decision.by,
          decision.at,
          decision.expiresAt,
          decision.letsIn,
          decision.answer,
        ],
      )
      return rows
    },

    async withdrawRequest(workspaceId: string, id: string, now: Date): Promise<void> {
      await manager
        .getRepository(approvalRequests)
        .update({ workspaceId, id }, { state: 'withdrawn', decidedAt: now })
    },

    async forgetParameters(workspaceId: string, id: string): Promise<void> {
      await manager.getRepository(approvalRequests).update({ workspaceId, id }, { parameters: null })
    },

    /** The workspace is left out of the comparison: a request that is taken up again names the one it was stopped in. */
    async forgetSame(
      userId: string,
      connectionId: string,
      parameters: PartnerRequest,
    ): Promise<{ id: string; workspaceId: string }[]> {
      const { rows } = await client.query<{ id: string; workspaceId: string }>(
        `update approval_requests set parameters = null
         where user_id = $1 and connection_id = $2 and parameters - 'workspace_id' = $3::jsonb - 'workspace_id'
         returning id, workspace_id as "workspaceId"`,
        [userId, connectionId, JSON.stringify(parameters)],
      )
      return rows
    },

    /**
     * The partner gets its answer now. A request that was approved in time is taken up; an undecided one is withdrawn, since
     * the policy let the member in meanwhile.
     */
    async takeUpRequests(userId: string, workspaceId: string, connectionId: string): Promise<string[]> {
      const { rows } = await client.query<{ id: string; state: string }>(
        `update approval_requests
         set parameters = null, state = case
           when state = 'approved' and expires_at > now() then 'taken-up'
           when state in ('pending', 'approved') then 'withdrawn'
           else state end
         where workspace_id = $1 and connection_id = $2 and user_id = $3
           and (parameters is not null or state in ('pending', 'approved'))
         returning id, state`,
        [workspaceId, connectionId, userId],
      )
      return rows.filter(row => row.state === 'taken-up').map(row => row.id)
    },
  }
}

/** Null for a request of another workspace, or an unknown one. */
export async function readApprovalRequest(
  pool: Pool,
  workspaceId: string,
  id: string,
): Promise<ApprovalRequest | null> {
  const { rows } = await pool.query<ApprovalRequest>(
    `select ${columns} from approval_requests where workspace_id = $1 and id = $2`,
    [workspaceId, id],
  )
  return rows[0] ?? null
}
