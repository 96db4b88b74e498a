import type { Pool } from 'pg'
import type { ConnectionToInstall } from '../../../../web/install/readings.ts'
import type { MyOffer, OffersReadings, OfferToMe } from '../../../../web/settings/offers/readings.ts'
import { asColumns, asObject } from '../../projection.ts'
import { personReaches } from '../../reach.ts'
import { placementSql } from '../../stores/placements.ts'

/** Pages that are named on the offer; the others are counted. */
const pagesNamed = 20

const myOffer: Record<keyof MyOffer, string> = {
  id: 'h.id',
  offeredAt: 'h.offered_at',
  offeredBy: 'b.name',
  from: 'f.name',
  connection: asObject<MyOffer['connection']>({ id: 'c.id', name: 'c.name', logoHash: 'c.logo_hash' }),
}

/** $1 workspace, $2 member. */
const joins = `
  from hand_overs h
  join installations i on i.workspace_id = h.workspace_id and i.id = h.installation_id
  join connections c on c.id = i.connection_id
  join users f on f.id = h.from_user_id
  left join users b on b.id = h.offered_by
  where h.workspace_id = $1 and h.to_user_id = $2`

/** Offer `h` of installation `i` can still be taken: the installation lives, and its installer has not come back (SQL). */
export const offerIsOpen = `
  (i.user_id = h.from_user_id and i.state in ('active', 'suspended') and not exists (
    select from members m where m.workspace_id = h.workspace_id and m.user_id = h.from_user_id))`

export const readMyOffers =
  (pool: Pool): OffersReadings['waiting'] =>
  async (workspaceId, userId) => {
    const { rows } = await pool.query<MyOffer>({
      name: 'my-offers',
      text: `select ${asColumns<MyOffer>(myOffer)} ${joins} and h.state = 'offered' and ${offerIsOpen}
        order by h.offered_at, h.id limit 50`,
      values: [workspaceId, userId],
    })
    return rows
  }

/** $1 workspace, $2 member, $3 offer. */
const offerToMe = asColumns<OfferToMe>({
  ...myOffer,
  connection: asObject<ConnectionToInstall>({
    id: 'c.id',
    name: 'c.name',
    developerName: 'c.developer_name',
    website: 'c.website',
    privacyUrl: 'c.privacy_url',
    termsUrl: 'c.terms_url',
    logoHash: 'c.logo_hash',
    firstParty: 'c.first_party',
    verified: 'c.verified',
    origin: 'c.origin',
    documentUrl: 'c.document_url',
  }),
  state: 'h.state',
  isOpen: offerIsOpen,
  capabilities: 'i.capabilities',
  pages: `(
    select ${asObject<OfferToMe['pages']>({
      titles: `coalesce((array_agg(title order by lower(title)) filter (where reached))[:${pagesNamed}], '{}')`,
      kept: 'count(*) filter (where reached)',
      dropped: 'count(*) filter (where not reached)',
    })}
    from (
      select p.title, ${personReaches('$2', 'root')} as reached
      from page_grants g
      join pages p on p.workspace_id = $1 and p.id = g.page_id
      join page_paths t on t.workspace_id = $1 and t.page_id = g.page_id
      join pages root on root.workspace_id = $1 and root.id = t.path[1]
      where g.workspace_id = $1 and g.installation_id = i.id) granted)`,
  placement: `(
    select ${placementSql('$2')}
    from workspaces w left join workspace_policies o on o.workspace_id = w.id where w.id = $1)`,
  hasOwn: `exists (select from installations x where x.workspace_id = $1 and x.connection_id = i.connection_id
    and x.user_id = $2 and x.state in ('active', 'suspended') and x.id <> i.id)`,
})

export const readMyOffer =
  (pool: Pool): OffersReadings['one'] =>
  async (workspaceId, userId, id) => {
    const { rows } = await pool.query<OfferToMe>({
      name: 'my-offer',
      text: `select ${offerToMe} ${joins} and h.id = $3`,
      values: [workspaceId, userId, id],
    })
    return rows[0] ?? null
  }
