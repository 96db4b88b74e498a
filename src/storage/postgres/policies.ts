import type { ClientBase } from 'pg'
import type { GovernedInstallation } from '../../installs/actions/disconnect-unapproved.ts'
import type { KeptPolicy } from '../../installs/actions/set-policy.ts'
import type { Plan, Policy } from '../../installs/workspace.ts'

export type PolicyRow = {
  plan: Plan
  restrict_installs: Policy['restrictInstalls'] | null
  auto_approve_first_party: boolean | null
  connection_creation: Policy['connectionCreation'] | null
  updated_at: Date | null
  updated_by: string | null
}

/** The rules of workspaces. Each method runs in its action's transaction. */
export function policyStore(client: ClientBase) {
  return {
    /**
     * The workspace's row is held, since its policy may have none yet; whoever refers to the workspace is not kept waiting. The
     * policy is read by a statement of its own: the one that waited still sees what was joined to the row before the wait.
     */
    async holdPolicy(workspaceId: string): Promise<KeptPolicy | null> {
      await client.query('select from workspaces where id = $1 for no key update', [workspaceId])
      const { rows } = await client.query<PolicyRow>(
        `select w.plan, o.restrict_installs, o.auto_approve_first_party, o.connection_creation, o.updated_at, o.updated_by
         from workspaces w left join workspace_policies o on o.workspace_id = w.id
         where w.id = $1`,
        [workspaceId],
      )
      const [row] = rows
      return row ? toPolicy(row) : null
    },

    async savePolicy(workspaceId: string, policy: Policy, by: string | null, now: Date): Promise<void> {
      await client.query(
        `insert into workspace_policies
           (workspace_id, restrict_installs, auto_approve_first_party, connection_creation, updated_by, updated_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (workspace_id) do update set restrict_installs = excluded.restrict_installs,
           auto_approve_first_party = excluded.auto_approve_first_party,
           connection_creation = excluded.connection_creation,
           updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
        [
          workspaceId,
          policy.restrictInstalls,
          policy.autoApproveFirstParty,
          policy.connectionCreation,
          by,
          now,
        ],
      )
    },

    async governed(workspaceId: string): Promise<GovernedInstallation[]> {
      const { rows } = await client.query<GovernedInstallation>(governedSql, [workspaceId])
      return rows
    },
  }
}

/** $1 workspace: live installations of public connections, with what decides whether the policy would let them in. */
export const governedSql = `
  select i.id, i.connection_id as "connectionId", i.user_id as "userId", m.role as "installerRole",
    json_build_object('firstParty', c.first_party, 'approved', exists (
      select from approvals a where a.workspace_id = i.workspace_id and a.connection_id = c.id)) as connection
  from installations i
  join connections c on c.id = i.connection_id and c.kind = 'public'
  left join members m on m.workspace_id = i.workspace_id and m.user_id = i.user_id
  where i.workspace_id = $1 and i.state in ('active', 'suspended')
  order by i.connection_id, i.id`

export function toPolicy(row: PolicyRow): KeptPolicy {
  return {
    plan: row.plan,
    policy: {
      restrictInstalls: row.restrict_installs ?? 'none',
      autoApproveFirstParty: row.auto_approve_first_party ?? false,
      connectionCreation: row.connection_creation ?? 'everyone',
    },
    setAt: row.updated_at,
    setBy: row.updated_by,
  }
}
