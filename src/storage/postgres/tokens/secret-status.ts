import type { Pool } from 'pg'
import type { SecretStatus, SecretStore } from '../../../oidc/ports.ts'

export const secretStatuses = (pool: Pool): SecretStore => ({
  async readSecrets(clientId, sent) {
    const { rows } = await pool.query<SecretStatus>({
      name: 'client-secrets',
      text: `select hint, created_at as "createdAt", last_used_at as "lastUsedAt", revoked_at as "revokedAt"
        from connection_secrets
        where connection_id = $1 and (revoked_at is null or secret_hash = $2)
        order by created_at, id`,
      values: [clientId, sent],
    })
    return rows
  },
})
