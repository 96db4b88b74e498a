/** A connection as the OAuth client that it is. */
import type { Pool } from 'pg'
import type { Capability } from '../../../installs/capability.ts'

/** A client that may be spoken with: alias `c`. Internal connections have a token instead of a flow. */
export const liveClient = `c.disabled_at is null and c.deleted_at is null
  and (c.kind = 'public' or c.resource_server)`

/**
 * What proves the client `c`. The row's own version is `xmin`: PostgreSQL changes it with every update, whoever makes it, so
 * that nobody can forget to.
 */
export const clientProof = `c.xmin::text as client_version,
  array(select s.secret_hash from connection_secrets s
    where s.connection_id = c.id and s.revoked_at is null) as client_secrets`

export type ProofRow = { client_version: string; client_secrets: Buffer[] }

export function toProof(row: ProofRow | undefined): { version: string; secretHashes: Buffer[] } | null {
  return row ? { version: row.client_version, secretHashes: row.client_secrets } : null
}

type ClientRow = {
  version: string
  id: string
  client_type: 'public' | 'confidential'
  redirect_uris: string[]
  capabilities: Capability[]
  require_pkce: boolean
  long_lived_tokens: boolean
  leave_out_iss: boolean
  resource_server: boolean
}

export function clientLookup(pool: Pool) {
  return {
    async readClient(id: string) {
      const { rows } = await pool.query<ClientRow>({
        name: 'client-read',
        text: `select c.xmin::text as version, c.id, c.client_type, c.redirect_uris, c.capabilities, c.require_pkce,
            c.long_lived_tokens, c.leave_out_iss, c.resource_server
          from connections c where c.id = $1 and ${liveClient}`,
        values: [id],
      })
      const row = rows[0]
      if (!row) return null
      return {
        version: row.version,
        id: row.id,
        clientType: row.client_type,
        redirectUris: row.redirect_uris,
        capabilities: row.capabilities,
        requirePkce: row.require_pkce,
        longLivedTokens: row.long_lived_tokens,
        leaveOutIss: row.leave_out_iss,
        resourceServer: row.resource_server,
      }
    },

    async readProof(id: string) {
      const { rows } = await pool.query<ProofRow>({
        name: 'client-proof',
        text: `select ${clientProof} from connections c where c.id = $1 and ${liveClient}`,
        values: [id],
      })
      return toProof(rows[0])
    },

    /** At most one write a minute for each secret: the date is shown to the minute. */
    async noteSecretUse(clientId: string, secretHash: Buffer, at: Date) {
      await pool.query({
        name: 'client-secret-used',
        text: `update connection_secrets set last_used_at = $3
          where connection_id = $1 and secret_hash = $2
            and (last_used_at is null or last_used_at < $3::timestamptz - interval '1 minute')`,
        values: [clientId, secretHash, at],
      })
    },
  }
}
