import type { Pool } from 'pg'
import type { Placement } from '../../../../installs/policy.ts'
import { type PlacementRow, placementColumns, toPlacement } from '../../stores/placements.ts'

/** What somebody else ended is told about for so long, the newest first and no more than these. */
const endedDays = 30
const endedSize = 20

export type EndedByOthers = {
  installationId: string
  /** The reason that the installation ended with. */
  reason: 'by-owner' | 'by-operator' | 'by-partner' | 'let-go' | 'not-approved' | 'connection-deleted'
  at: Date
  connection: { id: string; name: string; logoHash: string | null }
  /** Whether it could be installed again today. */
  placement: Placement
}

type Row = PlacementRow & {
  id: string
  state_reason: EndedByOthers['reason']
  updated_at: Date
  name: string
  logo_hash: string | null
}

/**
 * $1 workspace, $2 user, $3 since. Ending sets the row's time and appends its event a moment later, so that the event is found
 * around that time; what an owner took from himself there, or deleted as its developer, he knows.
 */
const text = `
  select i.id, i.state_reason, i.updated_at, c.name, c.logo_hash, ${placementColumns('$2')}
  from installations i
  join connections c on c.id = i.connection_id
  join workspaces w on w.id = i.workspace_id
  left join workspace_policies o on o.workspace_id = w.id
  where i.workspace_id = $1 and i.user_id = $2 and i.state = 'revoked' and i.updated_at > $3
    and i.state_reason in ('by-owner', 'by-operator', 'by-partner', 'let-go', 'not-approved', 'connection-deleted')
    and not (i.state_reason = 'connection-deleted' and c.created_by is not distinct from $2)
    and (select e.actor_id from events e
      where e.workspace_id = $1 and e.installer_id = $2 and e.installation_id = i.id
        and e.kind = 'installation.disconnected'
        and e.at between i.updated_at - interval '1 second' and i.updated_at + interval '10 seconds'
      order by e.at desc, e.id desc limit 1) is distinct from $2
  order by i.updated_at desc, i.id
  limit ${endedSize}`

/** What this member had installed and somebody else ended of late, as far as he has not installed it again. */
export async function readEndedByOthers(
  pool: Pool,
  workspaceId: string,
  userId: string,
  now: Date,
): Promise<EndedByOthers[]> {
  const since = new Date(now.getTime() - endedDays * 86_400_000)
  const { rows } = await pool.query<Row>({
    name: 'settings-ended',
    text,
    values: [workspaceId, userId, since],
  })
  return rows.map(row => ({
    installationId: row.id,
    reason: row.state_reason,
    at: row.updated_at,
    connection: { id: row.connection_id, name: row.name, logoHash: row.logo_hash },
    placement: toPlacement(row),
  }))
}
