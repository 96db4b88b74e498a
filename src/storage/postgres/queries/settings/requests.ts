import type { Pool } from 'pg'
import type { RequestsReadings, RequestToDecide } from '../../../../web/settings/requests/readings.ts'
import { asColumns, asObject } from '../../projection.ts'

/** Requests shown at once. */
const requestsSize = 20

const nothing = '00000000-0000-0000-0000-000000000000'

const columns = asColumns<RequestToDecide>({
  id: 'r.id',
  state: 'r.state',
  askedAt: 'r.asked_at',
  expiresAt: 'r.expires_at',
  decidedAt: 'r.decided_at',
  decidedBy: 'd.name',
  answer: 'r.answer',
  reason: 'r.reason',
  capabilities: 'r.capabilities',
  person: asObject<RequestToDecide['person']>({
    id: 'u.id',
    name: 'u.name',
    email: 'u.email',
    isMember: `exists (
      select from members m where m.workspace_id = r.workspace_id and m.user_id = u.id)`,
  }),
  connection: asObject<RequestToDecide['connection']>({
    id: 'c.id',
    name: 'c.name',
    description: 'c.description',
    developerName: 'c.developer_name',
    website: 'c.website',
    logoHash: 'c.logo_hash',
    firstParty: 'c.first_party',
    verified: 'c.verified',
    disabled: 'c.disabled_at is not null or c.deleted_at is not null',
    installed: `(
      select count(*) from installations i
      where i.workspace_id = r.workspace_id and i.connection_id = c.id and i.state in ('active', 'suspended'))`,
  }),
})
const joins = `
  join users u on u.id = r.user_id
  join connections c on c.id = r.connection_id
  left join users d on d.id = r.decided_by`

const cursor = '(select x.asked_at, x.id from approval_requests x where x.workspace_id = $1 and x.id = $2)'

/** Waiting requests with the longest waiting first; decided ones with the newest first. */
const texts = {
  waiting: `select ${columns} from approval_requests r ${joins}
    where r.workspace_id = $1 and r.state = 'pending' and r.expires_at > now()
      and ($2::uuid = '${nothing}' or (r.asked_at, r.id) > ${cursor})
    order by r.asked_at, r.id limit ${requestsSize} + 1`,
  decided: `select ${columns} from approval_requests r ${joins}
    where r.workspace_id = $1 and (r.state <> 'pending' or r.expires_at <= now())
      and ($2::uuid = '${nothing}' or (r.asked_at, r.id) < ${cursor})
    order by r.asked_at desc, r.id desc limit ${requestsSize} + 1`,
}

export const readRequests =
  (pool: Pool): RequestsReadings['list'] =>
  async ({ workspaceId, show, after }) => {
    const { rows } = await pool.query<RequestToDecide>({
      name: `settings-requests-${show}`,
      text: texts[show],
      values: [workspaceId, after ?? nothing],
    })
    return { rows: rows.slice(0, requestsSize), more: rows.length > requestsSize }
  }

export const readRequest =
  (pool: Pool): RequestsReadings['one'] =>
  async (workspaceId, id) => {
    const { rows } = await pool.query<RequestToDecide>({
      name: 'settings-request',
      text: `select ${columns} from approval_requests r ${joins} where r.workspace_id = $1 and r.id = $2`,
      values: [workspaceId, id],
    })
    return rows[0] ?? null
  }
