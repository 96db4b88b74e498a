/** Token revocation by the partner. */
import type { Pool } from 'pg'
import type { RevocationStore } from '../../../oidc/ports.ts'

/**
 * $1 token hash, $2 client, $3 now. Deletes the authorization with all its tokens. An installation without another authorization
 * becomes `revoked`; an owner's suspension of it is remembered in the reason.
 */
const revoke = (table: 'access_tokens' | 'refresh_tokens') => `with ended as (
    delete from authorizations a using ${table} t
    where t.token_hash = $1 and a.id = t.grant_id and a.connection_id = $2
    returning a.id, a.workspace_id, a.connection_id, a.installation_id, a.user_id
  ), over as (
    update installations i set state = 'revoked', updated_at = $3, state_reason =
      case when i.state = 'suspended' and i.state_reason = 'by-owner' then 'while-suspended' else 'by-partner' end
    from ended
    where i.workspace_id = ended.workspace_id and i.id = ended.installation_id and i.state in ('active', 'suspended')
      and not exists (select from authorizations other
        where other.installation_id = i.id and other.id <> ended.id and other.expires_at > $3)
    returning i.id
  ), said as (
  insert into events (id, at, kind, workspace_id, connection_id, installation_id, installer_id, address, request_id, data)
  select $4::uuid, $3, 'token.revoked', workspace_id, connection_id, installation_id, user_id, $5, $6,
    jsonb_build_object('installation_over', exists (select from over))
  from ended)
  select id from ended`

export function revocations(pool: Pool): RevocationStore {
  return {
    async revoke(clientId, token, trace) {
      const { rows } = await pool.query<{ id: string }>({
        name: `revoke-${token.kind}`,
        text: revoke(token.kind === 'access' ? 'access_tokens' : 'refresh_tokens'),
        values: [token.hash, clientId, trace.at, trace.eventId, trace.address, trace.requestId],
      })
      return rows[0]?.id ?? null
    },
  }
}
