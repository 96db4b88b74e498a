import type { Pool } from 'pg'
import type { ApprovalRequestState } from '../../../../installs/approval.ts'
import type { Capability } from '../../../../installs/capability.ts'

/** Requests shown at once. */
const requestsSize = 20

const nothing = '00000000-0000-0000-0000-000000000000'

export type RequestToDecide = {
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
  person: { id: string; name: string; email: string; isMember: boolean }
  connection: {
    id: string
    name: string
    description: string | null
    developerName: string | null
    website: string | null
    logoHash: string | null
    firstParty: boolean
    verified: boolean
    disabled: boolean
    /** How many have it installed there. */
    installed: number
  }
}

const columns = `
  r.id, r.state, r.asked_at as "askedAt", r.expires_at as "expiresAt", r.decided_at as "decidedAt",
  d.name as "decidedBy", r.answer, r.reason, r.capabilities,
  json_build_object('id', u.id, 'name', u.name, 'email', u.email, 'isMember', exists (
    select from members m where m.workspace_id = r.workspace_id and m.user_id = u.id)) as person,
  json_build_object('id', c.id, 'name', c.name, 'description', c.description, 'developerName', c.developer_name,
    'website', c.website, 'logoHash', c.logo_hash, 'firstParty', c.first_party, 'verified', c.verified,
    'disabled', c.disabled_at is not null or c.deleted_at is not null, 'installed', (
      select count(*) from installations i
      where i.workspace_id = r.workspace_id and i.connection_id = c.id and i.state in ('active', 'suspended'))
  ) as connection`
const joins = `
  join users u on u.id = r.user_id
  join connections c on c.id = r.connection_id
  left join users d on d.id = r.decided_by`

const cursor = '(select x.asked_at, x.id from approval_requests x where x.workspace_id = $1 and x.id = $2)'

/** Those that wait, the one that has waited longest first; the others, the newest first. */
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

/** A window of a workspace's requests, behind the request `after`. */
export async function readRequests(
  pool: Pool,
  question: { workspaceId: string; show: 'waiting' | 'decided'; after: string | null },
): Promise<{ rows: RequestToDecide[]; more: boolean }> {
  const { rows } = await pool.query<RequestToDecide>({
    name: `settings-requests-${question.show}`,
    text: texts[question.show],
    values: [question.workspaceId, question.after ?? nothing],
  })
  return { rows: rows.slice(0, requestsSize), more: rows.length > requestsSize }
}

/** One of them; null when the workspace has none of this id. */
export async function readRequest(
  pool: Pool,
  workspaceId: string,
  id: string,
): Promise<RequestToDecide | null> {
  const { rows } = await pool.query<RequestToDecide>({
    name: 'settings-request',
    text: `select ${columns} from approval_requests r ${joins} where r.workspace_id = $1 and r.id = $2`,
    values: [workspaceId, id],
  })
  return rows[0] ?? null
}
