import type { ClientBase, Pool } from 'pg'
import type { Capability } from '../../../installs/capability.ts'
import type { Connection } from '../../../installs/connection.ts'

/** As PostgreSQL answers, member for member what Connection says: the columns are named for it in the query. */
export const connectionColumns = `
  id, kind, workspace_id as "workspaceId", created_by as "createdBy", name, description,
  developer_name as "developerName", website, install_url as "installUrl", support_email as "supportEmail",
  support_url as "supportUrl", privacy_url as "privacyUrl", terms_url as "termsUrl", logo is not null as "hasLogo",
  client_type as "clientType", redirect_uris as "redirectUris", capabilities, require_pkce as "requirePkce",
  long_lived_tokens as "longLivedTokens", leave_out_iss as "leaveOutIss", resource_server as "resourceServer",
  first_party as "firstParty", verified, disabled_at is not null as disabled`

/** Connections that were not deleted. */
export function connectionStore(pool: Pool | ClientBase) {
  return {
    async byId(id: string): Promise<Connection | null> {
      const { rows } = await pool.query<Connection>({
        name: 'connection by id',
        text: `select ${connectionColumns} from connections where id = $1 and deleted_at is null`,
        values: [id],
      })
      return rows[0] ?? null
    },

    /** Oldest first. */
    async all(): Promise<Connection[]> {
      const { rows } = await pool.query<Connection>(
        `select ${connectionColumns} from connections where deleted_at is null order by created_at, id`,
      )
      return rows
    },

    async insertConnection(connection: Connection, now: Date): Promise<void> {
      await pool.query(
        `insert into connections (id, kind, workspace_id, created_by, name, description, developer_name, website,
           install_url, support_email, support_url, privacy_url, terms_url, client_type, redirect_uris, capabilities,
           require_pkce, long_lived_tokens, leave_out_iss, resource_server, first_party, verified, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $23)`,
        [
          connection.id,
          connection.kind,
          connection.workspaceId,
          connection.createdBy,
          connection.name,
          connection.description,
          connection.developerName,
          connection.website,
          connection.installUrl,
          connection.supportEmail,
          connection.supportUrl,
          connection.privacyUrl,
          connection.termsUrl,
          connection.clientType,
          connection.redirectUris,
          connection.capabilities,
          connection.requirePkce,
          connection.longLivedTokens,
          connection.leaveOutIss,
          connection.resourceServer,
          connection.firstParty,
          connection.verified,
          now,
        ],
      )
    },

    async insertSecret(row: {
      id: string
      connectionId: string
      hash: Buffer
      hint: string
      createdBy: string | null
      createdAt: Date
    }): Promise<void> {
      await pool.query(
        `insert into connection_secrets (id, connection_id, secret_hash, hint, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6)`,
        [row.id, row.connectionId, row.hash, row.hint, row.createdBy, row.createdAt],
      )
    },

    /** `by` null: the operator. @returns whether it was enabled until now. */
    async disable(id: string, by: string | null, now: Date): Promise<boolean> {
      const { rowCount } = await pool.query(
        `update connections set disabled_at = $2, disabled_by = $3, updated_at = $2
         where id = $1 and disabled_at is null and deleted_at is null`,
        [id, now, by],
      )
      return rowCount === 1
    },

    /** @returns whether it was disabled until now. */
    async enable(id: string, now: Date): Promise<boolean> {
      const { rowCount } = await pool.query(
        `update connections set disabled_at = null, disabled_by = null, updated_at = $2
         where id = $1 and disabled_at is not null and deleted_at is null`,
        [id, now],
      )
      return rowCount === 1
    },

    async insertInternalInstallation(row: {
      id: string
      workspaceId: string
      connectionId: string
      capabilities: readonly Capability[]
      createdAt: Date
    }): Promise<void> {
      await pool.query(
        `insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
         values ($1, $2, $3, null, 'active', $4, $5, $5)`,
        [row.workspaceId, row.id, row.connectionId, row.capabilities, row.createdAt],
      )
    },

    async insertInternalToken(row: {
      id: string
      workspaceId: string
      installationId: string
      hash: Buffer
      sealed: string
      createdBy: string | null
      createdAt: Date
    }): Promise<void> {
      await pool.query(
        `insert into internal_tokens (id, workspace_id, installation_id, token_hash, token_sealed, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [row.id, row.workspaceId, row.installationId, row.hash, row.sealed, row.createdBy, row.createdAt],
      )
    },
  }
}
