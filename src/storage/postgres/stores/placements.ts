import type { ClientBase, Pool } from 'pg'
import type { Placement } from '../../../installs/policy.ts'
import { approvedSql, onlyOwnersInstall, policySql } from '../policies.ts'
import { asObject } from '../projection.ts'

/** Where only owners install, this member's own approved request lets them in (SQL). Such rows have an index of their own. */
export const requestApproved = (workspace: string, connection: string, user: string) => `exists (
  select from approval_requests q
  where q.workspace_id = ${workspace} and q.connection_id = ${connection} and q.user_id = ${user}
    and q.lets_in and (q.state = 'taken-up' or q.expires_at > now()))`

/** An owner suspended this installation, and it may have been disconnected since (SQL). */
export const barsInstalling = (installation: string) => `(
  ${installation}.state = 'suspended' and ${installation}.state_reason is not distinct from 'by-owner'
  or ${installation}.state = 'revoked' and ${installation}.state_reason is not distinct from 'while-suspended')`

/** An owner suspended this user's own installation (SQL, the arguments too). */
export const suspendedByOwner = (workspace: string, connection: string, user: string) => `exists (
  select from installations si
  where si.workspace_id = ${workspace} and si.connection_id = ${connection} and si.user_id = ${user}
    and ${barsInstalling('si')})`

/**
 * The versions of all rows that decide whether a code may be redeemed, as one text (SQL): of connection `c`, workspace `w`,
 * user `u`, membership `m` and policy `p`. The rules themselves are in installs/policy.ts. A statement that finds another stamp
 * than the one read with the facts makes no change, and the facts are read again.
 */
export const placementStamp = `concat(c.xmin, '/', w.xmin, '/', u.xmin, '/', m.xmin, '/', p.xmin, '/',
  ${approvedSql('w.id')}, '/',
  ${onlyOwnersInstall('p')} and ${requestApproved('w.id', 'c.id', 'u.id')})`

/** A `Placement` as JSON: of workspace `w`, the policy `o`, connection `c` and the user whose id is `user` (SQL). */
export const placementSql = (user: string) =>
  asObject<Placement>({
    role: `(select m.role from members m where m.workspace_id = w.id and m.user_id = ${user})`,
    userDisabled: `not exists (select from users u where u.id = ${user} and not u.disabled)`,
    plan: 'w.plan',
    policy: policySql('o'),
    connection: asObject<Placement['connection']>({
      id: 'c.id',
      kind: 'c.kind',
      origin: 'c.origin',
      firstParty: 'c.first_party',
      disabled: 'c.disabled_at is not null or c.deleted_at is not null',
      capabilities: 'c.capabilities',
      optionalCapabilities: 'c.optional_capabilities',
    }),
    approved: approvedSql('w.id'),
    requestApproved: requestApproved('w.id', 'c.id', user),
    operatorAgents: '(select agents from operator_rules)',
    suspended: suspendedByOwner('w.id', 'c.id', user),
  })

/** The facts that decide whether this user may install the connection there; null: no such workspace or connection. */
export async function readPlacement(
  client: Pool | ClientBase,
  userId: string,
  workspaceId: string,
  connectionId: string,
): Promise<Placement | null> {
  const { rows } = await client.query<{ placement: Placement }>({
    name: 'placement',
    text: `select ${placementSql('$1')} as placement
      from workspaces w
      cross join connections c
      left join workspace_policies o on o.workspace_id = w.id
      where w.id = $2 and c.id = $3`,
    values: [userId, workspaceId, connectionId],
  })
  return rows[0]?.placement ?? null
}
