import type { Pool } from 'pg'
import type { GalleryConnection, GalleryReadings } from '../../../web/gallery/readings.ts'
import { asColumns } from '../projection.ts'
import { holds } from '../search-text.ts'
import { placementSql } from '../stores/placements.ts'

/** Rows shown at once. */
const gallerySize = 24

type Row = Omit<GalleryConnection, 'here'> & NonNullable<GalleryConnection['here']>

/**
 * $1 workspace or null, $2 user, $3 words, $4 cursor: a connection. First-party and verified connections come first, then by
 * name.
 */
const text = `
  with offered as materialized (
    select c.id, (c.first_party or c.verified) as known, lower(c.name) as sort_name from connections c
    where c.kind = 'public' and c.origin <> 'self-registered' and c.disabled_at is null and c.deleted_at is null and not c.resource_server
      and ($3 = '' or ${holds('c.name', '$3')} or ${holds("coalesce(c.developer_name, '')", '$3')})),
  shown as materialized (
    select o.* from offered o left join offered cursor on cursor.id = $4
    where cursor.id is null or (not o.known, o.sort_name, o.id) > (not cursor.known, cursor.sort_name, cursor.id)
    order by not o.known, o.sort_name, o.id limit ${gallerySize} + 1)
  select ${asColumns<Row>({
    id: 'c.id',
    name: 'c.name',
    description: 'c.description',
    developerName: 'c.developer_name',
    logoHash: 'c.logo_hash',
    website: 'c.website',
    installUrl: 'c.install_url',
    firstParty: 'c.first_party',
    verified: 'c.verified',
    capabilities: 'c.capabilities',
    placement: placementSql('$2'),
    installationId: 'i.id',
  })}
  from shown
  join connections c on c.id = shown.id
  left join workspaces w on w.id = $1
  left join workspace_policies o on o.workspace_id = w.id
  left join installations i on i.workspace_id = w.id and i.connection_id = c.id and i.user_id = $2
    and i.state in ('active', 'suspended')
  order by not shown.known, shown.sort_name, shown.id`

export const readGallery =
  (pool: Pool): GalleryReadings['list'] =>
  async ({ workspaceId, userId, words, after }) => {
    const { rows } = await pool.query<Row>(text, [workspaceId, userId, words, after])
    return {
      connections: rows.slice(0, gallerySize).map(({ placement, installationId, ...connection }) => ({
        ...connection,
        here: workspaceId === null ? null : { placement, installationId },
      })),
      more: rows.length > gallerySize,
    }
  }
