import type { Pool } from 'pg'
import type { CreateReadings, TargetWorkspace } from '../../../../web/developers/create/readings.ts'
import { policySql } from '../../policies.ts'

export const readTargetWorkspaces =
  (pool: Pool): CreateReadings['targetWorkspaces'] =>
  async userId => {
    const { rows } = await pool.query<TargetWorkspace>({
      name: 'developers-workspaces',
      text: `select w.id, w.name, w.plan, m.role, ${policySql('o')} as policy
        from members m join workspaces w on w.id = m.workspace_id
        left join workspace_policies o on o.workspace_id = w.id
        where m.user_id = $1 order by lower(w.name), w.id`,
      values: [userId],
    })
    return rows
  }
