/** Token revocation by the partner. */
import type { Pool } from 'pg'
import type { RevocationStore } from '../../../oidc/ports.ts'
import { transact } from '../transaction.ts'

type Ended = { id: string; workspaceId: string; installationId: string }

/**
 * $1 token hash, $2 client. Deletes the authorization with all its tokens; a trigger ends an installation that has no other
 * authorization.
 */
const end = (table: 'access_tokens' | 'refresh_tokens') => `delete from authorizations a using ${table} t
  where t.token_hash = $1 and a.id = t.grant_id and a.connection_id = $2
  returning a.id, a.workspace_id as "workspaceId", a.installation_id as "installationId"`

/**
 * $1 workspace, $2 installation, $3 event id, $4 now, $5 address, $6 request id. A statement of its own sees the trigger's
 * effect.
 */
const record = `with by_partner as (
    update installations set state_reason = 'by-partner'
    where workspace_id = $1 and id = $2 and state = 'revoked' and state_reason = 'authorization-ended'
  )
  insert into events (id, at, kind, workspace_id, connection_id, installation_id, installer_id, address, request_id, data)
  select $3::uuid, $4, 'token.revoked', workspace_id, connection_id, id, user_id, $5, $6,
    jsonb_build_object('installation_over', state = 'revoked')
  from installations where workspace_id = $1 and id = $2`

export function revocations(pool: Pool): RevocationStore {
  return {
    async revoke(clientId, token, trace) {
      return transact(pool, async client => {
        const { rows } = await client.query<Ended>({
          name: `revoke-${token.kind}`,
          text: end(token.kind === 'access' ? 'access_tokens' : 'refresh_tokens'),
          values: [token.hash, clientId],
        })
        const [ended] = rows
        if (!ended) return null
        await client.query({
          name: 'revoke-record',
          text: record,
          values: [
            ...[ended.workspaceId, ended.installationId],
            ...[trace.eventId, trace.at, trace.address, trace.requestId],
          ],
        })
        return ended.id
      })
    },
  }
}
