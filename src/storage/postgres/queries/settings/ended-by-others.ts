import type { Pool } from 'pg'
import type {
  EndedByOthers,
  MyConnectionsReadings,
} from '../../../../web/settings/my-connections/readings.ts'
import { asColumns, asObject } from '../../projection.ts'
import { placementSql } from '../../stores/placements.ts'

const endedDays = 30
const endedSize = 20

/**
 * $1 workspace, $2 user, $3 since. Ending an installation sets the row's time and appends its event a moment later, so the
 * event is found around that time. An ending by the user themselves is left out, also one as the connection's developer.
 */
const text = `
  select ${asColumns<EndedByOthers>({
    reason: 'i.state_reason',
    at: 'i.updated_at',
    connection: asObject<EndedByOthers['connection']>({
      id: 'c.id',
      name: 'c.name',
      logoHash: 'c.logo_hash',
    }),
    placement: placementSql('$2'),
  })}
  from installations i
  join connections c on c.id = i.connection_id
  join workspaces w on w.id = i.workspace_id
  left join workspace_policies o on o.workspace_id = w.id
  where i.workspace_id = $1 and i.user_id = $2 and i.state = 'revoked' and i.updated_at > $3
    and i.state_reason in ('by-owner', 'by-operator', 'by-partner', 'authorization-ended', 'let-go', 'not-approved', 'connection-deleted')
    and not (i.state_reason = 'connection-deleted' and c.created_by is not distinct from $2)
    and (select e.actor_id from events e
      where e.workspace_id = $1 and e.installer_id = $2 and e.installation_id = i.id
        and e.kind = 'installation.disconnected'
        and e.at between i.updated_at - interval '1 second' and i.updated_at + interval '10 seconds'
      order by e.at desc, e.id desc limit 1) is distinct from $2
  order by i.updated_at desc, i.id
  limit ${endedSize}`

export const readEndedByOthers =
  (pool: Pool): MyConnectionsReadings['ended'] =>
  async (workspaceId, userId, now) => {
    const since = new Date(now.getTime() - endedDays * 86_400_000)
    const { rows } = await pool.query<EndedByOthers>({
      name: 'settings-ended',
      text,
      values: [workspaceId, userId, since],
    })
    return rows
  }
