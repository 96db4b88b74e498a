/**
 * Reads of the token endpoint: one query for codes and one for refresh tokens, each with the client. Concurrent requests share
 * one statement.
 */
import type { Pool } from 'pg'
import type { Placement } from '../../../installs/policy.ts'
import type { Role } from '../../../installs/workspace.ts'
import type {
  FirstTokens,
  KeptCode,
  KeptRefreshToken,
  TokenOwner,
  TokenReadings,
} from '../../../oidc/ports.ts'
import { notEnded } from '../access.ts'
import { batch, inOrder, together } from '../batch.ts'
import { approvedSql, onlyOwnersInstall, policySql } from '../policies.ts'
import { placementStamp, requestApproved, suspendedByOwner } from '../stores/placements.ts'
import { clientProof, liveClient, type ProofRow, toProof } from './client.ts'

type Question = { clientId: string; hash: Buffer }

/** Serves many questions, each by an index lookup of its own: see pageStatements of access.ts. */
const readEach = (name: string, one: string) => ({
  name: `token-read-${name}`,
  text: `select asked.nr, one.*
    from unnest((select $1::uuid[]), (select $2::bytea[])) with ordinality asked (client, hash, nr)
    cross join lateral (${one} limit 1) one`,
})

const ownerColumns = `a.workspace_id as "workspaceId", a.user_id as "userId", a.connection_id as "connectionId",
  w.name as "workspaceName", w.icon as "workspaceIcon", u.name as "userName", u.email as "userEmail",
  u.avatar_url as "userAvatar", u.disabled as "userDisabled", m.role`
const ownerJoins = `
  left join workspaces w on w.id = a.workspace_id
  left join users u on u.id = a.user_id
  left join members m on m.workspace_id = a.workspace_id and m.user_id = a.user_id`

type OwnerRow = {
  workspaceId: string
  userId: string
  connectionId: string
  workspaceName: string
  workspaceIcon: string | null
  userName: string
  userEmail: string
  userAvatar: string | null
  userDisabled: boolean
  role: Role | null
}

function toOwner(row: OwnerRow): TokenOwner {
  const { workspaceId, workspaceName, workspaceIcon, userId, userName, userEmail, userAvatar } = row
  const user = { id: userId, name: userName, email: userEmail, avatarUrl: userAvatar }
  return { workspaceId, workspaceName, workspaceIcon, user }
}

type CodeRow = ProofRow &
  OwnerRow &
  Omit<KeptCode, 'grantId' | 'owner' | 'placement' | 'first'> &
  Omit<FirstTokens, 'expiresAt'> & {
    nr: string
    /** null: the code is unknown. */
    grantId: string | null
    /** null: there is no first access token. */
    firstExpiresAt: Date | null
    plan: Placement['plan']
    policy: Placement['policy']
    approved: boolean
    requestApproved: boolean | null
    suspended: boolean
    clientId: string
    clientKind: Placement['connection']['kind']
    origin: Placement['connection']['origin']
    operatorAgents: Placement['operatorAgents']
    firstParty: boolean
    registered: Placement['connection']['capabilities']
    optional: Placement['connection']['optionalCapabilities']
  }

const readCode = readEach(
  'code',
  `select ${clientProof}, a.id as "grantId", a.payload, a.redeemed_at as "consumedAt", a.created_at as "issuedAt",
    a.expires_at as "expiresAt", n.capabilities, a.installation_id as "installationId",
    first.token_hash as "accessHash", first.expires_at as "firstExpiresAt", a.rivals > 1 as contested,
    i.last_used_at > a.redeemed_at or exists (
      select from refresh_tokens r where r.grant_id = a.id and r.parent_hash is not null) as used, ${ownerColumns}, w.plan,
    ${policySql('p')} as policy,
    ${approvedSql('a.workspace_id')} as approved,
    ${onlyOwnersInstall('p')}
      and ${requestApproved('a.workspace_id', 'c.id', 'a.user_id')} as "requestApproved",
    ${suspendedByOwner('a.workspace_id', 'c.id', 'a.user_id')} as suspended,
    c.id as "clientId", c.kind as "clientKind", c.origin, (select agents from operator_rules) as "operatorAgents",
    c.first_party as "firstParty", c.capabilities as registered, c.optional_capabilities as optional,
    ${placementStamp} as stamp
  from connections c
  left join authorizations a on a.code_hash = asked.hash
  left join consents n on n.id = a.consent_id
  ${ownerJoins}
  left join installations i on i.workspace_id = a.workspace_id and i.id = a.installation_id
  left join lateral (select t.token_hash, t.expires_at from access_tokens t
    where t.grant_id = a.id and t.issued_at = a.redeemed_at limit 1) first on true
  left join workspace_policies p on p.workspace_id = a.workspace_id
  where c.id = asked.client and ${liveClient}`,
)

type RefreshRow = ProofRow &
  OwnerRow &
  Omit<KeptRefreshToken, 'grantId' | 'owner' | 'installation'> & {
    nr: string
    grantId: string | null
    installationId: string | null
    state: KeptRefreshToken['installation']['state']
    capabilities: KeptRefreshToken['installation']['capabilities']
    addedCapabilities: KeptRefreshToken['installation']['addedCapabilities']
    accessEnded: boolean
  }

/** A token whose authorization was deleted is gone with it. */
const readRefreshToken = readEach(
  'refresh',
  `select ${clientProof}, a.id as "grantId", r.payload, r.issued_at as "issuedAt", r.expires_at as "expiresAt",
    s.issued_at as "consumedAt", s.token_hash as "nextHash",
    exists (select from refresh_tokens after where after.parent_hash = s.token_hash) as "nextUsed",
    ${ownerColumns}, i.id as "installationId", i.state, i.capabilities,
    i.added_capabilities as "addedCapabilities",
    not ${notEnded('i', 'now()')} as "accessEnded"
  from connections c
  left join refresh_tokens r on r.token_hash = asked.hash
  left join refresh_tokens s on s.parent_hash = r.token_hash
  left join authorizations a on a.id = r.grant_id
  ${ownerJoins}
  left join installations i on i.workspace_id = a.workspace_id and i.id = a.installation_id
  where c.id = asked.client and ${liveClient}`,
)

function toPlacement(row: CodeRow): Placement {
  return {
    role: row.role,
    userDisabled: row.userDisabled,
    plan: row.plan,
    policy: row.policy,
    connection: {
      id: row.clientId,
      kind: row.clientKind,
      origin: row.origin,
      firstParty: row.firstParty,
      disabled: false, // disabled clients are not selected
      capabilities: row.registered,
      optionalCapabilities: row.optional,
    },
    approved: row.approved,
    requestApproved: row.requestApproved === true,
    operatorAgents: row.operatorAgents,
    suspended: row.suspended,
  }
}

function toFirst({
  installationId,
  accessHash,
  firstExpiresAt,
  used,
  contested,
}: CodeRow): FirstTokens | null {
  if (!firstExpiresAt) return null
  return { installationId, accessHash, expiresAt: firstExpiresAt, used, contested }
}

function toCode(row: CodeRow | undefined) {
  if (!row?.grantId) return { client: toProof(row), code: null }
  const { grantId, connectionId, payload, consumedAt, issuedAt, expiresAt, capabilities, stamp } = row
  const kept = { grantId, connectionId, payload, consumedAt, issuedAt, expiresAt, capabilities, stamp }
  const code: KeptCode = { ...kept, first: toFirst(row), owner: toOwner(row), placement: toPlacement(row) }
  return { client: toProof(row), code }
}

function toRefreshToken(row: RefreshRow | undefined) {
  if (!row?.grantId || !row.installationId) return { client: toProof(row), token: null }
  const { grantId, connectionId, payload, consumedAt, nextHash, nextUsed, issuedAt, expiresAt } = row
  const token: KeptRefreshToken = {
    ...{ grantId, connectionId, payload, consumedAt, nextHash, nextUsed, issuedAt, expiresAt },
    owner: toOwner(row),
    installation: {
      id: row.installationId,
      state: row.state,
      capabilities: row.capabilities,
      addedCapabilities: row.addedCapabilities,
      accessEnded: row.accessEnded,
    },
    installerStays: row.role !== null && !row.userDisabled,
  }
  return { client: toProof(row), token }
}

export function tokenReadings(pool: Pool): TokenReadings {
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
    readCode: (clientId, hash) => code({ clientId, hash }),
    readRefreshToken: (clientId, hash) => refreshToken({ clientId, hash }),
  }
}
