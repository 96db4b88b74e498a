import type { Pool } from 'pg'
import type { Capability } from '../../../../installs/capability.ts'
import type { Placement } from '../../../../installs/policy.ts'
import { personReaches } from '../../reach.ts'
import { type PlacementRow, placementColumns, toPlacement } from '../../stores/placements.ts'
import { holds } from './display-state.ts'

/** Rows shown at once. */
const leftBehindSize = 25
/** Members to choose among at once; beyond them only words help. */
const receiversSize = 50

const first = '00000000-0000-0000-0000-000000000000'

export type LeftBehind = {
  installationId: string
  connection: { id: string; name: string; logoHash: string | null; disabled: boolean }
  person: { id: string; name: string; email: string }
  /** When it was stopped. */
  since: Date
  capabilities: Capability[]
  /** Pages that were chosen for it. */
  pages: number
  /** The offer that waits; null: none does. */
  offer: { id: string; to: string; at: Date } | null
  /** Who declined it last; null: nobody did, or it was offered again since. */
  declinedBy: string | null
}

type Row = Omit<LeftBehind, 'offer'> & { offer: { id: string; to: string; at: string } | null }

/** Live installations `i` of workspace $1 whose installer is no longer there. */
const leftBehind = `
  from installations i
  join connections c on c.id = i.connection_id
  join users u on u.id = i.user_id
  where i.workspace_id = $1 and i.state in ('active', 'suspended')
    and not exists (select from members m where m.workspace_id = i.workspace_id and m.user_id = i.user_id)`

const columns = `
  i.id as "installationId", i.updated_at as since, i.capabilities,
  json_build_object('id', c.id, 'name', c.name, 'logoHash', c.logo_hash,
    'disabled', c.disabled_at is not null or c.deleted_at is not null) as connection,
  json_build_object('id', u.id, 'name', u.name, 'email', u.email) as person,
  (select count(*)::int from page_grants g where g.workspace_id = $1 and g.installation_id = i.id) as pages,
  (select json_build_object('id', h.id, 'to', t.name, 'at', h.offered_at) from hand_overs h
    join users t on t.id = h.to_user_id
    where h.workspace_id = $1 and h.installation_id = i.id and h.state = 'offered') as offer,
  (select case when h.state = 'declined' then t.name end from hand_overs h join users t on t.id = h.to_user_id
    where h.workspace_id = $1 and h.installation_id = i.id and h.from_user_id = i.user_id
    order by h.offered_at desc, h.id desc limit 1) as "declinedBy"`

function toLeftBehind(row: Row): LeftBehind {
  return { ...row, offer: row.offer && { ...row.offer, at: new Date(row.offer.at) } }
}

/** A window of what departed members left behind, by the connection's name, behind the installation `after`. */
export async function readLeftBehind(
  pool: Pool,
  question: { workspaceId: string; after: string | null },
): Promise<{ rows: LeftBehind[]; more: boolean }> {
  const { rows } = await pool.query<Row>({
    name: 'settings-left-behind',
    text: `select ${columns} ${leftBehind} and (lower(c.name), i.id) > (coalesce((
        select lower(x.name) from installations y join connections x on x.id = y.connection_id
        where y.workspace_id = $1 and y.id = $2), ''), $2)
      order by lower(c.name), i.id limit ${leftBehindSize} + 1`,
    values: [question.workspaceId, question.after ?? first],
  })
  return { rows: rows.slice(0, leftBehindSize).map(toLeftBehind), more: rows.length > leftBehindSize }
}

export type Receiver = {
  id: string
  name: string
  email: string
  /** Whether he may install it. */
  placement: Placement
  /** He has it installed himself. */
  hasOwn: boolean
  /** How many of its pages he reaches. */
  reaches: number
}

/** One of them, with members who could take it, by name. null: nothing of the kind was left behind. */
export async function readReceivers(
  pool: Pool,
  question: { workspaceId: string; installationId: string; words: string },
): Promise<{ left: LeftBehind; receivers: Receiver[]; more: boolean } | null> {
  const { workspaceId, installationId, words } = question
  const { rows } = await pool.query<Row>({
    name: 'settings-left-behind-one',
    text: `select ${columns} ${leftBehind} and i.id = $2`,
    values: [workspaceId, installationId],
  })
  if (!rows[0]) return null
  type ReceiverRow = PlacementRow & Omit<Receiver, 'placement'>
  const receivers = await pool.query<ReceiverRow>({
    name: 'settings-receivers',
    text: `
      with members_here as materialized (
        select u.id, u.name, u.email from members m join users u on u.id = m.user_id and not u.disabled
        where m.workspace_id = $1 and m.role <> 'guest' and ($3 = '' or ${holds('u.name', '$3')} or ${holds('u.email', '$3')})
        order by lower(u.name), u.id limit ${receiversSize} + 1)
      select p.id, p.name, p.email, ${placementColumns('p.id')},
        exists (select from installations x where x.workspace_id = $1 and x.connection_id = i.connection_id
          and x.user_id = p.id and x.state in ('active', 'suspended')) as "hasOwn",
        (select count(*)::int from page_grants g
          join page_paths t on t.workspace_id = $1 and t.page_id = g.page_id
          join pages root on root.workspace_id = $1 and root.id = t.path[1]
          where g.workspace_id = $1 and g.installation_id = i.id and ${personReaches('p.id', 'root')}) as reaches
      from members_here p
      join workspaces w on w.id = $1
      join installations i on i.workspace_id = $1 and i.id = $2
      join connections c on c.id = i.connection_id
      left join workspace_policies o on o.workspace_id = w.id
      order by lower(p.name), p.id`,
    values: [workspaceId, installationId, words],
  })
  const all = receivers.rows.map(row => ({
    id: row.id,
    name: row.name,
    email: row.email,
    placement: toPlacement(row),
    hasOwn: row.hasOwn,
    reaches: row.reaches,
  }))
  return {
    left: toLeftBehind(rows[0]),
    receivers: all.slice(0, receiversSize),
    more: all.length > receiversSize,
  }
}
