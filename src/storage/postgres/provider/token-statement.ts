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

/** $1 code hash, $2 grant, $3 now, $4 request id, $5 id of a new installation, $6 event id, $7–$9 access, $10–$12 refresh. */
const redeem = `with allowed as (
    select a.id as grant_id, a.consent_id, a.workspace_id, a.connection_id, a.user_id,
      a.user_id as granted_by,      n.capabilities, n.page_ids, n.address
    from authorizations a join consents n on n.id = a.consent_id
    where a.id = $2 for no key update of a
  ), reachable as materialized (
    select path.page_id
    from allowed
    join page_paths path on path.workspace_id = allowed.workspace_id and path.page_id = any(allowed.page_ids)
    join pages root on root.workspace_id = path.workspace_id and root.id = path.path[1]
    where not path.hidden and ${grantorReaches('allowed', 'root')}
  ), consumed as (
    update authorization_codes k set consumed_at = $3, consumed_by = $4
    from allowed
    where k.code_hash = $1 and k.grant_id = allowed.grant_id and k.consumed_at is null
      and exists (select from reachable)
    returning allowed.*
  ), in_force as (
    update consents n set redeemed_at = $3 from consumed where n.id = consumed.consent_id
  ), installation as (
    insert into installations
      (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at, last_used_at)
    select workspace_id, $5::uuid, connection_id, user_id, 'active', capabilities, $3, $3, $3 from consumed
    on conflict (workspace_id, connection_id, user_id) do update
      set state = 'active', state_reason = null, capabilities = excluded.capabilities,
        updated_at = excluded.updated_at, last_used_at = excluded.last_used_at
    returning workspace_id, id, connection_id, user_id
  ), bound as (
    update authorizations a set installation_id = installation.id
    from installation, consumed where a.id = consumed.grant_id
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
    select $7::bytea, grant_id, $8::jsonb, $3, $9::timestamptz from consumed
  ), refresh as (
    insert into refresh_tokens (token_hash, grant_id, payload, issued_at, expires_at)
    select $10::bytea, grant_id, $11::jsonb, $3, $12::timestamptz from consumed where $10::bytea is not null
  ), recorded as (
    insert into events
      (id, at, kind, workspace_id, connection_id, installation_id, actor_id, address, request_id, data)
    select $6::uuid, $3,
      case when installation.id = $5 then 'installation.activated' else 'installation.reinstalled' end,
      installation.workspace_id, installation.connection_id, installation.id, installation.user_id,
      consumed.address, $4,
      jsonb_build_object('consent_id', consumed.consent_id, 'pages', (select count(*) from reachable),
        'capabilities', consumed.capabilities)
    from installation, consumed
  )
  select (select id from installation) as installation_id, exists (select from reachable) as some_reachable`

/** $1 token hash, $2 grant, $3 now, $4 grace from, $5–$7 access, $8–$10 refresh. */
const rotate = `with allowed as (
    select id, workspace_id, installation_id from authorizations where id = $2 for key share
  ), source as (
    update refresh_tokens r set consumed_at = coalesce(r.consumed_at, $3)
    from allowed
    where r.token_hash = $1 and r.grant_id = allowed.id and (r.consumed_at is null or r.consumed_at > $4)
    returning allowed.*
  ), access as (
    insert into access_tokens (token_hash, grant_id, payload, issued_at, expires_at)
    select $5::bytea, id, $6::jsonb, $3, $7::timestamptz from source
  ), refresh as (
    insert into refresh_tokens (token_hash, grant_id, payload, issued_at, expires_at)
    select $8::bytea, id, $9::jsonb, $3, $10::timestamptz from source
    on conflict (token_hash) do nothing
  ), used as (
    update installations i set last_used_at = $3
    from source
    where i.workspace_id = source.workspace_id and i.id = source.installation_id
      and (i.last_used_at is null or i.last_used_at < $3::timestamptz - interval '1 minute')
  )
  select exists (select from source) as rotated`

function tokenValues(token: NewToken | null): unknown[] {
  return token ? [token.hash, JSON.stringify(token.payload), token.expiresAt] : [null, null, null]
}

export function tokenStatements(pool: Pool) {
  return {
    async redeem(codeHash: Buffer, issue: Issue, more: { installationId: string; trace: Trace }) {
      const { rows } = await again(() =>
        pool.query<{ installation_id: string | null; some_reachable: boolean }>({
          name: 'token-redeem',
          text: redeem,
          values: [
            codeHash,
            issue.grantId,
            issue.now,
            more.trace.requestId,
            more.installationId,
            more.trace.eventId,
            ...tokenValues(issue.access),
            ...tokenValues(issue.refresh),
          ],
        }),
      )
      const [row] = rows
      if (row!.installation_id) return { kind: 'redeemed' as const, installationId: row!.installation_id }
      return { kind: row!.some_reachable ? ('lost' as const) : ('no-pages' as const) }
    },

    /** Only what this very request consumed: a redemption by another one stands. */
    async reopenCode(codeHash: Buffer, requestId: string): Promise<void> {
      await pool.query(
        `with reopened as (
           update authorization_codes set consumed_at = null, consumed_by = null
           where code_hash = $1 and consumed_by = $2 returning grant_id
         ), no_access as (
           delete from access_tokens t using reopened where t.grant_id = reopened.grant_id
         )
         delete from refresh_tokens t using reopened where t.grant_id = reopened.grant_id`,
        [codeHash, requestId],
      )
    },

    async rotate(tokenHash: Buffer, issue: Issue, graceFrom: Date): Promise<boolean> {
      const { rows } = await again(() =>
        pool.query<{ rotated: boolean }>({
          name: 'token-rotate',
          text: rotate,
          values: [
            tokenHash,
            issue.grantId,
            issue.now,
            graceFrom,
            ...tokenValues(issue.access),
            ...tokenValues(issue.refresh),
          ],
        }),
      )
      return rows[0]!.rotated
    },

    async contestCode(codeHash: Buffer): Promise<void> {
      await pool.query('update authorization_codes set contested = true where code_hash = $1', [codeHash])
    },

    async endFamily(
      grantId: string,
      kind: string,
      trace: Trace,
      unlessContested: Buffer | null,
    ): Promise<void> {
      await pool.query(
        `with gone as (
           delete from authorizations
           where id = $1
             and not exists (select from authorization_codes where code_hash = $7 and contested)
           returning workspace_id, connection_id, installation_id
         )
         insert into events (id, at, kind, workspace_id, connection_id, installation_id, address, request_id)
         select $2, $3, $4, workspace_id, connection_id, installation_id, $5, $6 from gone`,
        [grantId, trace.eventId, trace.at, kind, trace.address, trace.requestId, unlessContested],
      )
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
