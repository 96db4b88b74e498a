import type { ClientBase } from 'pg'

/** The approved lists of workspaces. Each method runs in its action's transaction. */
export function approvalStore(client: ClientBase) {
  return {
    async isInstalled(workspaceId: string, connectionId: string): Promise<boolean> {
      const { rowCount } = await client.query(
        `select from installations i join connections c on c.id = i.connection_id
         where i.workspace_id = $1 and i.connection_id = $2 and i.state in ('active', 'suspended')
           and c.kind = 'public' and c.deleted_at is null limit 1`,
        [workspaceId, connectionId],
      )
      return rowCount === 1
    },

    async addApproval(
      workspaceId: string,
      connectionId: string,
      by: string | null,
      now: Date,
    ): Promise<boolean> {
      const { rowCount } = await client.query(
        `insert into approvals (workspace_id, connection_id, approved_by, approved_at)
         values ($1, $2, $3, $4) on conflict do nothing`,
        [workspaceId, connectionId, by, now],
      )
      return rowCount === 1
    },

    /** @returns false: it was approved already. */
    async addPublisher(workspaceId: string, host: string, by: string | null, now: Date): Promise<boolean> {
      const { rowCount } = await client.query(
        `insert into approved_publishers (workspace_id, host, approved_by, approved_at)
         values ($1, $2, $3, $4) on conflict do nothing`,
        [workspaceId, host, by, now],
      )
      return rowCount === 1
    },

    async removePublisher(workspaceId: string, host: string): Promise<boolean> {
      const { rowCount } = await client.query(
        'delete from approved_publishers where workspace_id = $1 and host = $2',
        [workspaceId, host],
      )
      return rowCount === 1
    },

    /** The connections of this publisher that members of the workspace asked for. */
    async askedOf(workspaceId: string, host: string): Promise<string[]> {
      const { rows } = await client.query<{ id: string }>(
        `select distinct c.id from connections c
         join approval_requests q on q.connection_id = c.id and q.workspace_id = $1 and q.state = 'pending'
         where split_part(c.document_url, '/', 3) = $2 order by c.id`,
        [workspaceId, host],
      )
      return rows.map(row => row.id)
    },

    async removeApproval(workspaceId: string, connectionId: string): Promise<boolean> {
      const { rowCount } = await client.query(
        'delete from approvals where workspace_id = $1 and connection_id = $2',
        [workspaceId, connectionId],
      )
      // Approving it again later is not meant for those who were let in before.
      await client.query(
        `update approval_requests set lets_in = false
         where workspace_id = $1 and connection_id = $2 and lets_in`,
        [workspaceId, connectionId],
      )
      return rowCount === 1
    },
  }
}
