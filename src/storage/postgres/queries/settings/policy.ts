import type { Pool } from 'pg'
import type { KeptPolicy } from '../../../../installs/actions/set-policy.ts'
import type {
  NamedInstallation,
  PolicyReading,
  PolicyReadings,
} from '../../../../web/settings/policy/readings.ts'
import { governedSql, keptPolicyColumns, restrictsInstalls } from '../../policies.ts'
import { asColumns, asObject } from '../../projection.ts'

type Beside = Omit<PolicyReading, 'kept'>

const installed = asObject<NamedInstallation>({
  id: 'g.id',
  connectionId: 'g."connectionId"',
  userId: 'g."userId"',
  installerRole: 'g."installerRole"',
  connection: 'g.connection',
  connectionName: 'c.name',
  personName: 'p.name',
})

const text = `
  select ${keptPolicyColumns}, ${asColumns<Beside>({
    setByName: 'u.name',
    installed: `case when w.plan = 'enterprise' and ${restrictsInstalls('o')} then coalesce((
      select json_agg(${installed} order by lower(c.name), c.id, lower(p.name), g.id)
      from (${governedSql}) g
      join connections c on c.id = g."connectionId"
      left join users p on p.id = g."userId"), '[]') else '[]' end`,
  })}
  from workspaces w
  left join workspace_policies o on o.workspace_id = w.id
  left join users u on u.id = o.updated_by
  where w.id = $1`

export const readPolicy =
  (pool: Pool): PolicyReadings['policy'] =>
  async workspaceId => {
    const { rows } = await pool.query<KeptPolicy & Beside>({
      name: 'settings-policy',
      text,
      values: [workspaceId],
    })
    if (!rows[0]) return null
    const { setByName, installed, ...kept } = rows[0]
    return { kept, setByName, installed }
  }
