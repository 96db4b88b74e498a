/** Members who allowed a connection, with codes to redeem, families to refresh and tokens to ask about. */
import { createHash } from 'node:crypto'
import pg from 'pg'
import { newTokenValue, type TokenPrefix } from '../../src/installs/token-value.ts'
import { seedConnection } from '../support/seed.ts'
import type { Counts, Seeds } from './_contestants.ts'

const membersEach = 100
const pagesEach = 20
const scope = 'read_content update_content'

export type TokenBench = { client: { id: string; secret: string }; redirectUri: string; seeds: Seeds }

const workspace = (w: string) => `md5('workspace ' || ${w})::uuid`
const user = (n: string) => `md5('user ' || ${n})::uuid`
const page = (w: string, p: string) => `md5('page ' || ${w} || ' ' || ${p})::uuid`
const installation = (n: string) => `md5('installation ' || ${n})::uuid`

/** Each code, family and token belongs to another member, who chose one page of their workspace, and so all pages below it. */
export async function growTokens(databaseUrl: string, count: Counts): Promise<TokenBench> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const connection = await seedConnection((text, values) => client.query(text, values), {
      capabilities: scope.split(' '),
    })
    const all = count.codes + count.chains + count.tokens + count.revocations
    await client.query(`set session_replication_role = replica`)
    await client.query(people(all))
    await client.query(authorizations(all, count.codes), [connection.id])
    const [codes, refreshTokens, accessTokens, revocable] = [
      values('lkc_', count.codes),
      values('lkr_', count.chains),
      values('lka_', count.tokens),
      values('lkr_', count.revocations),
    ]
    const [families, singles] = [count.codes, count.codes + count.chains]
    await client.query(
      `update authorizations a set code_hash = hash, payload = $2, created_at = now() + interval '1 day'
       from unnest($1::bytea[]) with ordinality as t (hash, number) where a.id = (number - 1)::text`,
      [codes.map(sha256), { scope, redirectUri: connection.redirectUri }],
    )
    const refresh = { scope, gty: 'authorization_code', iiat: now(), rotations: 0 }
    await keep(client, 'refresh_tokens', refreshTokens, families, refresh)
    await keep(client, 'access_tokens', accessTokens, singles, { scope, gty: 'authorization_code' })
    await keep(client, 'refresh_tokens', revocable, singles + count.tokens, refresh)
    await client.query('vacuum analyze')
    return {
      client: connection,
      redirectUri: connection.redirectUri,
      seeds: { codes, refreshTokens, accessTokens, revocable },
    }
  } finally {
    await client.end()
  }
}

const values = (prefix: TokenPrefix, count: number) =>
  Array.from({ length: count }, () => newTokenValue(prefix))
const now = () => Math.floor(Date.now() / 1000)

const people = (count: number) => `
  create temporary table seat as select n, n / ${membersEach} as w from generate_series(0, ${count - 1}) n;
  insert into workspaces (id, name, plan) select distinct ${workspace('w')}, 'Workspace ' || w, 'free' from seat;
  insert into users (id, email, name) select ${user('n')}, 'u' || n || '@bench.test', 'User ' || n from seat;
  insert into members (workspace_id, user_id, role) select ${workspace('w')}, ${user('n')}, 'member' from seat;
  insert into pages (workspace_id, id, title)
    select ${workspace('w')}, ${page('w', 'p')}, 'Page ' || p from (select distinct w from seat) s, generate_series(1, ${pagesEach}) p;
  insert into page_paths (workspace_id, page_id, path) select workspace_id, id, array[id] from pages`

/** Those before `codes` are allowed and not redeemed; the others are installed. */
const authorizations = (count: number, codes: number) => `
  with chosen as (
    select n, w, array[${page('w', '(n % 20 + 1)')}] as pages
    from seat
  ), consented as (
    insert into consents (id, workspace_id, connection_id, user_id, capabilities, page_ids, created_at, expires_at)
    select ${user('n')}, ${workspace('w')}, $1, ${user('n')}, '{read_content,update_content}', pages, now(), now() + interval '1 day' from chosen
  ), installed as (
    insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
    select ${workspace('w')}, ${installation('n')}, $1, ${user('n')}, 'active', '{read_content,update_content}', now(), now()
    from chosen where n >= ${codes} and n < ${count}
  ), granted as (
    insert into page_grants (workspace_id, installation_id, page_id, granted_by, granted_at)
    select ${workspace('w')}, ${installation('n')}, unnest(pages), ${user('n')}, now() from chosen where n >= ${codes}
  )
  insert into authorizations (id, consent_id, workspace_id, connection_id, user_id, installation_id, payload, expires_at)
  select n::text, ${user('n')}, ${workspace('w')}, $1, ${user('n')}, case when n >= ${codes} then ${installation('n')} end,
    '{}',
    now() + interval '10 days'
  from chosen`

const sha256 = (value: string) => createHash('sha256').update(value).digest()

async function keep(
  client: pg.Client,
  table: 'access_tokens' | 'refresh_tokens',
  secrets: string[],
  from: number,
  payload: Record<string, unknown>,
): Promise<void> {
  await client.query(
    `insert into ${table} (token_hash, grant_id, payload, expires_at)
     select hash, (number - 1 + $2)::text, $3, now() + interval '10 days'
     from unnest($1::bytea[]) with ordinality as t (hash, number)`,
    [secrets.map(sha256), from, payload],
  )
}
