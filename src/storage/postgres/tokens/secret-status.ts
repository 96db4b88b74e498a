import type { Pool } from 'pg'

/** What stands about a connection's secrets, and whether the one that was sent is among them. Never a secret, nor its hash. */
export type SecretStanding = {
  /** Its last four characters, as the hub shows them. */
  hint: string
  createdAt: Date
  /** To the minute. */
  lastUsedAt: Date | null
  /** null: it is live. */
  revokedAt: Date | null
}

export function secretStandings(pool: Pool) {
  return {
    /** The live secrets of this client, oldest first, and the revoked one that was sent (by its SHA-256), if it was one. */
    async readSecrets(clientId: string, sent: Buffer): Promise<SecretStanding[]> {
      const { rows } = await pool.query<SecretStanding>({
        name: 'client-secrets',
        text: `select hint, created_at as "createdAt", last_used_at as "lastUsedAt", revoked_at as "revokedAt"
          from connection_secrets
          where connection_id = $1 and (revoked_at is null or secret_hash = $2)
          order by created_at, id`,
        values: [clientId, sent],
      })
      return rows
    },
  }
}
