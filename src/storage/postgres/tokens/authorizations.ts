/** Authorizations: the provider's grants, each bound to one consent and one code. */
import type { Pool } from 'pg'
import type { Authorizations, OpenedAuthorization } from '../../../oidc/ports.ts'

export function authorizations(pool: Pool): Authorizations {
  return {
    /** Locks the member's row, since removing a member ends their authorizations. */
    async openAuthorization({ grantId, consentId, workspaceId, connectionId, userId, now, expiresAt }) {
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

    async readAuthorization(grantId) {
      const { rows } = await pool.query<OpenedAuthorization>({
        name: 'authorization-read',
        text: `select a.connection_id as "connectionId", a.user_id as "userId", n.capabilities, a.expires_at as "expiresAt",
            a.code_hash as "codeHash", a.redeemed_at is not null as redeemed
          from authorizations a join consents n on n.id = a.consent_id where a.id = $1`,
        values: [grantId],
      })
      return rows[0] ?? null
    },

    /** `created_at` becomes the code's time of issue, from which its lifetime counts; saving it again changes neither. */
    async saveCode({ grantId, hash, payload, now }) {
      const { rowCount } = await pool.query({
        name: 'authorization-code',
        text: `update authorizations set code_hash = $2,
            payload = case when code_hash is null then $3 else payload end,
            created_at = case when code_hash is null then $4 else created_at end
          where id = $1 and (code_hash is null or code_hash = $2 and redeemed_at is null)`,
        values: [grantId, hash, JSON.stringify(payload), now],
      })
      return rowCount === 1
    },
  }
}
