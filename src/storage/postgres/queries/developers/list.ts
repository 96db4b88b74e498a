import type { Pool } from 'pg'
import type { Plan, Policy, Role } from '../../../../installs/workspace.ts'

export type ListedConnection = {
  id: string
  kind: 'public' | 'internal'
  name: string
  logoHash: string | null
  firstParty: boolean
  verified: boolean
  disabledBy: 'developer' | 'operator' | null
  /** null: it belongs to none. */
  workspace: { id: string; name: string; icon: string | null } | null
  /** Who made it; null: the operator, or someone who is gone. */
  creator: { id: string; name: string } | null
  createdAt: Date
}

type Row = Omit<ListedConnection, 'workspace' | 'creator' | 'createdAt'> & {
  workspaceId: string | null
  workspaceName: string | null
  workspaceIcon: string | null
  creatorId: string | null
  creatorName: string | null
  createdAt: Date
}

/** What this person ($1) manages: all of the workspaces that he owns, his own elsewhere (mayManageConnection, as SQL). */
const managedBy = `(m.role = 'owner' or c.created_by = $1 and (m.role = 'member' or c.workspace_id is null))`

/** By workspace, then by name; what belongs to none comes last. */
const order = `c.workspace_id is null, lower(coalesce(w.name, '')),
  coalesce(w.id, '00000000-0000-0000-0000-000000000000'), lower(c.name), c.id`

const text = `
  with mine as (
    select c.*, w.name as workspace_name, w.icon as workspace_icon, row_number() over (order by ${order}) as place
    from connections c
    left join workspaces w on w.id = c.workspace_id
    left join members m on m.workspace_id = c.workspace_id and m.user_id = $1
    where ${managedBy}
      and (c.workspace_id in (select workspace_id from members where user_id = $1) or c.workspace_id is null and c.created_by = $1))
  select c.id, c.kind, c.name, c.logo_hash as "logoHash", c.first_party as "firstParty", c.verified,
    case when c.disabled_at is null then null when c.disabled_by is null then 'operator' else 'developer' end as "disabledBy",
    c.workspace_id as "workspaceId", c.workspace_name as "workspaceName", c.workspace_icon as "workspaceIcon",
    u.id as "creatorId", u.name as "creatorName", c.created_at as "createdAt"
  from mine c left join users u on u.id = c.created_by
  where c.deleted_at is null and c.place > coalesce((select place from mine where id = $2), 0)
  order by c.place limit $3`

/**
 * The connections that this person manages, one window of the list. `after`: the last one of the window before; one that is
 * unknown, or not his, counts as none.
 */
export async function readDevelopersList(
  pool: Pool,
  userId: string,
  after: string | null,
  size: number,
): Promise<{ connections: ListedConnection[]; more: boolean }> {
  const { rows } = await pool.query<Row>({ name: 'developers-list', text, values: [userId, after, size + 1] })
  return {
    connections: rows.slice(0, size).map(row => ({
      id: row.id,
      kind: row.kind,
      name: row.name,
      logoHash: row.logoHash,
      firstParty: row.firstParty,
      verified: row.verified,
      disabledBy: row.disabledBy,
      workspace:
        row.workspaceId === null
          ? null
          : { id: row.workspaceId, name: row.workspaceName!, icon: row.workspaceIcon },
      creator: row.creatorId === null ? null : { id: row.creatorId, name: row.creatorName! },
      createdAt: row.createdAt,
    })),
    more: rows.length > size,
  }
}

/** One of the person's workspaces, with what decides whether he may create a connection there. */
export type PlaceToCreate = {
  id: string
  name: string
  icon: string | null
  plan: Plan
  role: Role
  policy: Policy
}

/** The workspaces that this person is in, by name. */
export async function readPlacesToCreate(pool: Pool, userId: string): Promise<PlaceToCreate[]> {
  const { rows } = await pool.query<Omit<PlaceToCreate, 'policy'> & { policy: Policy }>({
    name: 'developers-places',
    text: `select w.id, w.name, w.icon, w.plan, m.role, jsonb_build_object(
        'restrictInstalls', coalesce(o.restrict_installs, 'none'),
        'autoApproveFirstParty', coalesce(o.auto_approve_first_party, false),
        'connectionCreation', coalesce(o.connection_creation, 'everyone')) as policy
      from members m join workspaces w on w.id = m.workspace_id
      left join workspace_policies o on o.workspace_id = w.id
      where m.user_id = $1 order by lower(w.name), w.id`,
    values: [userId],
  })
  return rows
}
