import type { ClientBase } from 'pg'
import type { InstallationState } from '../../../installs/installation.ts'

/** $2 now (SQL). */
export const tokenInForce = `revoked_at is null and (expires_at is null or expires_at > $2)`

/** The writes of internal tokens, each in the transaction of its action. */
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
         where installation_id = $1 and ${tokenInForce}`,
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
