import type { Pool } from 'pg'
import type { ApprovalRequestState } from '../../../../installs/approval.ts'
import type { Capability } from '../../../../installs/capability.ts'
import type { Placement } from '../../../../installs/policy.ts'
import { type PlacementRow, placementColumns, toPlacement } from '../../stores/placements.ts'

/** Requests shown at once. */
const myRequestsSize = 20

const nothing = '00000000-0000-0000-0000-000000000000'

export type MyRequest = {
  id: string
  state: ApprovalRequestState
  askedAt: Date
  expiresAt: Date
  decidedAt: Date | null
  /** null: nobody decided, or someone who is gone. */
  decidedBy: string | null
  answer: string | null
  reason: string
  capabilities: Capability[]
  /** The partner's request is kept: it has no answer yet. */
  resumable: boolean
  connection: { id: string; name: string; logoHash: string | null }
  /** What decides whether it may be installed now. */
  placement: Placement
}

type Row = PlacementRow & Omit<MyRequest, 'placement'>

/** $1 workspace, $2 member. */
const from = `
  select r.id, r.state, r.asked_at as "askedAt", r.expires_at as "expiresAt", r.decided_at as "decidedAt",
    d.name as "decidedBy", r.answer, r.reason, r.capabilities as asked, r.parameters is not null as resumable,
    json_build_object('id', c.id, 'name', c.name, 'logoHash', c.logo_hash) as connection,
    ${placementColumns('$2')}
  from approval_requests r
  join workspaces w on w.id = r.workspace_id
  join connections c on c.id = r.connection_id
  left join workspace_policies o on o.workspace_id = w.id
  left join users d on d.id = r.decided_by
  where r.workspace_id = $1 and r.user_id = $2`

function toRequest(row: Row & { asked: Capability[] }): MyRequest {
  const { id, state, askedAt, expiresAt, decidedAt, decidedBy, answer, reason, resumable, connection } = row
  return {
    id,
    state,
    askedAt,
    expiresAt,
    decidedAt,
    decidedBy,
    answer,
    reason,
    capabilities: row.asked,
    resumable,
    connection,
    placement: toPlacement(row),
  }
}

/** A window of what a member asked for in a workspace, the newest first, behind the request `after`. */
export async function readMyRequests(
  pool: Pool,
  question: { workspaceId: string; userId: string; after: string | null },
): Promise<{ rows: MyRequest[]; more: boolean }> {
  const { rows } = await pool.query<Row & { asked: Capability[] }>({
    name: 'my-requests',
    text: `${from} and ($3::uuid = '${nothing}' or (r.asked_at, r.id) <
        (select x.asked_at, x.id from approval_requests x where x.workspace_id = $1 and x.id = $3))
      order by r.asked_at desc, r.id desc limit ${myRequestsSize} + 1`,
    values: [question.workspaceId, question.userId, question.after ?? nothing],
  })
  return { rows: rows.slice(0, myRequestsSize).map(toRequest), more: rows.length > myRequestsSize }
}

/** One of his requests; null: there is none, or it is another member's. */
export async function readMyRequest(
  pool: Pool,
  workspaceId: string,
  userId: string,
  id: string,
): Promise<MyRequest | null> {
  const { rows } = await pool.query<Row & { asked: Capability[] }>({
    name: 'my-request',
    text: `${from} and r.id = $3`,
    values: [workspaceId, userId, id],
  })
  return rows[0] ? toRequest(rows[0]) : null
}

/** The newest that he asked for this connection there; null: he never did. */
export async function readLatestRequest(
  pool: Pool,
  workspaceId: string,
  userId: string,
  connectionId: string,
): Promise<MyRequest | null> {
  const { rows } = await pool.query<Row & { asked: Capability[] }>({
    name: 'my-latest-request',
    text: `${from} and r.connection_id = $3 order by r.asked_at desc, r.id desc limit 1`,
    values: [workspaceId, userId, connectionId],
  })
  return rows[0] ? toRequest(rows[0]) : null
}
