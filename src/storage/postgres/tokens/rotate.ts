/** Rotates refresh tokens: several families by one statement, each by its own condition. */
import type { Pool } from 'pg'
import type { Issue, Rotations } from '../../../oidc/ports.ts'
import { notEnded } from '../access.ts'
import { liveClient } from './client.ts'
import { issuing, tokenColumns } from './issue.ts'

/** While one statement waits for the disk, the next one is filled. */
const atOnce = 2

type Question = { tokenHash: Buffer; issue: Issue }

/**
 * $1 token hashes, $2 grants, $3 now, $4–$6 access tokens, $7–$9 the next refresh tokens. Authorizations are locked first and in
 * one order, as everywhere. Checks that the installation is still active. Idempotent: a next token that exists is not issued
 * again. Where a different one exists, derived by a host with another secret key, the statement makes no change.
 */
const rotate = (whenLocked: '' | 'skip locked') => `with source as materialized (
    select asked.*
    from (
      select * from unnest((select $1::bytea[]), (select $2::text[]), (select $3::timestamptz[]),
          (select $4::bytea[]), (select $5::jsonb[]), (select $6::timestamptz[]),
          (select $7::bytea[]), (select $8::jsonb[]), (select $9::timestamptz[])) with ordinality
        as asked (token_hash, grant_id, at, access_hash, access_payload, access_ends,
          refresh_hash, refresh_payload, refresh_ends, nr)
      order by grant_id, token_hash
    ) asked
    cross join lateral (
      select a.id from authorizations a join refresh_tokens r on r.grant_id = a.id
      join connections c on c.id = a.connection_id and ${liveClient}
      join installations i on i.workspace_id = a.workspace_id and i.id = a.installation_id and i.state = 'active'
        and ${notEnded('i', 'asked.at')}
      join members m on m.workspace_id = i.workspace_id and m.user_id = i.user_id
      join users u on u.id = m.user_id and not u.disabled
      where a.id = asked.grant_id and r.token_hash = asked.token_hash
      limit 1 for key share of a, r ${whenLocked}
    ) held
  ), refresh as (
    insert into refresh_tokens (token_hash, parent_hash, grant_id, payload, issued_at, expires_at)
    select refresh_hash, token_hash, grant_id, refresh_payload, at, refresh_ends from source
    on conflict do nothing returning token_hash
  ), confirmed as materialized (
    select * from source
    where refresh_hash in (select token_hash from refresh) or exists (
      select from refresh_tokens next where next.token_hash = source.refresh_hash and next.parent_hash = source.token_hash)
  ), access as (
    insert into access_tokens (token_hash, grant_id, payload, issued_at, expires_at)
    select access_hash, grant_id, access_payload, at, access_ends from confirmed
    on conflict do nothing
  )
  select nr from confirmed`

const statements = {
  together: { name: 'token-rotate', text: rotate('skip locked') },
  alone: { name: 'token-rotate-alone', text: rotate('') },
}

export function rotations(pool: Pool): Rotations {
  const ask = issuing<Question, boolean>(async (asked, waits) => {
    const { rows } = await pool.query<{ nr: string }>({
      ...statements[waits ? 'alone' : 'together'],
      values: [
        asked.map(one => one.tokenHash),
        asked.map(one => one.issue.grantId),
        asked.map(one => one.issue.now),
        ...tokenColumns(asked.map(one => one.issue.access)),
        ...tokenColumns(asked.map(one => one.issue.refresh)),
      ],
    })
    // A skipped authorization is locked by a statement that may or may not end it.
    const answers: (boolean | null)[] = asked.map(() => (waits ? false : null))
    for (const { nr } of rows) answers[Number(nr) - 1] = true
    return answers
  }, atOnce)
  return { rotate: (tokenHash, issue) => ask({ tokenHash, issue }) }
}
