import type { ClientBase, Pool } from 'pg'
import type { Capability } from '../../../installs/capability.ts'
import type { Placement } from '../../../installs/policy.ts'
import type { Plan, Policy, Role } from '../../../installs/workspace.ts'

/** This member's own approved request lets him in where only owners install (SQL): such rows have an index of their own. */
export const requestApproved = (workspace: string, connection: string, user: string) => `exists (
  select from approval_requests q
  where q.workspace_id = ${workspace} and q.connection_id = ${connection} and q.user_id = ${user}
    and q.lets_in and (q.state = 'taken-up' or q.expires_at > now()))`

/** An owner suspended this installation; it may have been disconnected since. */
export const barsInstalling = (installation: string) => `(
  ${installation}.state = 'suspended' and ${installation}.state_reason is not distinct from 'by-owner'
  or ${installation}.state = 'revoked' and ${installation}.state_reason is not distinct from 'while-suspended')`

/** An owner suspended this user's own installation. The three are SQL. */
export const suspendedByOwner = (workspace: string, connection: string, user: string) => `exists (
  select from installations si
  where si.workspace_id = ${workspace} and si.connection_id = ${connection} and si.user_id = ${user}
    and ${barsInstalling('si')})`

/**
 * All that decides whether a code may be redeemed, as one text that differs once any of it was written (SQL): of connection `c`,
 * workspace `w`, user `u`, his membership `m` and the policy `p`. The rules themselves stand in policy.ts alone; a statement that
 * finds another stamp than the one that was read with the facts goes no further, and they are read again.
 */
export const placementStamp = `concat(c.xmin, '/', w.xmin, '/', u.xmin, '/', m.xmin, '/', p.xmin, '/',
  exists (select from approvals l where l.workspace_id = w.id and l.connection_id = c.id), '/',
  p.restrict_installs = 'owners-only' and ${requestApproved('w.id', 'c.id', 'u.id')})`

/** The columns that a placement is made of, of workspace `w`, connection `c` and the member's user id `user` (SQL). */
export const placementColumns = (user: string) => `
  (select m.role from members m where m.workspace_id = w.id and m.user_id = ${user}) as role,
  not exists (select from users u where u.id = ${user} and not u.disabled) as user_disabled,
  w.plan,
  coalesce(o.restrict_installs, 'none') as restrict_installs,
  coalesce(o.auto_approve_first_party, false) as auto_approve_first_party,
  coalesce(o.connection_creation, 'everyone') as connection_creation,
  exists (select from approvals a where a.workspace_id = w.id and a.connection_id = c.id) as approved,
  ${requestApproved('w.id', 'c.id', user)} as request_approved,
  ${suspendedByOwner('w.id', 'c.id', user)} as suspended,
  c.id as connection_id, c.kind, c.first_party, c.capabilities,
  c.disabled_at is not null or c.deleted_at is not null as disabled`

export type PlacementRow = {
  role: Role | null
  user_disabled: boolean
  plan: Plan
  restrict_installs: Policy['restrictInstalls']
  auto_approve_first_party: boolean
  connection_creation: Policy['connectionCreation']
  approved: boolean
  request_approved: boolean
  suspended: boolean
  connection_id: string
  kind: 'public' | 'internal'
  first_party: boolean
  capabilities: Capability[]
  disabled: boolean
}

export function toPlacement(row: PlacementRow): Placement {
  return {
    role: row.role,
    userDisabled: row.user_disabled,
    plan: row.plan,
    policy: {
      restrictInstalls: row.restrict_installs,
      autoApproveFirstParty: row.auto_approve_first_party,
      connectionCreation: row.connection_creation,
    },
    connection: {
      id: row.connection_id,
      kind: row.kind,
      firstParty: row.first_party,
      disabled: row.disabled,
      capabilities: row.capabilities,
    },
    approved: row.approved,
    requestApproved: row.request_approved,
    suspended: row.suspended,
  }
}

/** What decides whether this user may install the connection there; null when the workspace or the connection does not exist. */
export async function readPlacement(
  client: Pool | ClientBase,
  userId: string,
  workspaceId: string,
  connectionId: string,
): Promise<Placement | null> {
  const { rows } = await client.query<PlacementRow>({
    name: 'placement',
    text: `select ${placementColumns('$1')}
      from workspaces w
      cross join connections c
      left join workspace_policies o on o.workspace_id = w.id
      where w.id = $2 and c.id = $3`,
    values: [userId, workspaceId, connectionId],
  })
  return rows[0] ? toPlacement(rows[0]) : null
}
