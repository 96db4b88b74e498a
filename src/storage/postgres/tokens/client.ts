/** Connections as OAuth clients. */
import type { Pool } from 'pg'
import type { ClientConnection, ClientProof, ClientStore } from '../../../oidc/ports.ts'
import { batch, together } from '../batch.ts'

/** A client that may use the OAuth endpoints; alias `c`. Internal connections have a token instead of a flow. */
export const liveClient = `c.disabled_at is null and c.deleted_at is null
  and (c.kind = 'public' or c.resource_server)`

/** The columns of a ClientProof, alias `c`. The version is `xmin`, which PostgreSQL changes with every update of the row. */
export const clientProof = `c.xmin::text as client_version,
  array(select s.secret_hash from connection_secrets s
    where s.connection_id = c.id and s.revoked_at is null) as client_secrets`

/** The resources of a resource server, alias `c`. */
export const resourcesOf = `array(select r.url from resources r where r.connection_id = c.id and c.resource_server)`

export type ProofRow = { client_version: string; client_secrets: Buffer[] }

export function toProof(row: ProofRow | undefined): ClientProof | null {
  return row ? { version: row.client_version, secretHashes: row.client_secrets } : null
}

export function clientLookup(pool: Pool): ClientStore {
  return {
    async readClient(id) {
      const { rows } = await pool.query<ClientConnection>({
        name: 'client-read',
        text: `select c.xmin::text as version, c.id, c.client_type as "clientType", c.redirect_uris as "redirectUris",
            c.capabilities, c.require_pkce as "requirePkce", c.long_lived_tokens as "longLivedTokens",
            c.leave_out_iss as "leaveOutIss", c.require_dpop as "requireDpop", c.device_flow as "deviceFlow", c.jwks, c.jwks_uri as "jwksUri", c.origin,
            c.document_url as "documentUrl", c.document_failed_at as "documentFailedAt", c.require_par as "requirePar", c.resource_server as "resourceServer",
            ${resourcesOf} as resources
          from connections c where c.id = $1 and ${liveClient}`,
        values: [id],
      })
      return rows[0] ?? null
    },

    readProof: batch(async (ids: string[]) => {
      const { rows } = await pool.query<ProofRow & { id: string }>({
        name: 'client-proofs',
        text: `select c.id, ${clientProof} from unnest((select $1::uuid[])) asked (id)
          join connections c on c.id = asked.id and ${liveClient}`,
        values: [[...new Set(ids)]],
      })
      const proofs = new Map(rows.map(row => [row.id, toProof(row)]))
      return ids.map(id => proofs.get(id) ?? null)
    }, together),

    /** Writes at most once a minute for each secret: the date is shown to the minute. */
    async noteSecretUse(clientId, secretHash, at) {
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
