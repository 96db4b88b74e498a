/**
 * What the token endpoint must know before it decides: one query for codes, one for refresh tokens, each for all who ask in
 * the same moment.
 */
import type { Pool } from 'pg'
import type { Capability } from '../../../installs/capability.ts'
import type { InstallationState } from '../../../installs/installation.ts'
import type { Placement } from '../../../installs/policy.ts'
import type { Plan, Policy, Role } from '../../../installs/workspace.ts'
import { batch, inOrder, together } from '../batch.ts'
import { placementStamp, requestApproved, suspendedByOwner } from '../stores/placements.ts'
import { clientProof, liveClient, type ProofRow, toProof } from './client.ts'

type Payload = Record<string, unknown>
type Question = { clientId: string; hash: Buffer }

/** Many questions, each by itself through the keys: see pageStatements of access.ts. */
const readEach = (name: string, one: string) => ({
  name: `token-read-${name}`,
  text: `select asked.nr, one.*
    from unnest((select $1::uuid[]), (select $2::bytea[])) with ordinality asked (client, hash, nr)
    cross join lateral (${one} limit 1) one`,
})

const placeColumns = `a.workspace_id, a.user_id, a.connection_id as issued_to, w.name as workspace_name, w.icon as workspace_icon,
  u.name as user_name, u.email as user_email, u.avatar_url as user_avatar, u.disabled as user_disabled, m.role`
const placeJoins = `
  left join workspaces w on w.id = a.workspace_id
  left join users u on u.id = a.user_id
  left join members m on m.workspace_id = a.workspace_id and m.user_id = a.user_id`

type PlaceRow = {
  issued_to: string
  workspace_id: string
  workspace_name: string
  workspace_icon: string | null
  user_id: string
  user_name: string
  user_email: string
  user_avatar: string | null
  user_disabled: boolean
  role: Role | null
}

function toPlace(row: PlaceRow) {
  return {
    workspaceId: row.workspace_id,
    workspaceName: row.workspace_name,
    workspaceIcon: row.workspace_icon,
    user: { id: row.user_id, name: row.user_name, email: row.user_email, avatarUrl: row.user_avatar },
  }
}

type CodeRow = ProofRow &
  PlaceRow & {
    nr: string
    grant_id: string | null
    payload: Payload
    redeemed_at: Date | null
    created_at: Date
    expires_at: Date
    allowed: Capability[]
    plan: Plan
    restrict_installs: Policy['restrictInstalls'] | null
    auto_approve_first_party: boolean | null
    connection_creation: Policy['connectionCreation'] | null
    approved: boolean
    request_approved: boolean | null
    suspended: boolean
    connection_id: string
    connection_kind: 'public' | 'internal'
    first_party: boolean
    registered: Capability[]
    stamp: string
  }

const readCode = readEach(
  'code',
  `select ${clientProof}, a.id as grant_id, a.payload, a.redeemed_at, a.created_at, a.expires_at,
    n.capabilities as allowed, ${placeColumns}, w.plan,
    p.restrict_installs, p.auto_approve_first_party, p.connection_creation,
    exists (select from approvals l where l.workspace_id = a.workspace_id and l.connection_id = c.id) as approved,
    p.restrict_installs = 'owners-only' and ${requestApproved('a.workspace_id', 'c.id', 'a.user_id')} as request_approved,
    ${suspendedByOwner('a.workspace_id', 'c.id', 'a.user_id')} as suspended,
    c.id as connection_id, c.kind as connection_kind, c.first_party, c.capabilities as registered,
    ${placementStamp} as stamp
  from connections c
  left join authorizations a on a.code_hash = asked.hash
  left join consents n on n.id = a.consent_id
  ${placeJoins}
  left join workspace_policies p on p.workspace_id = a.workspace_id
  where c.id = asked.client and ${liveClient}`,
)

type RefreshRow = ProofRow &
  PlaceRow & {
    nr: string
    grant_id: string | null
    payload: Payload
    consumed_at: Date | null
    successor: Buffer | null
    successor_used: boolean
    issued_at: Date
    expires_at: Date
    installation_id: string | null
    state: InstallationState
    capabilities: Capability[]
  }

/** A token without its authorization has ended with it. */
const readRefreshToken = readEach(
  'refresh',
  `select ${clientProof}, a.id as grant_id, r.payload, r.issued_at, r.expires_at,
    s.issued_at as consumed_at, s.token_hash as successor,
    exists (select from refresh_tokens after where after.parent_hash = s.token_hash) as successor_used,
    ${placeColumns}, i.id as installation_id, i.state, i.capabilities
  from connections c
  left join refresh_tokens r on r.token_hash = asked.hash
  left join refresh_tokens s on s.parent_hash = r.token_hash
  left join authorizations a on a.id = r.grant_id
  ${placeJoins}
  left join installations i on i.workspace_id = a.workspace_id and i.id = a.installation_id
  where c.id = asked.client and ${liveClient}`,
)

function toPlacement(row: CodeRow): Placement {
  return {
    role: row.role,
    userDisabled: row.user_disabled,
    plan: row.plan,
    policy: {
      restrictInstalls: row.restrict_installs ?? 'none',
      autoApproveFirstParty: row.auto_approve_first_party ?? false,
      connectionCreation: row.connection_creation ?? 'everyone',
    },
    connection: {
      id: row.connection_id,
      kind: row.connection_kind,
      firstParty: row.first_party,
      disabled: false, // a disabled one is not read at all
      capabilities: row.registered,
    },
    approved: row.approved,
    requestApproved: row.request_approved === true,
    suspended: row.suspended,
  }
}

function toCode(row: CodeRow | undefined) {
  if (!row?.grant_id) return { client: toProof(row), code: null }
  const code = {
    grantId: row.grant_id,
    connectionId: row.issued_to,
    payload: row.payload,
    consumedAt: row.redeemed_at,
    issuedAt: row.created_at,
    expiresAt: row.expires_at,
    capabilities: row.allowed,
    place: toPlace(row),
    placement: toPlacement(row),
    stamp: row.stamp,
  }
  return { client: toProof(row), code }
}

function toRefreshToken(row: RefreshRow | undefined) {
  if (!row?.grant_id || !row.installation_id) return { client: toProof(row), token: null }
  const token = {
    grantId: row.grant_id,
    connectionId: row.issued_to,
    payload: row.payload,
    consumedAt: row.consumed_at,
    successor: row.successor,
    successorUsed: row.successor_used,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    place: toPlace(row),
    installation: { id: row.installation_id, state: row.state, capabilities: row.capabilities },
    installerStays: row.role !== null && !row.user_disabled,
  }
  return { client: toProof(row), token }
}

export function tokenReadings(pool: Pool) {
  const reading = <Row extends { nr: string }, Answer>(
    statement: { name: string; text: string },
    toAnswer: (row: Row | undefined) => Answer,
  ) =>
    batch<Question, Answer>(async asked => {
      const { rows } = await pool.query<Row>({
        ...statement,
        values: [asked.map(one => one.clientId), asked.map(one => one.hash)],
      })
      return inOrder(asked.length, rows, toAnswer)
    }, together)
  const [code, refreshToken] = [reading(readCode, toCode), reading(readRefreshToken, toRefreshToken)]
  return {
    readCode: (clientId: string, hash: Buffer) => code({ clientId, hash }),
    readRefreshToken: (clientId: string, hash: Buffer) => refreshToken({ clientId, hash }),
  }
}
