/**
 * Redeems codes for installations and tokens, several by one statement, each by its own conditional consume. After an error, a
 * refusal or a lost race, the code is not consumed and no token is issued.
 */
import type { Pool } from 'pg'
import type { Issue, Redeemed, Redemptions, Trace } from '../../../oidc/ports.ts'
import { grantorReaches } from '../access.ts'
import { barsInstalling, placementStamp } from '../stores/placements.ts'
import { issuing, tokenColumns } from './issue.ts'

/** Two concurrent statements would share locks of connection and workspace rows, which costs more than it saves. */
const atOnce = 1

/** `stamp`: the digest of the placement that was read with the code. */
type More = { installationId: string; stamp: string; trace: Trace }
type Question = More & { codeHash: Buffer; issue: Issue }

const keyOf = (installation: string, one: string) =>
  `${installation}.workspace_id = ${one}.workspace_id and ${installation}.connection_id = ${one}.connection_id
    and ${installation}.user_id = ${one}.user_id`

/** Locks an existing installation, or leaves the redemption to a statement of its own. */
const takesInstallation = `coalesce(
  (select true from installations i where ${keyOf('i', 'allowed')} limit 1 for no key update skip locked),
  not exists (select from installations i where ${keyOf('i', 'allowed')}))`

/**
 * Locks the member's row. Removing a member suspends the installations that exist by then, so the removal must come before or
 * after this statement.
 */
const holdsMember = (waits: boolean) => `(
  select true from members m where m.workspace_id = allowed.workspace_id and m.user_id = allowed.user_id
  limit 1 for key share ${waits ? '' : 'skip locked'})`

/** Policy, approvals, role and connection are those that the decision was based on. */
const unchanged = `allowed.stamp = (
  select ${placementStamp} from connections c
  join workspaces w on w.id = allowed.workspace_id
  join users u on u.id = allowed.user_id
  left join members m on m.workspace_id = w.id and m.user_id = u.id
  left join workspace_policies p on p.workspace_id = w.id
  where c.id = allowed.connection_id)`

/**
 * $1 code hashes, $2 grants, $3 now, $4 ids of new installations, $5 request ids, $6 event ids, $7–$9 access, $10–$12 refresh,
 * $13 stamps.
 *
 * Lock order: authorizations, members, installations. With several requests in the statement it skips locked rows, and of
 * several redemptions for one installation it takes the first, since one statement cannot write a row twice.
 *
 * The caller has checked the policy; the placement must still be the one it read. An owner's suspension in between shows on the
 * installation's row.
 */
const redeem = (waits: boolean) => `with allowed as materialized (
    select asked.*, found.*
    from (
      select * from unnest((select $1::bytea[]), (select $2::text[]), (select $3::timestamptz[]), (select $4::uuid[]),
          (select $5::text[]), (select $6::uuid[]),
          (select $7::bytea[]), (select $8::jsonb[]), (select $9::timestamptz[]),
          (select $10::bytea[]), (select $11::jsonb[]), (select $12::timestamptz[]), (select $13::text[])) with ordinality
        as asked (code_hash, grant_id, at, new_id, request_id, event_id, access_hash, access_payload, access_ends,
          refresh_hash, refresh_payload, refresh_ends, stamp, nr)
      order by grant_id
    ) asked
    cross join lateral (
      select a.id, a.consent_id, a.workspace_id, a.connection_id, a.user_id, a.user_id as granted_by,
        n.capabilities, n.page_ids, n.address, n.access_days, n.access_ends_at
      from authorizations a join consents n on n.id = a.consent_id
      where a.code_hash = asked.code_hash and a.redeemed_at is null
      limit 1 for no key update of a ${waits ? '' : 'skip locked'}
    ) found
  ), first as materialized (
    select distinct on (workspace_id, connection_id, user_id) * from allowed
    order by workspace_id, connection_id, user_id, nr
  ), ready as materialized (
    select * from first allowed where ${unchanged} and ${holdsMember(waits)}${waits ? '' : ` and ${takesInstallation}`}
  ), reachable as materialized (
    select ready.nr, chosen.page_id
    from ready
    cross join lateral (
      select path.page_id
      from page_paths path
      join pages root on root.workspace_id = path.workspace_id and root.id = path.path[1]
      where path.workspace_id = ready.workspace_id and path.page_id = any(ready.page_ids) and not path.hidden
        and ${grantorReaches('ready', 'root')}
      offset 0
    ) chosen
  ), consumed as materialized (
    select * from ready where nr in (select nr from reachable)
  ), installation as (
    insert into installations
      (workspace_id, id, connection_id, user_id, state, capabilities, access_days, access_ends_at, created_at, updated_at, last_used_at)
    select workspace_id, new_id, connection_id, user_id, 'active', capabilities, access_days, access_ends_at, at, at, at
    from consumed
    order by workspace_id, connection_id, user_id
    on conflict (workspace_id, connection_id, user_id) do update
      set state = 'active', state_reason = null, capabilities = excluded.capabilities,
        added_capabilities = array(
          select unnest(installations.added_capabilities) intersect select unnest(excluded.capabilities)),
        access_days = excluded.access_days, access_ends_at = excluded.access_ends_at,
        updated_at = excluded.updated_at, last_used_at = excluded.last_used_at
      where not ${barsInstalling('installations')} or exists (
        select from members m
        where m.workspace_id = excluded.workspace_id and m.user_id = excluded.user_id and m.role = 'owner')
    returning workspace_id, id, connection_id, user_id
  ), placed as materialized (
    select consumed.*, installation.id as installation_id
    from consumed join installation on ${keyOf('installation', 'consumed')}
  ), in_force as (
    update authorizations a
    set redeemed_at = placed.at, redeemed_by = placed.request_id, installation_id = placed.installation_id
    from placed where a.id = placed.id
  ), withdrawn as (
    delete from page_grants g using placed
    where g.workspace_id = placed.workspace_id and g.installation_id = placed.installation_id
      and not exists (select from reachable where reachable.nr = placed.nr and reachable.page_id = g.page_id)
  ), granted as (
    insert into page_grants (workspace_id, installation_id, page_id, granted_by, granted_at)
    select placed.workspace_id, placed.installation_id, reachable.page_id, placed.user_id, placed.at
    from placed join reachable on reachable.nr = placed.nr
    on conflict (workspace_id, installation_id, page_id) do update
      set granted_by = excluded.granted_by, granted_at = excluded.granted_at
  ), access as (
    insert into access_tokens (token_hash, grant_id, payload, issued_at, expires_at)
    select access_hash, id, access_payload, at, access_ends from placed
  ), refresh as (
    insert into refresh_tokens (token_hash, grant_id, payload, issued_at, expires_at)
    select refresh_hash, id, refresh_payload, at, refresh_ends from placed where refresh_hash is not null
  ), recorded as (
    insert into events
      (id, at, kind, workspace_id, connection_id, installation_id, installer_id, actor_id, address, request_id, data)
    select event_id, at,
      case when installation_id = new_id then 'installation.activated' else 'installation.reinstalled' end,
      workspace_id, connection_id, installation_id, user_id, user_id, address, request_id,
      jsonb_build_object('consent_id', consent_id,
        'pages', (select count(*) from reachable where reachable.nr = placed.nr), 'capabilities', capabilities)
    from placed
  )
  select allowed.nr, placed.installation_id,
    allowed.nr in (select nr from ready) and allowed.nr not in (select nr from reachable) as no_pages
  from allowed left join placed on placed.nr = allowed.nr`

const statements = {
  together: { name: 'token-redeem', text: redeem(false) },
  alone: { name: 'token-redeem-alone', text: redeem(true) },
}

export function redemptions(pool: Pool): Redemptions {
  const ask = issuing<Question, Redeemed>(async (asked, waits) => {
    const { rows } = await pool.query<{ nr: string; installation_id: string | null; no_pages: boolean }>({
      ...statements[waits ? 'alone' : 'together'],
      values: [
        asked.map(one => one.codeHash),
        asked.map(one => one.issue.grantId),
        asked.map(one => one.issue.now),
        asked.map(one => one.installationId),
        asked.map(one => one.trace.requestId),
        asked.map(one => one.trace.eventId),
        ...tokenColumns(asked.map(one => one.issue.access)),
        ...tokenColumns(asked.map(one => one.issue.refresh)),
        asked.map(one => one.stamp),
      ],
    })
    // Requests that failed together with others are asked alone, which also tells the reason.
    const answers: (Redeemed | null)[] = asked.map(() => (waits ? { kind: 'lost' } : null))
    for (const { nr, installation_id, no_pages } of rows)
      if (installation_id) answers[Number(nr) - 1] = { kind: 'redeemed', installationId: installation_id }
      else if (waits) answers[Number(nr) - 1] = { kind: no_pages ? 'no-pages' : 'changed' }
    return answers
  }, atOnce)
  return {
    redeem: (codeHash, issue, more) => ask({ codeHash, issue, ...more }),

    /** Undoes a redemption by this request only. */
    async reopenCode(codeHash, issue, requestId) {
      await pool.query(
        `with reopened as (
           update authorizations set redeemed_at = null, redeemed_by = null, installation_id = null
           where code_hash = $1 and redeemed_by = $2 returning id
         ), no_access as (
           delete from access_tokens t using reopened where t.token_hash = $3
         )
         delete from refresh_tokens t using reopened where t.token_hash = $4`,
        [codeHash, requestId, issue.access.hash, issue.refresh?.hash ?? null],
      )
    },
  }
}
