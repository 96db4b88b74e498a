import type { Pool } from 'pg'
import type {
  ConnectionsReadings,
  InstallationReading,
} from '../../../../web/settings/connections/readings.ts'
import { asColumns, asObject } from '../../projection.ts'

const columns = asColumns<InstallationReading>({
  id: 'i.id',
  state: 'i.state',
  stateReason: 'i.state_reason',
  person: `case when u.id is not null then ${asObject<NonNullable<InstallationReading['person']>>({
    id: 'u.id',
    name: 'u.name',
  })} end`,
  connection: asObject<InstallationReading['connection']>({
    id: 'c.id',
    kind: 'c.kind',
    name: 'c.name',
    logoHash: 'c.logo_hash',
  }),
})

/** One installation, for the pages that ask before a change. */
export const readInstallation =
  (pool: Pool): ConnectionsReadings['installation'] =>
  async (workspaceId, installationId) => {
    const { rows } = await pool.query<InstallationReading>(
      `select ${columns}
       from installations i
       join connections c on c.id = i.connection_id
       left join users u on u.id = i.user_id
       where i.workspace_id = $1 and i.id = $2`,
      [workspaceId, installationId],
    )
    return rows[0] ?? null
  }
