import type { Pool } from 'pg'
import type {
  LatestRequest,
  MyRequest,
  MyRequestsReadings,
} from '../../../../web/settings/my-requests/readings.ts'
import { asColumns, asObject } from '../../projection.ts'
import { placementSql } from '../../stores/placements.ts'

/** Requests shown at once. */
const myRequestsSize = 20

const nothing = '00000000-0000-0000-0000-000000000000'

/** $1 workspace, $2 member. */
const from = `
  select ${asColumns<MyRequest>({
    id: 'r.id',
    state: 'r.state',
    askedAt: 'r.asked_at',
    expiresAt: 'r.expires_at',
    decidedAt: 'r.decided_at',
    decidedBy: 'd.name',
    answer: 'r.answer',
    reason: 'r.reason',
    capabilities: 'r.capabilities',
    resumable: 'r.parameters is not null',
    connection: asObject<MyRequest['connection']>({ id: 'c.id', name: 'c.name', logoHash: 'c.logo_hash' }),
    placement: placementSql('$2'),
  })}
  from approval_requests r
  join workspaces w on w.id = r.workspace_id
  join connections c on c.id = r.connection_id
  left join workspace_policies o on o.workspace_id = w.id
  left join users d on d.id = r.decided_by
  where r.workspace_id = $1 and r.user_id = $2`

export const readMyRequests =
  (pool: Pool): MyRequestsReadings['list'] =>
  async ({ workspaceId, userId, after }) => {
    const { rows } = await pool.query<MyRequest>({
      name: 'my-requests',
      text: `${from} and ($3::uuid = '${nothing}' or (r.asked_at, r.id) <
          (select x.asked_at, x.id from approval_requests x where x.workspace_id = $1 and x.id = $3))
        order by r.asked_at desc, r.id desc limit ${myRequestsSize} + 1`,
      values: [workspaceId, userId, after ?? nothing],
    })
    return { rows: rows.slice(0, myRequestsSize), more: rows.length > myRequestsSize }
  }

export const readMyRequest =
  (pool: Pool): MyRequestsReadings['one'] =>
  async (workspaceId, userId, id) => {
    const { rows } = await pool.query<MyRequest>({
      name: 'my-request',
      text: `${from} and r.id = $3`,
      values: [workspaceId, userId, id],
    })
    return rows[0] ?? null
  }

export const readLatestRequest =
  (pool: Pool): LatestRequest =>
  async (workspaceId, userId, connectionId) => {
    const { rows } = await pool.query<MyRequest>({
      name: 'my-latest-request',
      text: `${from} and r.connection_id = $3 order by r.asked_at desc, r.id desc limit 1`,
      values: [workspaceId, userId, connectionId],
    })
    return rows[0] ?? null
  }
