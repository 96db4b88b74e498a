import type { ClientBase, Pool } from 'pg'
import type { InstallationState } from '../../../installs/installation.ts'

const inForce = `revoked_at is null and (expires_at is null or expires_at > $2)`

/** The writes of standing tokens, each in the transaction of its action. */
export function internalTokenStore(client: ClientBase) {
  return {
    async holdInternal(
      connectionId: string,
    ): Promise<{ workspaceId: string; installationId: string; state: InstallationState } | null> {
      const { rows } = await client.query<{
        workspaceId: string
        installationId: string
        state: InstallationState
      }>(
        `select i.workspace_id as "workspaceId", i.id as "installationId", i.state
         from installations i join connections c on c.id = i.connection_id and c.kind = 'internal'
         where i.connection_id = $1 and i.user_id is null for update of i`,
        [connectionId],
      )
      return rows[0] ?? null
    },

    async endInternalTokens(installationId: string, at: Date, now: Date): Promise<number> {
      const { rowCount } = await client.query(
        `update internal_tokens set expires_at = least(expires_at, $3),
           revoked_at = case when $3 <= $2 then $2 end
         where installation_id = $1 and ${inForce}`,
        [installationId, now, at],
      )
      return rowCount ?? 0
    },

    async reviveInternal(installationId: string, now: Date): Promise<void> {
      await client.query(
        `update installations set state = 'active', state_reason = null, updated_at = $2
         where id = $1 and state = 'revoked'`,
        [installationId, now],
      )
    },
  }
}

export type InternalTokenReading = {
  id: string
  createdAt: Date
  createdBy: string | null
  lastUsedAt: Date | null
  /** Set for one that was renewed with an overlap. */
  expiresAt: Date | null
}

/** The standing tokens in force of an internal connection, newest first, and the state of its installation. */
export async function readInternalTokens(
  pool: Pool,
  connectionId: string,
  now: Date,
): Promise<{
  installationId: string | null
  state: InstallationState | null
  pages: number
  tokens: InternalTokenReading[]
}> {
  const { rows } = await pool.query<
    InternalTokenReading & { installationId: string; state: InstallationState; pages: number }
  >(
    `select i.id as "installationId", i.state, (select count(*)::int from page_grants g
         where g.workspace_id = i.workspace_id and g.installation_id = i.id) as pages,
       t.id, t.created_at as "createdAt", u.name as "createdBy", t.last_used_at as "lastUsedAt",
       t.expires_at as "expiresAt"
     from installations i
     left join internal_tokens t on t.installation_id = i.id and ${inForce}
     left join users u on u.id = t.created_by
     where i.connection_id = $1 and i.user_id is null
     order by t.created_at desc, t.id desc`,
    [connectionId, now],
  )
  return {
    installationId: rows[0]?.installationId ?? null,
    state: rows[0]?.state ?? null,
    pages: rows[0]?.pages ?? 0,
    tokens: rows
      .filter(row => row.id !== null)
      .map(({ installationId: _installation, state: _state, pages: _pages, ...token }) => token),
  }
}
