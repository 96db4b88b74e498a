/**
 * Writes of the token endpoint, one statement each. Every part depends on the conditional consume, so an error, a refusal or a
 * lost race leaves every row unchanged. The authorization's row is locked first everywhere, which prevents deadlocks.
 */
import type { Pool } from 'pg'
import type { EndedFamily, FamilyEndings, Redemptions, Rotations } from '../../../oidc/ports.ts'
import { redemptions } from './redeem.ts'
import { rotations } from './rotate.ts'

/**
 * $1 grant, $2 event id, $3 now, $4 kind, $5 address, $6 request id, $7 keep it where the code had rivals, $8 the SHA-256 of the
 * reused refresh token (null: the code). The counts are from before the deletion: all parts of the statement see one snapshot.
 */
const endFamily = `with gone as (
    delete from authorizations where id = $1 and not ($7 and rivals > 1)
    returning workspace_id, connection_id, installation_id, user_id
  ), recorded as (
    insert into events (id, at, kind, workspace_id, connection_id, installation_id, installer_id, address, request_id)
    select $2::uuid, $3, $4, workspace_id, connection_id, installation_id,
      case when installation_id is not null then user_id end, $5, $6 from gone
  )
  select exists (select from gone) as ended,
    (select count(*)::int from access_tokens t where t.grant_id = $1 and t.expires_at > $3) as access,
    (select count(*)::int from refresh_tokens t where t.grant_id = $1 and t.expires_at > $3
      and not exists (select from refresh_tokens next where next.parent_hash = t.token_hash)) as refresh,
    (select t.payload->>'from' from refresh_tokens t
      where t.grant_id = $1 and t.parent_hash is not distinct from $8 limit 1) as "firstFrom"`

export function tokenStatements(pool: Pool): Redemptions & Rotations & FamilyEndings {
  return {
    ...redemptions(pool),
    ...rotations(pool),

    async countRivals(codeHash, rivals) {
      await pool.query('update authorizations set rivals = rivals + $2 where code_hash = $1', [
        codeHash,
        rivals,
      ])
    },

    async endFamily(grantId, kind, trace, { parent, unlessContested }) {
      const { rows } = await pool.query<EndedFamily>(endFamily, [
        ...[grantId, trace.eventId, trace.at, kind, trace.address, trace.requestId],
        ...[unlessContested, parent],
      ])
      return rows[0]!
    },
  }
}
