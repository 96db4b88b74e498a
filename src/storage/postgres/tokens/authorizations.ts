/** Authorizations: the provider's grants, each bound to one consent and one code. */
import type { Pool } from 'pg'
import type { Authorizations } from '../../../oidc/ports.ts'

type Row = NonNullable<Awaited<ReturnType<Authorizations['readAuthorization']>>>

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
      const { rows } = await pool.query<Row>({
        name: 'authorization-read',
        text: `select a.connection_id as "connectionId", a.user_id as "userId", n.capabilities, a.expires_at as "expiresAt"
          from authorizations a join consents n on n.id = a.consent_id where a.id = $1`,
        values: [grantId],
      })
      return rows[0] ?? null
    },

    /** `created_at` becomes the code's time of issue, from which its lifetime counts. */
    async saveCode({ grantId, hash, payload, now }) {
      const { rowCount } = await pool.query({
        name: 'authorization-code',
        text: `update authorizations set code_hash = $2, payload = $3, created_at = $4
          where id = $1 and code_hash is null`,
        values: [grantId, hash, JSON.stringify(payload), now],
      })
      return rowCount === 1
    },
  }
}
