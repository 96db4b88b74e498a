/** One run of the flow that was allowed: the provider's grant, bound to one consent, and its code. */
import type { Pool } from 'pg'

type Payload = Record<string, unknown>

export function authorizations(pool: Pool) {
  return {
    async openAuthorization(row: {
      grantId: string
      consentId: string
      workspaceId: string
      connectionId: string
      userId: string
      payload: Payload
      now: Date
      expiresAt: Date
    }): Promise<void> {
      await pool.query({
        name: 'authorization-open',
        text: `insert into authorizations
            (id, consent_id, workspace_id, connection_id, user_id, payload, created_at, expires_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        values: [
          row.grantId,
          row.consentId,
          row.workspaceId,
          row.connectionId,
          row.userId,
          JSON.stringify(row.payload),
          row.now,
          row.expiresAt,
        ],
      })
    },

    async readGrant(grantId: string): Promise<Payload | null> {
      const { rows } = await pool.query<{ payload: Payload }>({
        name: 'authorization-read',
        text: 'select payload from authorizations where id = $1',
        values: [grantId],
      })
      return rows[0]?.payload ?? null
    },

    async saveCode(code: {
      hash: Buffer
      grantId: string
      payload: Payload
      expiresAt: Date
    }): Promise<void> {
      await pool.query({
        name: 'code-save',
        text: 'insert into authorization_codes (code_hash, grant_id, payload, expires_at) values ($1, $2, $3, $4)',
        values: [code.hash, code.grantId, JSON.stringify(code.payload), code.expiresAt],
      })
    },
  }
}
