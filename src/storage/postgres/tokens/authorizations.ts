/** One run of the flow that was allowed: the provider's grant, bound to one consent, and its code. */
import type { Pool } from 'pg'
import type { Capability } from '../../../installs/capability.ts'

type Payload = Record<string, unknown>

export function authorizations(pool: Pool) {
  return {
    /**
     * The member is held, as whoever removes him ends what he allowed.
     * @returns false when he is none any more: nothing was opened.
     */
    async openAuthorization(row: {
      grantId: string
      consentId: string
      workspaceId: string
      connectionId: string
      userId: string
      now: Date
      expiresAt: Date
    }): Promise<boolean> {
      const { grantId, consentId, workspaceId, connectionId, userId, now, expiresAt } = row
      const { rowCount } = await pool.query({
        name: 'authorization-open',
        text: `insert into authorizations
            (id, consent_id, workspace_id, connection_id, user_id, payload, created_at, expires_at)
          select $1, $2, m.workspace_id, $4, m.user_id, '{}', $6, $7
          from members m where m.workspace_id = $3 and m.user_id = $5 for key share`,
        values: [grantId, consentId, workspaceId, connectionId, userId, now, expiresAt],
      })
      return rowCount === 1
    },

    async readAuthorization(grantId: string) {
      const { rows } = await pool.query<{
        connection_id: string
        user_id: string
        capabilities: Capability[]
        expires_at: Date
      }>({
        name: 'authorization-read',
        text: `select a.connection_id, a.user_id, n.capabilities, a.expires_at
          from authorizations a join consents n on n.id = a.consent_id where a.id = $1`,
        values: [grantId],
      })
      const row = rows[0]
      if (!row) return null
      return {
        connectionId: row.connection_id,
        userId: row.user_id,
        capabilities: row.capabilities,
        expiresAt: row.expires_at,
      }
    },

    /** The moment of issue is the row's: what waits to be redeemed is as old as its code. */
    async saveCode(code: { hash: Buffer; grantId: string; payload: Payload; now: Date }): Promise<boolean> {
      const { rowCount } = await pool.query({
        name: 'authorization-code',
        text: `update authorizations set code_hash = $2, payload = $3, created_at = $4
          where id = $1 and code_hash is null`,
        values: [code.grantId, code.hash, JSON.stringify(code.payload), code.now],
      })
      return rowCount === 1
    },
  }
}
