/**
 * What the token endpoint writes, one statement each: every part depends on the conditional consume, so that a fault, a
 * refusal or a lost race leaves nothing consumed and nothing issued, and the cost is one commit or less.
 *
 * The authorization's row is locked first, as whoever ends an authorization locks it first: the two wait for each other
 * instead of dying of each other.
 */
import type { Pool } from 'pg'
import type { Trace } from './issue.ts'
import { redemptions } from './redeem.ts'
import { rotations } from './rotate.ts'

type EndedFamily = { ended: boolean; access: number; refresh: number; firstFrom: string | null }

/**
 * $1 grant, $2 event id, $3 now, $4 kind, $5 address, $6 request id, $7 not where the code had rivals, $8 the hash of the token
 * that was used before (null: the code). The counts are of before the end: all parts see the tokens that the trigger takes.
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

export function tokenStatements(pool: Pool) {
  return {
    ...redemptions(pool),
    ...rotations(pool),

    async countRivals(codeHash: Buffer, rivals: number): Promise<void> {
      await pool.query('update authorizations set rivals = rivals + $2 where code_hash = $1', [
        codeHash,
        rivals,
      ])
    },

    async endFamily(
      grantId: string,
      kind: string,
      trace: Trace,
      { parent, unlessContested }: { parent: Buffer | null; unlessContested: boolean },
    ): Promise<EndedFamily> {
      const { rows } = await pool.query<EndedFamily>(endFamily, [
        ...[grantId, trace.eventId, trace.at, kind, trace.address, trace.requestId],
        ...[unlessContested, parent],
      ])
      return rows[0]!
    },
  }
}
