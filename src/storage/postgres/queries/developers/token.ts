import type { Pool } from 'pg'
import type {
  InternalToken,
  InternalTokens,
  TokenReadings,
} from '../../../../web/developers/token/readings.ts'
import { tokenInForce } from '../../stores/internal-tokens.ts'

/** Installations without a token in force come as one row of nulls. */
type Row = InternalToken & Pick<InternalTokens, 'installationId' | 'state' | 'pages'>

export const readInternalTokens =
  (pool: Pool): TokenReadings['internalTokens'] =>
  async (connectionId, now) => {
    const { rows } = await pool.query<Row>(
      `select i.id as "installationId", i.state, (select count(*)::int from page_grants g
           where g.workspace_id = i.workspace_id and g.installation_id = i.id) as pages,
         t.id, t.created_at as "createdAt", u.name as "createdBy", t.last_used_at as "lastUsedAt",
         t.expires_at as "expiresAt"
       from installations i
       left join internal_tokens t on t.installation_id = i.id and ${tokenInForce}
       left join users u on u.id = t.created_by
       where i.connection_id = $1 and i.user_id is null
       order by t.created_at desc, t.id desc`,
      [connectionId, now],
    )
    const { installationId, state, pages } = rows[0] ?? { installationId: null, state: null, pages: 0 }
    const tokens = rows
      .filter(row => row.id !== null)
      .map(({ installationId: _installation, state: _state, pages: _pages, ...token }) => token)
    return { installationId, state, pages, tokens }
  }
