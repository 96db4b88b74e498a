import type { Pool } from 'pg'

/** How a token that is not in force stands with the connection that it was issued to. Never a token, nor its hash. */
export type TokenStanding = {
  /** null: it lives until it is revoked. */
  expiresAt: Date | null
  /** A refresh token that has a successor; an internal token that was revoked. */
  ended: boolean
  state: 'pending' | 'active' | 'suspended' | 'revoked'
  stateReason: string | null
  /** Whoever allowed access is a member still, and not disabled; true also where nobody is asked for. */
  memberIsThere: boolean
}

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

/** $1 the token's SHA-256, $2 the connection that it must have been issued to. */
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

export function tokenStandings(pool: Pool) {
  return {
    /** null: there is none, or it is another connection's; the two are not told apart. */
    async readTokenStanding(
      clientId: string,
      { kind, hash }: { kind: Kind; hash: Buffer },
    ): Promise<TokenStanding | null> {
      const { rows } = await pool.query<TokenStanding>({
        name: `token-standing-${kind}`,
        text: statements[kind],
        values: [hash, clientId],
      })
      return rows[0] ?? null
    },
  }
}
