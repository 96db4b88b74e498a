/** Token revocation by the partner: several tokens by one transaction, and one commit. */
import type { Pool } from 'pg'
import type { RevocationStore, Trace } from '../../../oidc/ports.ts'
import { transact } from '../transaction.ts'
import { issuing } from './issue.ts'

/** While one transaction waits for the disk, the next one runs. */
const atOnce = 2

type Token = Parameters<RevocationStore['revoke']>[1]
type Question = { clientId: string; token: Token; trace: Trace }

/** `grantId`: null when the token was in no authorization of the client. */
type Answer = { grantId: string | null }

type Found = { nr: string; id: string | null; workspaceId: string; installationId: string | null }

/**
 * $1 token hashes, $2 whether each is a refresh token, $3 clients. Deletes the authorizations with all their tokens; a trigger
 * ends an installation that has no other authorization.
 *
 * Lock order: authorizations, installations. With several requests in the statement it skips locked rows, and of several
 * authorizations of one installation it takes the first: each event says whether the installation ended with it. A row with a
 * null id has been skipped.
 */
const end = (waits: boolean) => `with known as materialized (
    select asked.nr, a.id, a.workspace_id, a.installation_id
    from unnest((select $1::bytea[]), (select $2::boolean[]), (select $3::uuid[])) with ordinality
      as asked (hash, refresh, client, nr)
    cross join lateral (
      select a.id, a.workspace_id, a.installation_id from authorizations a
      where a.id = case when asked.refresh
          then (select t.grant_id from refresh_tokens t where t.token_hash = asked.hash)
          else (select t.grant_id from access_tokens t where t.token_hash = asked.hash) end
        and a.connection_id = asked.client
      limit 1) a
  ), first as materialized (
    select distinct on (coalesce(installation_id::text, id)) * from known
    order by coalesce(installation_id::text, id), nr
  ), held as materialized (
    select first.* from first
    cross join lateral (
      select a.installation_id from authorizations a where a.id = first.id limit 1 for update ${waits ? '' : 'skip locked'}
    ) a
    where a.installation_id is not distinct from first.installation_id
      and (first.installation_id is null or (
        select true from installations i where i.workspace_id = first.workspace_id and i.id = first.installation_id
        limit 1 for no key update ${waits ? '' : 'skip locked'}))
  ), ended as (
    delete from authorizations a using held where a.id = held.id returning a.id
  )
  select known.nr, ended.id, known.workspace_id as "workspaceId", known.installation_id as "installationId"
  from known left join held on held.nr = known.nr left join ended on ended.id = held.id`

/**
 * $1 workspaces, $2 installations, $3 event ids, $4 now, $5 addresses, $6 request ids. A statement of its own sees the effect of
 * the trigger.
 */
const record = `with ended as materialized (
    select i.workspace_id, i.id, i.connection_id, i.user_id, i.state, i.state_reason,
      asked.event_id, asked.at, asked.address, asked.request_id
    from unnest((select $1::uuid[]), (select $2::uuid[]), (select $3::uuid[]), (select $4::timestamptz[]),
        (select $5::text[]), (select $6::text[]))
      as asked (workspace_id, installation_id, event_id, at, address, request_id)
    cross join lateral (
      select * from installations i where i.workspace_id = asked.workspace_id and i.id = asked.installation_id limit 1) i
  ), by_partner as (
    update installations i set state_reason = 'by-partner' from ended
    where i.workspace_id = ended.workspace_id and i.id = ended.id
      and ended.state = 'revoked' and ended.state_reason = 'authorization-ended'
  )
  insert into events (id, at, kind, workspace_id, connection_id, installation_id, installer_id, address, request_id, data)
  select event_id, at, 'token.revoked', workspace_id, connection_id, id, user_id, address, request_id,
    jsonb_build_object('installation_over', state = 'revoked')
  from ended`

const statements = {
  together: { name: 'token-revoke', text: end(false) },
  alone: { name: 'token-revoke-alone', text: end(true) },
}

export function revocations(pool: Pool): RevocationStore {
  const ask = issuing<Question, Answer>(
    (asked, waits) =>
      transact(pool, async client => {
        const { rows } = await client.query<Found>({
          ...statements[waits ? 'alone' : 'together'],
          values: [
            asked.map(one => one.token.hash),
            asked.map(one => one.token.kind === 'refresh'),
            asked.map(one => one.clientId),
          ],
        })
        const answers: (Answer | null)[] = asked.map(() => ({ grantId: null }))
        // A skipped authorization is asked for alone; when alone, it was ended by another request meanwhile.
        for (const { nr, id } of rows) answers[Number(nr) - 1] = id || waits ? { grantId: id } : null
        const ended = rows.flatMap(row =>
          row.id ? [{ ...row, trace: asked[Number(row.nr) - 1]!.trace }] : [],
        )
        if (ended.length > 0)
          await client.query({
            name: 'token-revoke-record',
            text: record,
            values: [
              ended.map(one => one.workspaceId),
              ended.map(one => one.installationId),
              ended.map(one => one.trace.eventId),
              ended.map(one => one.trace.at),
              ended.map(one => one.trace.address),
              ended.map(one => one.trace.requestId),
            ],
          })
        return answers
      }),
    atOnce,
  )
  return { revoke: async (clientId, token, trace) => (await ask({ clientId, token, trace })).grantId }
}
