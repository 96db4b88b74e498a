import type { Pool } from 'pg'
import type { TokenStatus, TokenStatusStore } from '../../../oidc/ports.ts'

type Kind = 'access' | 'refresh' | 'internal'

const installation = `i.state, i.state_reason as "stateReason", (i.user_id is null or exists (
    select from members m join users u on u.id = m.user_id and not u.disabled
    where m.workspace_id = i.workspace_id and m.user_id = i.user_id)) as "memberIsThere"`
const issued = (
  table: string,
  ended: string,
) => `select t.expires_at as "expiresAt", ${ended} as ended, ${installation}
  from ${table} t join authorizations a on a.id = t.grant_id and a.connection_id = $2
  join installations i on i.workspace_id = a.workspace_id and i.id = a.installation_id
  where t.token_hash = $1`

/** $1 the token's SHA-256, $2 the connection that it was issued to. */
const statements: Record<Kind, string> = {
  access: issued('access_tokens', 'false'),
  refresh: issued(
    'refresh_tokens',
    'exists (select from refresh_tokens next where next.parent_hash = t.token_hash)',
  ),
  internal: `select t.expires_at as "expiresAt", t.revoked_at is not null as ended, ${installation}
    from internal_tokens t
    join installations i on i.workspace_id = t.workspace_id and i.id = t.installation_id and i.connection_id = $2
    where t.token_hash = $1`,
}

export const tokenStatuses = (pool: Pool): TokenStatusStore => ({
  async readTokenStatus(clientId, { kind, hash }) {
    const { rows } = await pool.query<TokenStatus>({
      name: `token-status-${kind}`,
      text: statements[kind],
      values: [hash, clientId],
    })
    return rows[0] ?? null
  },
})
