import type { Pool } from 'pg'
import type { HandOverReadings, LeftBehind, Receiver } from '../../../../web/settings/hand-overs/readings.ts'
import { asColumns, asObject, type Json } from '../../projection.ts'
import { personReaches } from '../../reach.ts'
import { holds } from '../../search-text.ts'
import { placementSql } from '../../stores/placements.ts'

/** Rows shown at once. */
const leftBehindSize = 25
/** Members to choose among at once; a search finds the others. */
const receiversSize = 50

const first = '00000000-0000-0000-0000-000000000000'

type Offer = NonNullable<LeftBehind['offer']>
type Row = Omit<LeftBehind, 'offer'> & { offer: Json<Offer> | null }

/** Live installations `i` of workspace $1 whose installer is no longer a member. */
const leftBehind = `
  from installations i
  join connections c on c.id = i.connection_id
  join users u on u.id = i.user_id
  where i.workspace_id = $1 and i.state in ('active', 'suspended')
    and not exists (select from members m where m.workspace_id = i.workspace_id and m.user_id = i.user_id)`

const columns = asColumns<LeftBehind>({
  installationId: 'i.id',
  connection: asObject<LeftBehind['connection']>({
    id: 'c.id',
    name: 'c.name',
    logoHash: 'c.logo_hash',
    disabled: 'c.disabled_at is not null or c.deleted_at is not null',
  }),
  person: asObject<LeftBehind['person']>({ id: 'u.id', name: 'u.name', email: 'u.email' }),
  since: 'i.updated_at',
  capabilities: 'i.capabilities',
  pages: `(select count(*)::int from page_grants g where g.workspace_id = $1 and g.installation_id = i.id)`,
  offer: `(select ${asObject<Offer>({ id: 'h.id', to: 't.name', at: 'h.offered_at' })} from hand_overs h
    join users t on t.id = h.to_user_id
    where h.workspace_id = $1 and h.installation_id = i.id and h.state = 'offered')`,
  declinedBy: `(select case when h.state = 'declined' then t.name end from hand_overs h join users t on t.id = h.to_user_id
    where h.workspace_id = $1 and h.installation_id = i.id and h.from_user_id = i.user_id
    order by h.offered_at desc, h.id desc limit 1)`,
})

function toLeftBehind(row: Row): LeftBehind {
  return { ...row, offer: row.offer && { ...row.offer, at: new Date(row.offer.at) } }
}

export const readLeftBehind =
  (pool: Pool): HandOverReadings['list'] =>
  async ({ workspaceId, after }) => {
    const { rows } = await pool.query<Row>({
      name: 'settings-left-behind',
      text: `select ${columns} ${leftBehind} and (lower(c.name), i.id) > (coalesce((
          select lower(x.name) from installations y join connections x on x.id = y.connection_id
          where y.workspace_id = $1 and y.id = $2), ''), $2)
        order by lower(c.name), i.id limit ${leftBehindSize} + 1`,
      values: [workspaceId, after ?? first],
    })
    return { rows: rows.slice(0, leftBehindSize).map(toLeftBehind), more: rows.length > leftBehindSize }
  }

/** $1 workspace, $2 installation, $3 words of a member. */
const receiversText = `
  with members_here as materialized (
    select u.id, u.name, u.email from members m join users u on u.id = m.user_id and not u.disabled
    where m.workspace_id = $1 and m.role <> 'guest' and ($3 = '' or ${holds('u.name', '$3')} or ${holds('u.email', '$3')})
    order by lower(u.name), u.id limit ${receiversSize} + 1)
  select ${asColumns<Receiver>({
    id: 'p.id',
    name: 'p.name',
    email: 'p.email',
    placement: placementSql('p.id'),
    hasOwn: `exists (select from installations x where x.workspace_id = $1 and x.connection_id = i.connection_id
      and x.user_id = p.id and x.state in ('active', 'suspended'))`,
    reaches: `(select count(*)::int from page_grants g
      join page_paths t on t.workspace_id = $1 and t.page_id = g.page_id
      join pages root on root.workspace_id = $1 and root.id = t.path[1]
      where g.workspace_id = $1 and g.installation_id = i.id and ${personReaches('p.id', 'root')})`,
  })}
  from members_here p
  join workspaces w on w.id = $1
  join installations i on i.workspace_id = $1 and i.id = $2
  join connections c on c.id = i.connection_id
  left join workspace_policies o on o.workspace_id = w.id
  order by lower(p.name), p.id`

export const readReceivers =
  (pool: Pool): HandOverReadings['receivers'] =>
  async ({ workspaceId, installationId, words }) => {
    const { rows } = await pool.query<Row>({
      name: 'settings-left-behind-one',
      text: `select ${columns} ${leftBehind} and i.id = $2`,
      values: [workspaceId, installationId],
    })
    if (!rows[0]) return null
    const receivers = await pool.query<Receiver>({
      name: 'settings-receivers',
      text: receiversText,
      values: [workspaceId, installationId, words],
    })
    return {
      left: toLeftBehind(rows[0]),
      receivers: receivers.rows.slice(0, receiversSize),
      more: receivers.rows.length > receiversSize,
    }
  }
