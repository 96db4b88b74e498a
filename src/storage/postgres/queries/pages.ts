import type { Pool } from 'pg'
import { personReaches } from '../reach.ts'
import { barsInstalling } from '../stores/placements.ts'
import { behind, countBelow, nothing, othersReach, rowCountLimit } from './picker/pages.ts'

/** Children of a page that are shown at once. */
const childrenSize = 50
/** Connections that reach a page and are shown. */
const reachingSize = 100
/** Connections that one search shows. */
const foundSize = 50

export type PageConnection = {
  installationId: string
  connection: { id: string; name: string; kind: 'public' | 'internal'; logoHash: string | null }
  /** Who installed it; null: an internal one. */
  installer: { id: string; name: string } | null
  state: 'active' | 'suspended'
  /** The nearest page that it was granted: this one, or one above it. */
  through: { id: string; title: string }
  /** Who granted that. `present`: he is still in the workspace. */
  grantedBy: { id: string; name: string; present: boolean }
  /** Pages that it was granted in all; of one's own only those that one reaches, the others go with the next change. */
  grants: number
}

export type PageReading = {
  page: {
    id: string
    title: string
    icon: string | null
    type: 'page' | 'database'
    private: boolean
    alone: boolean
  }
  /** From the root down to the page above this one. */
  above: { id: string; title: string }[]
  children: { id: string; title: string; icon: string | null; type: 'page' | 'database'; below: number }[]
  moreChildren: boolean
  connections: PageConnection[]
  /** Others reach it too. */
  moreConnections: boolean
}

type Row = {
  page: PageReading['page']
  above: PageReading['above'] | null
  children: PageReading['children'] | null
  connections: PageConnection[] | null
}

/** $1 workspace, $2 user, $3 page: the page and its path, when this person reaches it. */
const reached = `
  here as materialized (
    select p.id, p.title, p.icon, p.type, root.private, not ${othersReach('root')} as alone, t.path
    from page_paths t
    join pages p on p.workspace_id = $1 and p.id = t.page_id
    join pages root on root.workspace_id = $1 and root.id = t.path[1]
    where t.workspace_id = $1 and t.page_id = $3 and not t.hidden and ${personReaches('$2', 'root')})`

/** The nearest grant of installation `i` on the way up from the page. */
const nearestGrant = `
  select g.page_id, g.granted_by from page_grants g
  where g.workspace_id = $1 and g.installation_id = i.id and g.page_id = any (here.path)
  order by array_position(here.path, g.page_id) desc limit 1`

/** $4: everyone's installations are shown (owners); otherwise one's own and the workspace's. $5: where the children go on. $6: only this installation. */
const pageText = `
  with ${reached}
  select json_build_object('id', here.id, 'title', here.title, 'icon', here.icon, 'type', here.type,
      'private', here.private, 'alone', here.alone) as page,
    (select json_agg(json_build_object('id', a.id, 'title', a.title) order by o.n)
      from unnest(here.path[:cardinality(here.path) - 1]) with ordinality o (id, n)
      join pages a on a.workspace_id = $1 and a.id = o.id) as above,
    (select json_agg(json_build_object('id', c.id, 'title', c.title, 'icon', c.icon, 'type', c.type, 'below',
        ${countBelow('t', `${rowCountLimit}`)}) order by c.sort_title, c.id)
      from (select * from pages c
        where c.workspace_id = $1 and c.parent_id = here.id and not c.archived and ${behind('c', '$5')}
        order by c.sort_title, c.id limit ${childrenSize} + 1) c
      join page_paths t on t.workspace_id = $1 and t.page_id = c.id) as children,
    (select json_agg(json_build_object('installationId', o.id, 'state', o.state,
        'connection', json_build_object('id', o.connection_id, 'name', o.name, 'kind', o.kind, 'logoHash', o.logo_hash),
        'installer', case when o.installer_id is not null
          then json_build_object('id', o.installer_id, 'name', o.installer_name) end,
        'through', json_build_object('id', o.via_id, 'title', o.via_title),
        'grantedBy', json_build_object('id', o.granted_by, 'name', o.granter, 'present', o.granter_present), 'grants', (select count(*) from page_grants x
          left join page_paths xt on xt.workspace_id = $1 and xt.page_id = x.page_id and not xt.hidden
          left join pages root on root.workspace_id = $1 and root.id = xt.path[1]
          where x.workspace_id = $1 and x.installation_id = o.id
            and (o.user_id is distinct from $2 or ${personReaches('$2', 'root')}))) order by o.place)
      from (
        select i.id, i.user_id, i.state, c.id as connection_id, c.name, c.kind, c.logo_hash, u.id as installer_id,
          u.name as installer_name, via.id as via_id, via.title as via_title, g.granted_by, granter.name as granter,
          exists (select from members m where m.workspace_id = $1 and m.user_id = g.granted_by) as granter_present,
          row_number() over (order by lower(c.name), c.id, (i.user_id = $2) desc nulls first, u.name, i.id) as place
        from installations i
        cross join lateral (${nearestGrant}) g
        join pages via on via.workspace_id = $1 and via.id = g.page_id
        join connections c on c.id = i.connection_id and c.deleted_at is null
        join users granter on granter.id = g.granted_by
        left join users u on u.id = i.user_id
        where i.workspace_id = $1 and i.state in ('active', 'suspended')
          and ($4 or i.user_id is null or i.user_id = $2) and ($6::uuid is null or i.id = $6)
        order by place limit ${reachingSize} + 1) o) as connections
  from here`

/** null when there is no such page, or this person does not reach it. */
export async function readPage(
  pool: Pool,
  question: {
    workspaceId: string
    userId: string
    pageId: string
    everyones: boolean
    after: string | null
    installation: string | null
  },
): Promise<PageReading | null> {
  const { workspaceId, userId, pageId, everyones, after, installation } = question
  const { rows } = await pool.query<Row>({
    name: 'page-screen',
    text: pageText,
    values: [workspaceId, userId, pageId, everyones, after ?? nothing, installation],
  })
  const [row] = rows
  if (!row) return null
  const children = row.children ?? []
  const connections = row.connections ?? []
  return {
    page: row.page,
    above: row.above ?? [],
    children: children.slice(0, childrenSize),
    moreChildren: children.length > childrenSize,
    connections: connections.slice(0, reachingSize),
    moreConnections: connections.length > reachingSize,
  }
}

export type FoundConnection = {
  id: string
  name: string
  kind: 'public' | 'internal'
  logoHash: string | null
  installUrl: string | null
  /**
   * The installation that this person can add the page to: his own, or the workspace's; null: he has none. One that was
   * disconnected while an owner's suspension stood is still suspended.
   */
  installation: { id: string; state: string } | null
  /** It reaches the page already, through this one; null: it does not. */
  through: { id: string; title: string } | null
}

/** $4: part of a name. Connections that are installed in this workspace by anyone, or belong to it; no others. */
const foundText = `
  with ${reached}
  select c.id, c.name, c.kind, c.logo_hash as "logoHash", c.install_url as "installUrl",
    case when i.id is not null then json_build_object('id', i.id,
      'state', case i.state when 'revoked' then 'suspended' else i.state end) end as installation,
    case when via.id is not null then json_build_object('id', via.id, 'title', via.title) end as through
  from here
  join connections c on c.deleted_at is null and c.disabled_at is null and c.name ilike $4
    and (c.workspace_id = $1 or exists (
      select from installations x where x.workspace_id = $1 and x.connection_id = c.id
        and x.state in ('active', 'suspended')))
  left join installations i on i.workspace_id = $1 and i.connection_id = c.id
    and (i.user_id = $2 or i.user_id is null) and (i.state in ('active', 'suspended') or ${barsInstalling('i')})
  left join lateral (${nearestGrant}) g on i.state <> 'revoked'
  left join pages via on via.workspace_id = $1 and via.id = g.page_id
  order by lower(c.name), c.id limit ${foundSize} + 1`

/** Empty too when this person does not reach the page. */
export async function searchPageConnections(
  pool: Pool,
  question: { workspaceId: string; userId: string; pageId: string; words: string },
): Promise<{ found: FoundConnection[]; more: boolean }> {
  const { rows } = await pool.query<FoundConnection>({
    name: 'page-connections',
    text: foundText,
    values: [
      question.workspaceId,
      question.userId,
      question.pageId,
      `%${question.words.replace(/[\\%_]/g, '\\$&')}%`,
    ],
  })
  return { found: rows.slice(0, foundSize), more: rows.length > foundSize }
}
