import type { Pool } from 'pg'
import { barsInstalling } from '../../stores/placements.ts'
import { type Standing, toStandingSql } from './display-state.ts'

/** One installation, as the pages that ask before a change name it. */
export type InstallationReading = {
  id: string
  standing: Standing
  /** An owner suspended it; it may have been disconnected since. */
  byOwner: boolean
  /** There are no tokens any more. */
  ended: boolean
  person: { id: string; name: string } | null
  connection: { id: string; kind: 'public' | 'internal'; name: string; logoHash: string | null }
}

type Row = {
  id: string
  standing: Standing
  by_owner: boolean
  ended: boolean
  user_id: string | null
  user_name: string | null
  connection_id: string
  kind: 'public' | 'internal'
  name: string
  logo_hash: string | null
}

/** null when there is none of this id in the workspace. */
export async function readInstallation(
  pool: Pool,
  workspaceId: string,
  installationId: string,
): Promise<InstallationReading | null> {
  const { rows } = await pool.query<Row>(
    `select i.id, ${toStandingSql('m.role')} as standing,
       ${barsInstalling('i')} as by_owner, i.state = 'revoked' as ended, i.user_id, u.name as user_name,
       c.id as connection_id, c.kind, c.name, c.logo_hash
     from installations i
     join connections c on c.id = i.connection_id
     left join users u on u.id = i.user_id
     left join members m on m.workspace_id = i.workspace_id and m.user_id = i.user_id
     where i.workspace_id = $1 and i.id = $2`,
    [workspaceId, installationId],
  )
  const [row] = rows
  if (!row) return null
  return {
    id: row.id,
    standing: row.standing,
    byOwner: row.by_owner,
    ended: row.ended,
    person: row.user_id === null ? null : { id: row.user_id, name: row.user_name! },
    connection: { id: row.connection_id, kind: row.kind, name: row.name, logoHash: row.logo_hash },
  }
}
