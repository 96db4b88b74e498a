import type { Pool } from 'pg'
import type { Capability } from '../../../installs/capability.ts'
import type { Placement } from '../../../installs/policy.ts'
import { type PlacementRow, placementColumns, toPlacement } from '../stores/placements.ts'
import { holds } from './settings/display-state.ts'

/** Shown at once. */
const gallerySize = 24

export type GalleryConnection = {
  id: string
  name: string
  description: string | null
  developerName: string | null
  logoHash: string | null
  website: string | null
  /** Where the partner's own "connect" begins; null: not told. */
  installUrl: string | null
  firstParty: boolean
  verified: boolean
  capabilities: Capability[]
  /** Whether it may be installed in the workspace, and the user's own installation there; null: no workspace is meant. */
  here: { placement: Placement; installationId: string | null } | null
}

type Row = Omit<GalleryConnection, 'here'> & PlacementRow & { installation_id: string | null }

/**
 * $1 workspace or null, $2 user, $3 words, $4 cursor: a connection. What is known to come from whom it says comes first, then
 * the order of the alphabet.
 */
const text = `
  with offered as materialized (
    select c.id, (c.first_party or c.verified) as known, lower(c.name) as sort_name from connections c
    where c.kind = 'public' and c.disabled_at is null and c.deleted_at is null and not c.resource_server
      and ($3 = '' or ${holds('c.name', '$3')} or ${holds("coalesce(c.developer_name, '')", '$3')})),
  shown as materialized (
    select o.* from offered o left join offered cursor on cursor.id = $4
    where cursor.id is null or (not o.known, o.sort_name, o.id) > (not cursor.known, cursor.sort_name, cursor.id)
    order by not o.known, o.sort_name, o.id limit ${gallerySize} + 1)
  select c.name, c.description, c.developer_name as "developerName", c.logo_hash as "logoHash", c.website,
    c.install_url as "installUrl", c.first_party as "firstParty", c.verified, c.id,
    i.id as installation_id, ${placementColumns('$2')}
  from shown
  join connections c on c.id = shown.id
  left join workspaces w on w.id = $1
  left join workspace_policies o on o.workspace_id = w.id
  left join installations i on i.workspace_id = w.id and i.connection_id = c.id and i.user_id = $2
    and i.state in ('active', 'suspended')
  order by not shown.known, shown.sort_name, shown.id`

/** The public connections that anyone may install, with what is true of each in one workspace of the user's. */
export async function readGallery(
  pool: Pool,
  question: { workspaceId: string | null; userId: string; words: string; after: string | null },
): Promise<{ connections: GalleryConnection[]; more: boolean }> {
  const { workspaceId, userId, words, after } = question
  const { rows } = await pool.query<Row>(text, [workspaceId, userId, words, after])
  return {
    connections: rows.slice(0, gallerySize).map(row => ({
      id: row.id,
      name: row.name,
      description: row.description,
      developerName: row.developerName,
      logoHash: row.logoHash,
      website: row.website,
      installUrl: row.installUrl,
      firstParty: row.firstParty,
      verified: row.verified,
      capabilities: row.capabilities,
      here:
        workspaceId === null ? null : { placement: toPlacement(row), installationId: row.installation_id },
    })),
    more: rows.length > gallerySize,
  }
}
