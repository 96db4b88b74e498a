import type { Pool } from 'pg'
import type {
  LevelsReading,
  MyConnectionsReadings,
} from '../../../../web/settings/my-connections/readings.ts'

export const readLevels =
  (pool: Pool): MyConnectionsReadings['levels'] =>
  async (workspaceId, installationId) => {
    const { rows } = await pool.query<LevelsReading>(
      `select i.capabilities as allowed, i.added_capabilities as added, c.capabilities as registered
       from installations i join connections c on c.id = i.connection_id
       where i.workspace_id = $1 and i.id = $2`,
      [workspaceId, installationId],
    )
    return rows[0] ?? null
  }
