/** Reads a token's current access together with the client that asks. Concurrent requests share one statement. */
import type { Pool } from 'pg'
import type { ClientProof, IntrospectionStore, TokenInForce } from '../../../oidc/ports.ts'
import { type BearerRow, bearerSql, grantorReaches, notEnded, toBearer } from '../access.ts'
import { batch, inOrder, together } from '../batch.ts'
import { clientProof, liveClient, type ProofRow, toProof } from './client.ts'

type Kind = 'access' | 'refresh' | 'internal'

/** An active refresh token: $1 its SHA-256, $2 now. */
const refreshSql = `select i.workspace_id, i.id as installation_id, i.user_id, i.connection_id,
    c.name as connection_name, i.capabilities, i.added_capabilities, t.payload->>'scope' as scope, t.payload->>'resource' as audience, null as jkt,
    null::uuid as internal_token_id
  from refresh_tokens t
  join authorizations a on a.id = t.grant_id and a.expires_at > $2
  join installations i on i.workspace_id = a.workspace_id and i.id = a.installation_id and i.state = 'active'
    and ${notEnded('i', '$2')}
  join connections c on c.id = i.connection_id and c.disabled_at is null and c.deleted_at is null
  join members m on m.workspace_id = i.workspace_id and m.user_id = i.user_id
  join users u on u.id = m.user_id and not u.disabled
  where t.token_hash = $1 and t.expires_at > $2
    and not exists (select from refresh_tokens next where next.parent_hash = t.token_hash)`

const tokenTimes: Record<Kind, string> = {
  access: `(select issued_at, expires_at from access_tokens where token_hash = $1)`,
  refresh: `(select issued_at, expires_at from refresh_tokens where token_hash = $1)`,
  internal: `(select created_at as issued_at, expires_at from internal_tokens where token_hash = $1)`,
}

/** $3: the client that asks, which sees its own tokens; a resource server sees all. */
const introspectOne = (
  kind: Kind,
) => `select ${clientProof}, b.*, t.issued_at as "issuedAt", t.expires_at as "expiresAt", array(
    select g.page_id from page_grants g
    join page_paths w on w.workspace_id = g.workspace_id and w.page_id = g.page_id and not w.hidden
    join pages root on root.workspace_id = w.workspace_id and root.id = w.path[1]
    where g.workspace_id = b.workspace_id and g.installation_id = b.installation_id
      and ${grantorReaches('g', 'root')}
    order by g.page_id)::text[] as "pageIds"
  from connections c
  left join ((${kind === 'refresh' ? refreshSql : bearerSql(kind)}) b cross join ${tokenTimes[kind]} t)
    on b.connection_id = c.id or c.resource_server
  where c.id = $3 and ${liveClient}`

/** Serves many questions, each by an index lookup of its own: see pageStatements of access.ts. */
const introspect = (kind: Kind) => ({
  name: `introspect-${kind}`,
  text: `select asked.nr, one.*
    from unnest((select $1::bytea[]), (select $2::timestamptz[]), (select $3::uuid[]))
      with ordinality asked (hash, at, client, nr)
    cross join lateral (${introspectOne(kind)
      .replaceAll('$1', 'asked.hash')
      .replaceAll('$2', 'asked.at')
      .replaceAll('$3', 'asked.client')} limit 1) one`,
})

type Row = ProofRow &
  BearerRow & {
    nr: string
    issuedAt: Date
    expiresAt: Date | null
    pageIds: string[]
    workspace_id: string | null
  }
type Question = { clientId: string; hash: Buffer; now: Date }
type Answer = { client: ClientProof | null; token: TokenInForce | null }

export function introspections(pool: Pool): IntrospectionStore {
  const asking = (kind: Kind) => {
    const statement = introspect(kind)
    return batch<Question, Answer>(async asked => {
      const { rows } = await pool.query<Row>({
        ...statement,
        values: [asked.map(one => one.hash), asked.map(one => one.now), asked.map(one => one.clientId)],
      })
      return inOrder(asked.length, rows, toAnswer)
    }, together)
  }
  const ask = { access: asking('access'), refresh: asking('refresh'), internal: asking('internal') }
  return {
    introspect: (clientId, { kind, hash }, now) => ask[kind]({ clientId, hash, now }),
  }
}

function toAnswer(row: Row | undefined): Answer {
  if (!row?.workspace_id) return { client: toProof(row), token: null }
  const { issuedAt, expiresAt, pageIds } = row
  return { client: toProof(row), token: { ...toBearer(row), issuedAt, expiresAt, pageIds } }
}
