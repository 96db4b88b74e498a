import type { Pool } from 'pg'
import type { GovernedInstallation } from '../../../../installs/actions/disconnect-unapproved.ts'
import type { KeptPolicy } from '../../../../installs/actions/set-policy.ts'
import { governedSql, type PolicyRow, toPolicy } from '../../policies.ts'

/** One installation that the policy is held against, with the names that a screen needs. */
export type NamedInstallation = GovernedInstallation & { connectionName: string; personName: string | null }

export type PolicyReading = {
  kept: KeptPolicy
  /** Who set it last; null: nobody yet, or someone who is gone. */
  setByName: string | null
  /** Live installations of public connections, by the connection's name; empty where the policy restricts nothing. */
  installed: NamedInstallation[]
}

type Row = PolicyRow & { set_by_name: string | null; installed: NamedInstallation[] }

const text = `
  select w.plan, o.restrict_installs, o.auto_approve_first_party, o.connection_creation, o.updated_at, o.updated_by,
    u.name as set_by_name,
    case when w.plan = 'enterprise' and o.restrict_installs <> 'none' then coalesce((
      select json_agg(json_build_object('id', g.id, 'connectionId', g."connectionId", 'userId', g."userId",
          'installerRole', g."installerRole", 'connection', g.connection, 'connectionName', c.name, 'personName', p.name)
        order by lower(c.name), c.id, lower(p.name), g.id)
      from (${governedSql}) g
      join connections c on c.id = g."connectionId"
      left join users p on p.id = g."userId"), '[]') else '[]' end as installed
  from workspaces w
  left join workspace_policies o on o.workspace_id = w.id
  left join users u on u.id = o.updated_by
  where w.id = $1`

/** null when there is no such workspace. */
export async function readPolicy(pool: Pool, workspaceId: string): Promise<PolicyReading | null> {
  const { rows } = await pool.query<Row>({ name: 'settings-policy', text, values: [workspaceId] })
  const [row] = rows
  return row ? { kept: toPolicy(row), setByName: row.set_by_name, installed: row.installed } : null
}
