/**
 * Token issue as one statement each: every part depends on the conditional consume, so that a fault, a refusal or a lost race
 * leaves nothing consumed and nothing issued, and the cost is one commit.
 *
 * The authorization's row is locked first, as whoever ends an authorization locks it first: the two wait for each other
 * instead of dying of each other.
 */
import type { Pool } from 'pg'
import { grantorReaches } from '../access.ts'

type Payload = Record<string, unknown>
type NewToken = { hash: Buffer; payload: Payload; expiresAt: Date }
type Issue = { grantId: string; access: NewToken; refresh: NewToken | null; now: Date }
type Trace = { eventId: string; at: Date; address: string | null; requestId: string }

/** $1 code hash, $2 id of a new installation, $3 now, $4 request id, $5 event id, $6–$8 access, $9–$11 refresh. */
const redeem = `with allowed as (
    select a.id, a.consent_id, a.workspace_id, a.connection_id, a.user_id, a.user_id as granted_by,
      n.capabilities, n.page_ids, n.address
    from authorizations a join consents n on n.id = a.consent_id
    where a.code_hash = $1 and a.redeemed_at is null for no key update of a
  ), reachable as materialized (
    select path.page_id
    from allowed
    join page_paths path on path.workspace_id = allowed.workspace_id and path.page_id = any(allowed.page_ids)
    join pages root on root.workspace_id = path.workspace_id and root.id = path.path[1]
    where not path.hidden and ${grantorReaches('allowed', 'root')}
  ), consumed as materialized (
    select * from allowed where exists (select from reachable)
  ), installation as (
    insert into installations
      (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at, last_used_at)
    select workspace_id, $2::uuid, connection_id, user_id, 'active', capabilities, $3, $3, $3 from consumed
    on conflict (workspace_id, connection_id, user_id) do update
      set state = 'active', state_reason = null, capabilities = excluded.capabilities,
        updated_at = excluded.updated_at, last_used_at = excluded.last_used_at
    returning workspace_id, id, connection_id, user_id
  ), in_force as (
    update authorizations a
    set redeemed_at = $3::timestamptz, redeemed_by = $4, installation_id = installation.id
    from installation, consumed where a.id = consumed.id
  ), withdrawn as (
    delete from page_grants g using installation
    where g.workspace_id = installation.workspace_id and g.installation_id = installation.id
      and g.page_id not in (select page_id from reachable)
  ), granted as (
    insert into page_grants (workspace_id, installation_id, page_id, granted_by, granted_at)
    select installation.workspace_id, installation.id, reachable.page_id, installation.user_id, $3
    from installation, reachable
    on conflict (workspace_id, installation_id, page_id) do update
      set granted_by = excluded.granted_by, granted_at = excluded.granted_at
  ), access as (
    insert into access_tokens (token_hash, grant_id, payload, issued_at, expires_at)
    select $6::bytea, id, $7::jsonb, $3, $8::timestamptz from consumed
  ), refresh as (
    insert into refresh_tokens (token_hash, grant_id, payload, issued_at, expires_at)
    select $9::bytea, id, $10::jsonb, $3, $11::timestamptz from consumed where $9::bytea is not null
  ), recorded as (
    insert into events
      (id, at, kind, workspace_id, connection_id, installation_id, actor_id, address, request_id, data)
    select $5::uuid, $3,
      case when installation.id = $2 then 'installation.activated' else 'installation.reinstalled' end,
      installation.workspace_id, installation.connection_id, installation.id, installation.user_id,
      consumed.address, $4,
      jsonb_build_object('consent_id', consumed.consent_id, 'pages', (select count(*) from reachable),
        'capabilities', consumed.capabilities)
    from installation, consumed
  )
  select (select id from installation) as installation_id, exists (select from allowed) as in_time`

/** $1 token hash, $2 grant, $3 now, $4–$6 access, $7–$9 the successor. */
const rotate = `with source as materialized (
    select a.id from authorizations a join refresh_tokens r on r.grant_id = a.id
    where a.id = $2 and r.token_hash = $1 for key share
  ), access as (
    insert into access_tokens (token_hash, grant_id, payload, issued_at, expires_at)
    select $4::bytea, id, $5::jsonb, $3::timestamptz, $6::timestamptz from source
  ), refresh as (
    insert into refresh_tokens (token_hash, parent_hash, grant_id, payload, issued_at, expires_at)
    select $7::bytea, $1, id, $8::jsonb, $3::timestamptz, $9::timestamptz from source
    on conflict do nothing
  )
  select exists (select from source) as rotated`

type EndedFamily = { ended: boolean; access: number; refresh: number; firstFrom: string | null }

/**
 * $1 grant, $2 event id, $3 now, $4 kind, $5 address, $6 request id, $7 not where the code had rivals, $8 the hash of the token
 * that was used before (null: the code). The counts are of before the end: all parts see the tokens that the trigger takes.
 */
const endFamily = `with gone as (
    delete from authorizations where id = $1 and not ($7 and rivals > 1)
    returning workspace_id, connection_id, installation_id
  ), recorded as (
    insert into events (id, at, kind, workspace_id, connection_id, installation_id, address, request_id)
    select $2::uuid, $3, $4, workspace_id, connection_id, installation_id, $5, $6 from gone
  )
  select exists (select from gone) as ended,
    (select count(*)::int from access_tokens t where t.grant_id = $1 and t.expires_at > $3) as access,
    (select count(*)::int from refresh_tokens t where t.grant_id = $1 and t.expires_at > $3
      and not exists (select from refresh_tokens next where next.parent_hash = t.token_hash)) as refresh,
    (select t.payload->>'from' from refresh_tokens t
      where t.grant_id = $1 and t.parent_hash is not distinct from $8 limit 1) as "firstFrom"`

function tokenValues(token: NewToken | null): unknown[] {
  return token ? [token.hash, JSON.stringify(token.payload), token.expiresAt] : [null, null, null]
}

export function tokenStatements(pool: Pool) {
  return {
    async redeem(codeHash: Buffer, issue: Issue, more: { installationId: string; trace: Trace }) {
      const { rows } = await again(() =>
        pool.query<{ installation_id: string | null; in_time: boolean }>({
          name: 'token-redeem',
          text: redeem,
          values: [
            codeHash,
            more.installationId,
            issue.now,
            more.trace.requestId,
            more.trace.eventId,
            ...tokenValues(issue.access),
            ...tokenValues(issue.refresh),
          ],
        }),
      )
      const { installation_id, in_time } = rows[0]!
      if (installation_id) return { kind: 'redeemed' as const, installationId: installation_id }
      return { kind: in_time ? ('no-pages' as const) : ('lost' as const) }
    },

    /** Only what this very request redeemed: a redemption by another one stands. */
    async reopenCode(codeHash: Buffer, issue: Issue, requestId: string): Promise<void> {
      await pool.query(
        `with reopened as (
           update authorizations set redeemed_at = null, redeemed_by = null
           where code_hash = $1 and redeemed_by = $2 returning id
         ), no_access as (
           delete from access_tokens t using reopened where t.token_hash = $3
         )
         delete from refresh_tokens t using reopened where t.token_hash = $4`,
        [codeHash, requestId, issue.access.hash, issue.refresh?.hash ?? null],
      )
    },

    async rotate(tokenHash: Buffer, issue: Issue): Promise<boolean> {
      const { rows } = await again(() =>
        pool.query<{ rotated: boolean }>({
          name: 'token-rotate',
          text: rotate,
          values: [
            tokenHash,
            issue.grantId,
            issue.now,
            ...tokenValues(issue.access),
            ...tokenValues(issue.refresh),
          ],
        }),
      )
      return rows[0]!.rotated
    },

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

/** A deadlock's victim was taken back whole: asking once more is safe. */
async function again<T>(statement: () => Promise<T>): Promise<T> {
  try {
    return await statement()
  } catch (fault) {
    if ((fault as { code?: string }).code !== '40P01') throw fault
    return statement()
  }
}
