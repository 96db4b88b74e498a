/**
 * The user that a token acts for and the pages that it reaches, one named prepared statement each. Answers are never cached:
 * disconnecting, deselecting a page, removing a member or closing a page takes effect on the next request.
 */
import type { Pool } from 'pg'
import type { AccessReadings, PageAnswer } from '../../api/ports.ts'
import type { Bearer, PresentedToken, ReachedPage } from '../../installs/bearer.ts'
import { type Capability, capabilitiesOfToken } from '../../installs/capability.ts'
import { batch } from './batch.ts'
import type { Queryable } from './pool.ts'

// The questions below are scalar subqueries rather than joins or "exists": those the planner answers row by row through the
// key, whatever it believes about the sizes of tables. A plan that was made on an empty database may serve a full one.

/** A member who is still in the workspace and not disabled. */
const stillMember = (workspace: string, user: string) => `coalesce((
  select true from members m join users u on u.id = m.user_id and not u.disabled
  where m.workspace_id = ${workspace} and m.user_id = ${user}), false)`

/**
 * The granter of a page must still reach it: members reach the pages below open roots, and everyone, guests too,
 * those below the private roots that list them.
 */
export const grantorReaches = (grant: string, root: string) => `coalesce((
  select case when ${root}.private or m.role = 'guest' then (
      select true from page_viewers v
      where v.workspace_id = ${root}.workspace_id and v.page_id = ${root}.id and v.user_id = m.user_id) else true end
  from members m join users u on u.id = m.user_id and not u.disabled
  where m.workspace_id = ${grant}.workspace_id and m.user_id = ${grant}.granted_by), false)`

/**
 * The row of a live token: $1 is its SHA-256, $2 the current time. `jkt`: the key that it is bound to (RFC 9449), which the caller
 * checks. A token bound to a certificate (RFC 8705) is not found here.
 */
export function bearerSql(kind: PresentedToken['kind']): string {
  const own =
    kind === 'access'
      ? `t.payload->>'scope' as scope, t.payload->>'aud' as audience, t.payload->>'jkt' as jkt, null::uuid as internal_token_id
         from access_tokens t
         join authorizations a on a.id = t.grant_id and a.expires_at > $2
         join installations i on i.workspace_id = a.workspace_id and i.id = a.installation_id`
      : `null as scope, null as audience, null as jkt, t.id as internal_token_id
         from internal_tokens t
         join installations i on i.workspace_id = t.workspace_id and i.id = t.installation_id`
  const inForce =
    kind === 'access'
      ? `t.expires_at > $2 and not t.payload ? 'x5t#S256'`
      : `t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)`
  return `select i.workspace_id, i.id as installation_id, i.user_id, i.connection_id, c.name as connection_name,
      i.capabilities, i.added_capabilities, ${own}
    join connections c on c.id = i.connection_id and c.disabled_at is null and c.deleted_at is null
    where t.token_hash = $1 and ${inForce} and i.state = 'active' and ${notEnded('i', '$2')}
      and (i.user_id is null or ${stillMember('i.workspace_id', 'i.user_id')})`
}

/** The member allowed access until a moment that is still to come, or without an end. */
export const notEnded = (installation: string, now: string) =>
  `coalesce(${installation}.access_ends_at, 'infinity') > ${now}`

/** The columns of a page as every reading returns them; `reached` says whether its parent is reached too. */
export const pageColumns = (page: string, parentReached: string) => `${page}.id, ${page}.parent_id,
  ${parentReached} as parent_reached, ${page}.title, ${page}.icon, ${page}.type, ${page}.created_at, ${page}.updated_at,
  ${page}.created_by, ${page}.last_edited_by`

/**
 * The page `id` if bearer `b` reaches it: some grant in force is the page itself or an ancestor of it. A grant on an
 * ancestor reaches the parent as well, which is why one aggregate answers both.
 */
export const reachedPageSql = (id: string) => `
  select ${pageColumns('p', 'g.on_ancestor')}
  from page_paths w
  join pages p on p.workspace_id = w.workspace_id and p.id = w.page_id
  join pages root on root.workspace_id = w.workspace_id and root.id = w.path[1]
  cross join lateral (
    select bool_or(g.page_id <> w.page_id) as on_ancestor from page_grants g
    where g.workspace_id = w.workspace_id and g.installation_id = b.installation_id and g.page_id = any (w.path)
      and ${grantorReaches('g', 'root')}) g
  where w.workspace_id = b.workspace_id and w.page_id = ${id} and not w.hidden and g.on_ancestor is not null`

/** Those of the pages $3 that bearer `b` reaches, asked one by one: the cost does not grow with the number of grants. */
const eachReachedSql = `array(
  select asked.id from unnest((select $3::uuid[])) asked (id) cross join lateral (${reachedPageSql('asked.id')} limit 1) p)`

/**
 * The same, with every grant in force read once, which pays while they are fewer than the pages. A page has the root of each of
 * its ancestors, so a grant is in force for all pages below it or for none.
 */
const belowGrantsSql = `(
  select array(
    select asked.id from unnest((select $3::uuid[])) asked (id)
    cross join lateral (
      select w.path from page_paths w
      where w.workspace_id = b.workspace_id and w.page_id = asked.id and not w.hidden limit 1) w
    where w.path && granted.ids)
  from (
    select array(
      select g.page_id
      from (
        select * from page_grants g where g.workspace_id = b.workspace_id and g.installation_id = b.installation_id
        offset 0) g
      cross join lateral (
        select w.path[1] as id from page_paths w where w.workspace_id = g.workspace_id and w.page_id = g.page_id
        limit 1) top
      cross join lateral (
        select p.workspace_id, p.id, p.private from pages p where p.workspace_id = g.workspace_id and p.id = top.id
        limit 1) root
      where ${grantorReaches('g', 'root')}) as ids
    offset 0) granted)`

const bearerStatements = statements('bearer', kind => bearerSql(kind))

/**
 * Many questions at once, each its own token ($1), page ($2) and moment ($3). The arrays come as subqueries: their length then
 * hides the sizes from the planner, and one plan serves all. "limit 1" keeps each question by itself, answered through the keys.
 */
const pageStatements = statements('bearer-page', kind => {
  const bearer = bearerSql(kind).replaceAll('$1', 'asked.hash').replaceAll('$2', 'asked.at')
  return `
    select asked.nr, b.*, p.*
    from unnest((select $1::bytea[]), (select $2::uuid[]), (select $3::timestamptz[]))
      with ordinality asked (hash, page, at, nr)
    cross join lateral (${bearer} limit 1) b
    left join lateral (${reachedPageSql('asked.page')} limit 1) p on true`
})

const pagesStatements = statements(
  'bearer-pages',
  kind => `select b.*, case when held.few then ${belowGrantsSql} else ${eachReachedSql} end::text[] as reached
    from (${bearerSql(kind)} limit 1) b
    cross join lateral (
      select count(*) <= cardinality($3::uuid[]) / 3 as few
      from (
        select from page_grants g where g.workspace_id = b.workspace_id and g.installation_id = b.installation_id
        limit cardinality($3::uuid[]) / 3 + 1
      ) g offset 0) held`,
)

/** Pages that are asked for at the same time are looked up together: two such queries at once keep the database busy. */
const together = { atOnce: 2, most: 64 }

export function openAccess(pool: Pool): AccessReadings {
  const page = {
    access: batch((asked: PageQuestion[]) => readPages(pool, 'access', asked), together),
    internal: batch((asked: PageQuestion[]) => readPages(pool, 'internal', asked), together),
  }
  return {
    async bearer(token, now) {
      const { rows } = await pool.query({ ...bearerStatements[token.kind], values: [token.hash, now] })
      return rows[0] ? toBearer(rows[0]) : null
    },
    page: (token, id, now) => page[token.kind]({ hash: token.hash, id, now }),
    async pages(token, ids, now) {
      const { rows } = await pool.query({ ...pagesStatements[token.kind], values: [token.hash, now, ids] })
      const row = rows[0]
      return row ? { bearer: toBearer(row), reached: row.reached } : null
    },
  }
}

export type PageQuestion = { hash: Buffer; id: string; now: Date }

/** On a pool, or within a transaction that must not outlive the right to it. The answers in the order of the questions. */
export async function readPages(
  database: Queryable,
  kind: PresentedToken['kind'],
  asked: PageQuestion[],
): Promise<PageAnswer[]> {
  const { rows } = await database.query<BearerRow & PageRow & { nr: string }>({
    ...pageStatements[kind],
    values: [asked.map(one => one.hash), asked.map(one => one.id), asked.map(one => one.now)],
  })
  const answers: PageAnswer[] = asked.map(() => null)
  for (const row of rows)
    answers[Number(row.nr) - 1] = { bearer: toBearer(row), page: row.id === null ? null : toPage(row) }
  return answers
}

export type Statement = { name: string; text: string }

/** One named statement for each kind of token. */
export function statements(
  name: string,
  text: (kind: PresentedToken['kind']) => string,
): Record<PresentedToken['kind'], Statement> {
  const of = (kind: PresentedToken['kind']) => ({ name: `${name}-${kind}`, text: text(kind) })
  return { access: of('access'), internal: of('internal') }
}

export type BearerRow = {
  workspace_id: string
  installation_id: string
  user_id: string | null
  connection_id: string
  connection_name: string
  capabilities: Capability[]
  added_capabilities: Capability[]
  scope: string | null
  audience: string | null
  jkt: string | null
  internal_token_id: string | null
}

/** An internal token has no scope of its own: it has the capabilities of its installation. */
export function toBearer(row: BearerRow): Bearer {
  return {
    workspaceId: row.workspace_id,
    installationId: row.installation_id,
    connectionId: row.connection_id,
    connectionName: row.connection_name,
    userId: row.user_id,
    capabilities:
      row.internal_token_id === null
        ? capabilitiesOfToken(row.scope ?? '', {
            capabilities: row.capabilities,
            addedCapabilities: row.added_capabilities,
          })
        : row.capabilities,
    audience: row.audience,
    jkt: row.jkt,
    internalTokenId: row.internal_token_id,
  }
}

export type PageRow = {
  id: string
  parent_id: string | null
  parent_reached: boolean
  title: string
  icon: string | null
  type: 'page' | 'database'
  /** A Date from a column, text from JSON. */
  created_at: Date | string
  updated_at: Date | string
  created_by: string | null
  last_edited_by: string | null
}

export function toPage(row: PageRow): ReachedPage {
  return {
    id: row.id,
    parentId: row.parent_id,
    parentReached: row.parent_reached,
    title: row.title,
    icon: row.icon,
    type: row.type,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
    createdBy: row.created_by,
    lastEditedBy: row.last_edited_by,
  }
}
