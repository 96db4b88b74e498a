import type { Pool } from 'pg'
import type { Capability } from '../../../../installs/capability.ts'
import type { HandOverState } from '../../../../installs/hand-over.ts'
import type { Placement } from '../../../../installs/policy.ts'
import type { ConnectionToInstall } from '../../../../web/install/readings.ts'
import { personReaches } from '../../reach.ts'
import { type PlacementRow, placementColumns, toPlacement } from '../../stores/placements.ts'

/** Pages that are named on the offer; the others are counted. */
const pagesNamed = 20

export type MyOffer = {
  id: string
  offeredAt: Date
  /** null: someone who is gone. */
  offeredBy: string | null
  from: string
  connection: { id: string; name: string; logoHash: string | null }
}

export type OfferToMe = MyOffer & {
  connection: ConnectionToInstall
  state: HandOverState
  /** What was left behind is still there, and whoever left it has not come back. */
  stands: boolean
  capabilities: Capability[]
  /** Pages that carry over, since he reaches them: the first by name, and how many in all. */
  pages: { titles: string[]; kept: number; dropped: number }
  placement: Placement
  /** He has it installed himself. */
  hasOwn: boolean
}

const base = `
  h.id, h.offered_at as "offeredAt", b.name as "offeredBy", f.name as "from",
  json_build_object('id', c.id, 'name', c.name, 'logoHash', c.logo_hash, 'developerName', c.developer_name,
    'website', c.website, 'privacyUrl', c.privacy_url, 'termsUrl', c.terms_url, 'firstParty', c.first_party,
    'verified', c.verified) as connection`
const joins = `
  from hand_overs h
  join installations i on i.workspace_id = h.workspace_id and i.id = h.installation_id
  join connections c on c.id = i.connection_id
  join users f on f.id = h.from_user_id
  left join users b on b.id = h.offered_by
  where h.workspace_id = $1 and h.to_user_id = $2`
/** What was left behind is still there, and whoever left it has not come back: offer `h` of installation `i` (SQL). */
export const offerStands = `
  (i.user_id = h.from_user_id and i.state in ('active', 'suspended') and not exists (
    select from members m where m.workspace_id = h.workspace_id and m.user_id = h.from_user_id))`

/** Offers that wait for this member, the oldest first. */
export async function readMyOffers(pool: Pool, workspaceId: string, userId: string): Promise<MyOffer[]> {
  const { rows } = await pool.query<MyOffer>({
    name: 'my-offers',
    text: `select ${base} ${joins} and h.state = 'offered' and ${offerStands} order by h.offered_at, h.id limit 50`,
    values: [workspaceId, userId],
  })
  return rows
}

/** One offer to this member; null: there is none, or it is somebody else's. */
export async function readMyOffer(
  pool: Pool,
  workspaceId: string,
  userId: string,
  id: string,
): Promise<OfferToMe | null> {
  type Row = PlacementRow & Omit<OfferToMe, 'placement' | 'capabilities'> & { granted: Capability[] }
  const { rows } = await pool.query<Row>({
    name: 'my-offer',
    text: `
      select ${base}, h.state, ${offerStands} as stands, i.capabilities as granted,
        (select json_build_object('kept', count(*) filter (where reached), 'dropped', count(*) filter (where not reached),
            'titles', coalesce((array_agg(title order by lower(title)) filter (where reached))[:${pagesNamed}], '{}'))
          from (select p.title, ${personReaches('$2', 'root')} as reached
            from page_grants g
            join pages p on p.workspace_id = $1 and p.id = g.page_id
            join page_paths t on t.workspace_id = $1 and t.page_id = g.page_id
            join pages root on root.workspace_id = $1 and root.id = t.path[1]
            where g.workspace_id = $1 and g.installation_id = i.id) granted) as pages,
        exists (select from installations x where x.workspace_id = $1 and x.connection_id = i.connection_id
          and x.user_id = $2 and x.state in ('active', 'suspended') and x.id <> i.id) as "hasOwn",
        (select row_to_json(r) from (select ${placementColumns('$2')}
          from workspaces w left join workspace_policies o on o.workspace_id = w.id where w.id = $1) r) as placed
      ${joins} and h.id = $3`,
    values: [workspaceId, userId, id],
  })
  const [row] = rows as (Row & { placed: PlacementRow })[]
  if (!row) return null
  const { granted, placed, ...offer } = row
  return {
    id: offer.id,
    offeredAt: offer.offeredAt,
    offeredBy: offer.offeredBy,
    from: offer.from,
    connection: offer.connection,
    state: offer.state,
    stands: offer.stands,
    capabilities: granted,
    pages: offer.pages,
    hasOwn: offer.hasOwn,
    placement: toPlacement(placed),
  }
}
