import type { Pool } from 'pg'
import type {
  FoundConnection,
  PageConnection,
  PageReading,
  PagesReadings,
} from '../../../web/pages/readings.ts'
import { asColumns, asObject } from '../projection.ts'
import { personReaches } from '../reach.ts'
import { literal, searchable } from '../search-text.ts'
import { barsInstalling } from '../stores/placements.ts'
import { behind, countBelow, nothing, othersReach, rowCountLimit } from './picker/pages.ts'

/** Children of a page that are shown at once. */
const childrenSize = 50
/** Connections that reach a page and are shown. */
const reachingSize = 100
/** Connections that one search shows. */
const foundSize = 50

type Row = Pick<PageReading, 'page' | 'above' | 'children' | 'connections'>

/** $1 workspace, $2 user, $3 page: the page and its path, if this person reaches it. */
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

type Child = PageReading['children'][number]

const page = asObject<PageReading['page']>({
  id: 'here.id',
  title: 'here.title',
  icon: 'here.icon',
  type: 'here.type',
  private: 'here.private',
  alone: 'here.alone',
})

const above = asObject<PageReading['above'][number]>({ id: 'a.id', title: 'a.title' })

const child = asObject<Child>({
  id: 'c.id',
  title: 'c.title',
  icon: 'c.icon',
  type: 'c.type',
  below: countBelow('t', `${rowCountLimit}`),
})

const connection = asObject<PageConnection>({
  installationId: 'o.id',
  connection: asObject<PageConnection['connection']>({
    id: 'o.connection_id',
    name: 'o.name',
    kind: 'o.kind',
    logoHash: 'o.logo_hash',
  }),
  installer: `case when o.installer_id is not null then ${asObject<NonNullable<PageConnection['installer']>>({
    id: 'o.installer_id',
    name: 'o.installer_name',
  })} end`,
  state: 'o.state',
  through: asObject<PageConnection['through']>({ id: 'o.via_id', title: 'o.via_title' }),
  grantedBy: asObject<PageConnection['grantedBy']>({
    id: 'o.granted_by',
    name: 'o.granter',
    present: 'o.granter_present',
  }),
  grants: `(select count(*) from page_grants x
    left join page_paths xt on xt.workspace_id = $1 and xt.page_id = x.page_id and not xt.hidden
    left join pages root on root.workspace_id = $1 and root.id = xt.path[1]
    where x.workspace_id = $1 and x.installation_id = o.id
      and (o.user_id is distinct from $2 or ${personReaches('$2', 'root')}))`,
})

/**
 * $4: with everyone's installations (owners), otherwise with one's own and the workspace's. $5: the child after which the
 * children go on. $6: only this installation.
 */
const pageText = `
  with ${reached}
  select ${page} as page,
    coalesce((select json_agg(${above} order by o.n)
      from unnest(here.path[:cardinality(here.path) - 1]) with ordinality o (id, n)
      join pages a on a.workspace_id = $1 and a.id = o.id), '[]') as above,
    coalesce((select json_agg(${child} order by c.sort_title, c.id)
      from (select * from pages c
        where c.workspace_id = $1 and c.parent_id = here.id and not c.archived and ${behind('c', '$5')}
        order by c.sort_title, c.id limit ${childrenSize} + 1) c
      join page_paths t on t.workspace_id = $1 and t.page_id = c.id), '[]') as children,
    coalesce((select json_agg(${connection} order by o.place)
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
        order by place limit ${reachingSize} + 1) o), '[]') as connections
  from here`

export const readPage =
  (pool: Pool): PagesReadings['page'] =>
  async ({ workspaceId, userId, pageId, everyones, after, installation }) => {
    const { rows } = await pool.query<Row>({
      name: 'page-screen',
      text: pageText,
      values: [workspaceId, userId, pageId, everyones, after ?? nothing, installation],
    })
    const [row] = rows
    if (!row) return null
    const { children, connections } = row
    return {
      ...row,
      children: children.slice(0, childrenSize),
      moreChildren: children.length > childrenSize,
      connections: connections.slice(0, reachingSize),
      moreConnections: connections.length > reachingSize,
    }
  }

/**
 * $4: part of a name. Connections that anyone installed in this workspace, or that belong to it. Of this person's own
 * installations one that was disconnected under an owner's suspension counts as suspended.
 */
const foundText = `
  with ${reached}
  select ${asColumns<FoundConnection>({
    id: 'c.id',
    name: 'c.name',
    kind: 'c.kind',
    logoHash: 'c.logo_hash',
    installUrl: 'c.install_url',
    installation: `case when i.id is not null then ${asObject<NonNullable<FoundConnection['installation']>>({
      id: 'i.id',
      state: `case i.state when 'revoked' then 'suspended' else i.state end`,
    })} end`,
    through: `case when via.id is not null then ${asObject<NonNullable<FoundConnection['through']>>({
      id: 'via.id',
      title: 'via.title',
    })} end`,
  })}
  from here
  join connections c on c.deleted_at is null and c.disabled_at is null and ${searchable('c.name')} ilike $4
    and (c.workspace_id = $1 or exists (
      select from installations x where x.workspace_id = $1 and x.connection_id = c.id
        and x.state in ('active', 'suspended')))
  left join installations i on i.workspace_id = $1 and i.connection_id = c.id
    and (i.user_id = $2 or i.user_id is null) and (i.state in ('active', 'suspended') or ${barsInstalling('i')})
  left join lateral (${nearestGrant}) g on i.state <> 'revoked'
  left join pages via on via.workspace_id = $1 and via.id = g.page_id
  order by lower(c.name), c.id limit ${foundSize} + 1`

/** Empty where the person does not reach the page. */
export const searchPageConnections =
  (pool: Pool): PagesReadings['search'] =>
  async ({ workspaceId, userId, pageId, words }) => {
    const { rows } = await pool.query<FoundConnection>({
      name: 'page-connections',
      text: foundText,
      values: [workspaceId, userId, pageId, `%${literal(words)}%`],
    })
    return { found: rows.slice(0, foundSize), more: rows.length > foundSize }
  }
